"""Messages as the engine gets them, and what it makes of them: parsed offline by the trained model."""

import functools
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.door.cleaning import as_plain_text, clean_text
from bot.door.offers import addresses, terms
from bot.knowledge.content import read_content
from bot.knowledge.lookups import own_words
from bot.launcher.parts import ENGINE_PYTHON, QUIET, engine_environment
from bot.privacy import build_masker
from bot.settings import PROJECT_ROOT
from bot.spelling import build_speller

LIMIT_SECONDS = 900.0

Parse = dict[str, Any]


@functools.cache
def door(content_dir: Path = PROJECT_ROOT / "content") -> Callable[[str], str]:
    """What the front door makes of a text before the engine sees it: cleaned, masked, spelt right."""
    content = read_content(content_dir).content
    masker, keep = build_masker(terms(content_dir)), addresses(content_dir)
    speller = build_speller([*own_words(content.common, content.areas), *terms(content_dir)])
    return lambda text: as_plain_text(speller.correct(masker.mask(clean_text(text), keep).text))


def parse(texts: Sequence[str], model: Path) -> list[Parse]:
    """Parses of texts as typed, in their order; each has gone through the door first.

    Raises: subprocess.SubprocessError: the engine's Python failed; its output is in the error.
    """
    cleaned = [door()(text) for text in texts]
    parses: list[Parse] = engine_work("parse", {"model": str(model), "texts": cleaned})
    return parses


def engine_work(work: str, request: dict[str, Any]) -> Any:
    """Run `tests.evaluation.engine_work` in the engine's environment.

    Raises: subprocess.SubprocessError: it failed or took longer than `LIMIT_SECONDS`.
    """
    ended = subprocess.run(
        [str(ENGINE_PYTHON), "-m", "tests.evaluation.engine_work", work],
        cwd=PROJECT_ROOT,
        env={**os.environ, **QUIET, **engine_environment()},
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if ended.returncode != 0:
        raise subprocess.SubprocessError(f"{work} failed:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout)


def deciding(parse: Parse) -> dict[str, Any]:
    """What decides about a message: itself, or its surest clause where it asks several things.

    Returns: a mapping with `intent` (name), `confidence`, `similarity`, `ranking` (names, best first).
    """
    if parse["intent"]["name"] == "ask_several" and parse.get("clauses"):
        best = max(parse["clauses"], key=lambda clause: clause["confidence"] * clause["similarity"])
        return {**best, "ranking": [entry["name"] for entry in best["ranking"]]}
    return {
        "intent": parse["intent"]["name"],
        "confidence": parse["intent"]["confidence"],
        "similarity": parse.get("similarity", 0.0),
        "ranking": [entry["name"] for entry in parse["intent_ranking"]],
    }
