"""Runs the graph of a trained model node by node, in an order that is worked out once.

Rasa makes a new graph for each message and each prediction and hands it to Dask, whose scheduling took as long as
several of the components. The nodes, their inputs and what goes wrong stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Step = tuple[str, Any, tuple[str, ...]]


def run(self: Any, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
    """Results of the target nodes by name; `self` is Rasa's DaskGraphRunner.

    Raises: GraphRunError: a node lacks an input, or broke with a RuntimeError.
    """
    from rasa.engine.exceptions import GraphRunError

    wanted = tuple(targets or self._graph_schema.target_names)
    orders: dict[tuple[str, ...], list[Step]] = self.__dict__.setdefault("_signpost_orders", {})
    if wanted not in orders:
        orders[wanted] = steps(self._graph_schema.nodes, self._instantiated_nodes, wanted)
    results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, node, needs in orders[wanted]:
            # What no node provides is handed on as its name, which the node takes for missing.
            results[name] = node(*(results.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: results[name][1] for name in wanted}


def steps(nodes: dict[str, Any], instances: dict[str, Any], targets: Iterable[str]) -> list[Step]:
    """The nodes that the targets need, each after those that it needs itself."""
    found: dict[str, Step] = {}

    def add(name: str) -> None:
        if name in nodes and name not in found:
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                add(need)
            found[name] = (name, instances[name], needs)

    for target in targets:
        add(target)
    return list(found.values())


def install() -> None:
    """Put this in the place of Dask; not for training, whose graphs are large and run once."""
    from rasa.engine.runner.dask import DaskGraphRunner

    DaskGraphRunner.run = run
