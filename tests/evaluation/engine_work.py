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

SCALE = 8.0  # as in config.yml


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
    from rasa.shared.nlu.training_data.loading import load_data
    from sklearn.linear_model import LogisticRegression

    from bot.embedding import shared_embedder

    embed = shared_embedder().embed
    by_intent: dict[str, list[str]] = {}
    for example in load_data("data/nlu").intent_examples:
        by_intent.setdefault(example.get("intent"), []).append(example.get("text"))
    vectors = {intent: embed(texts) * SCALE for intent, texts in sorted(by_intent.items())}
    tests = embed([test["text"] for test in request["tests"]]) * SCALE
    right = [set(test["right"]) for test in request["tests"]]
    lines = []
    for size in request["sizes"]:
        accuracies = []
        examples = sum(min(size, len(v)) for v in vectors.values())
        is_everything = all(len(v) <= size for v in vectors.values())
        for draw in range(1 if is_everything else request["draws"]):
            chance = random.Random(draw)
            rows, names = [], []
            for intent, known in vectors.items():
                drawn = chance.sample(range(len(known)), min(size, len(known)))
                rows.append(known[drawn])
                names += [intent] * len(drawn)
            fitted = LogisticRegression(class_weight="balanced", max_iter=request["max_iter"])
            fitted.fit(np.concatenate(rows), names)
            found = fitted.predict(tests)
            accuracies.append(sum(name in set_ for name, set_ in zip(found, right, strict=True)) / len(right))
        lines.append({"size": size, "examples": examples, "accuracies": accuracies})
    return lines


if __name__ == "__main__":
    main()
