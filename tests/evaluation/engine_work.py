"""What must run in the engine's environment: parsing texts with the trained model, and the learning curve.

    PYTHONPATH=engine:. engine/.venv/bin/python -m tests.evaluation.engine_work parse|curve < request > answer

Both read and write JSON. `parse`: {"model": path, "texts": [...]} -> one parse a text. `curve`: {"tests":
[{"text", "right": [intents]}], "sizes": [...], "draws": n} -> [{"size", "examples", "accuracies": [...]}].
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

from signpost_engine import environment, tensorflow_standin


def main() -> None:
    """Read the request, do the work, write the answer to the real standard output."""
    answer_to = os.dup(1)
    os.dup2(2, 1)  # whatever libraries print must not get between the JSON
    environment.prepare(os.environ, Path.cwd())
    tensorflow_standin.install()
    request = json.load(sys.stdin)
    work = {"parse": parse, "curve": curve}[sys.argv[1]]
    with os.fdopen(answer_to, "w", encoding="utf-8") as out:
        json.dump(work(request), out)


def parse(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Parses of `texts` by `model`, each as the action server gets it."""
    import rasa.core.agent

    agent = rasa.core.agent.Agent.load(request["model"])

    async def parse_all() -> list[dict[str, Any]]:
        return [dict(await agent.parse_message(text)) for text in request["texts"]]

    return asyncio.run(parse_all())


def curve(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Accuracy of a classifier fitted anew on `size` examples an intent, `draws` times with others."""
    import numpy as np
    import yaml
    from rasa.shared.nlu.training_data.loading import load_data
    from signpost_engine.featurizer import area_names, names_in
    from signpost_engine.kernel import KernelIntents

    from bot.embedding import shared_embedder

    embed = shared_embedder().embed
    pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    set_ = next(c for c in pipeline if c["name"].endswith("ClauseClassifier"))
    data = load_data("data/nlu")
    names = area_names(names_in(data))
    by_intent: dict[str, list[str]] = {}
    for example in data.intent_examples:
        by_intent.setdefault(example.get("intent"), []).append(names.without(example.get("text")))
    vectors = {intent: embed(texts) for intent, texts in sorted(by_intent.items())}
    tests = embed([names.without(test["text"]) for test in request["tests"]])
    right = [set(test["right"]) for test in request["tests"]]
    lines = []
    for size in request["sizes"]:
        accuracies = []
        examples = sum(min(size, len(v)) for v in vectors.values())
        is_everything = all(len(v) <= size for v in vectors.values())
        for draw in range(1 if is_everything else request["draws"]):
            chance = random.Random(draw)
            rows, intents = [], []
            for intent, known in vectors.items():
                drawn = chance.sample(range(len(known)), min(size, len(known)))
                rows.append(known[drawn])
                intents += [intent] * len(drawn)
            fitted = KernelIntents.fit(np.concatenate(rows), intents, set_["gamma"], set_["penalty"])
            found = fitted.look_up(tests)[0].argmax(axis=1)
            accuracies.append(sum(fitted.names[n] in r for n, r in zip(found, right, strict=True)) / len(right))
        lines.append({"size": size, "examples": examples, "accuracies": accuracies})
    return lines


if __name__ == "__main__":
    main()
