"""The engine's classifier by itself, in the engine's own environment: fitting, confidences, writing and reading."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from bot.launcher.parts import ENGINE_PYTHON, QUIET, engine_environment
from bot.settings import PROJECT_ROOT

SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from signpost_engine.kernel import KernelIntents

chance = np.random.default_rng(0)
centres = chance.normal(size=(3, 24))
rows = np.repeat(centres, 40, axis=0) + 0.35 * chance.normal(size=(120, 24))
rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
names = np.repeat(["a", "b", "c"], 40).tolist()
fitted = KernelIntents.fit(rows[::2], names[::2], gamma=1.0, penalty=0.5)
chances, nearest = fitted.look_up(rows[1::2])
fitted.save(Path(sys.argv[1]))
again, _ = KernelIntents.load(Path(sys.argv[1])).look_up(rows[1::2])
known, of_known = fitted.look_up(rows[:1])
json.dump({
    "right": float(np.mean([fitted.names[i] for i in chances.argmax(1)] == np.array(names[1::2]))),
    "sums": [float(chances.sum(1).min()), float(chances.sum(1).max())],
    "nearest": [min(nearest), max(nearest)],
    "of_known": of_known[0],
    "same": bool(np.allclose(chances, again)),
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the script measured."""
    folder: Path = tmp_path_factory.mktemp("intents")
    ended = subprocess.run(
        [str(ENGINE_PYTHON), "-c", SCRIPT, str(folder)],
        cwd=PROJECT_ROOT,
        env={**os.environ, **QUIET, **engine_environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer: dict[str, object] = json.loads(ended.stdout)
    return answer


def test_it_tells_apart_what_is_apart(found):
    assert found["right"] >= 0.95


def test_confidences_are_chances(found):
    assert found["sums"] == pytest.approx([1.0, 1.0])


def test_a_training_sentence_is_its_own_nearest(found):
    assert found["of_known"] == pytest.approx(1.0, abs=1e-4)
    assert 0 < found["nearest"][0] <= found["nearest"][1] <= 1.0001


def test_what_is_written_is_read_again(found):
    assert found["same"] is True
