"""What a reply costs with many authorities: copies of a real one under invented names, in a store apart."""

import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from bot.embedding import Embedder
from bot.guidance.service import AnswerService
from bot.guidance.slots import clause_from
from bot.guidance.turn import Memory, Turn
from bot.knowledge.content import read_content
from bot.knowledge.store import Store
from bot.settings import PROJECT_ROOT
from tests.bench.questions import QUESTIONS
from tests.evaluation.engine import Parse, parse

MODEL_AREA = "suffolk"
PLACES_EACH = 20
ROUNDS = 15


@dataclass(frozen=True)
class Cost:
    """Figures of one number of authorities; times in seconds.

    `reply`: median of one reply in process, with the question's vectors known already; `reply_embedding`:
    with the embedding computed anew. `load`: content into an empty store, vectors known; `build`: store into memory.
    """

    authorities: int
    statements: int
    load: float
    build: float
    reply: float
    reply_embedding: float


def synthetic(target: Path, count: int) -> None:
    """Make a content folder of `count` authorities: the real ones, then copies with other ids and places."""
    source = PROJECT_ROOT / "content"
    real = sorted(folder.name for folder in source.iterdir() if folder.name != "common")
    for name in ["common", *real]:
        shutil.copytree(source / name, target / name)
    for number in range(len(real) + 1, count + 1):
        name, title = f"borough-{number:03}", f"Borough{number:03}"
        for file in sorted((source / MODEL_AREA).rglob("*.yml")):
            copy = target / name / file.relative_to(source / MODEL_AREA)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if file.name == "places.yml":
                text = "places: [" + ", ".join(f"town{number:03}x{n:02}" for n in range(PLACES_EACH)) + "]\n"
            else:
                text = file.read_text(encoding="utf-8")
                text = text.replace(MODEL_AREA, name).replace(MODEL_AREA.title(), title)
            copy.write_text(text, encoding="utf-8")


def measure(counts: Sequence[int], folder: Path, model: Path) -> list[Cost]:
    """Costs at each number of authorities, replies measured in turn. Raises: ValueError: bad content."""
    turns = [turn_of(p) for p in parse(QUESTIONS, model)]
    keeping, forgetting = Embedder(cache_size=20_000), Embedder(cache_size=0)
    real = read_content(PROJECT_ROOT / "content").content
    Store(f"sqlite:///{folder / 'vectors.db'}").load(real, keeping.embed)  # from here on vectors are known
    loads: list[tuple[int, float, float]] = []
    services: list[tuple[AnswerService, AnswerService]] = []
    for count in counts:
        synthetic(folder / str(count), count)
        read = read_content(folder / str(count))
        if read.faults:
            raise ValueError(f"{count} authorities: {len(read.faults)} faults, the first: {read.faults[0]}")
        store = Store(f"sqlite:///{folder / f'{count}.db'}")
        started = time.perf_counter()
        store.load(read.content, _as_the_original(keeping))
        loaded = time.perf_counter()
        pair = AnswerService(store, keeping.embed), AnswerService(store, forgetting.embed)
        pair[0].conversations()
        built = time.perf_counter() - loaded
        pair[1].conversations()
        services.append(pair)
        statements = sum(len(area.statements) for area in read.content.areas)
        loads.append((statements, loaded - started, built))
    return [
        Cost(count, *load, *replies)
        for count, load, replies in zip(counts, loads, _replies(services, turns), strict=True)
    ]


def _as_the_original(embedder: Embedder) -> Callable[[Sequence[str]], np.ndarray]:
    """Vectors of copied texts are those of the original: to embed each name's own would take minutes."""

    def embed(texts: Sequence[str]) -> np.ndarray:
        return embedder.embed([re.sub(r"borough-?\d+", MODEL_AREA.title(), t, flags=re.IGNORECASE) for t in texts])

    return embed


def turn_of(parsed: Parse) -> Turn:
    """A turn as the action server makes it of a parse, asked on the page of the area that was copied."""
    return Turn(
        text=parsed["text"],
        clauses=tuple(clause_from(clause) for clause in parsed["clauses"]),
        intent=parsed["intent"]["name"],
        ranking={entry["name"]: entry["confidence"] for entry in parsed["intent_ranking"]},
        preset_area=MODEL_AREA,
    )


def _replies(
    services: Sequence[tuple[AnswerService, AnswerService]], turns: Sequence[Turn]
) -> list[tuple[float, float]]:
    seconds: list[tuple[list[float], list[float]]] = [([], []) for _ in services]
    for number in range(ROUNDS + 1):
        for pair, lists in zip(services, seconds, strict=True):
            for service, kept in zip(pair, lists, strict=True):
                for turn in turns:
                    started = time.perf_counter()
                    service.reply(turn, Memory())
                    if number:  # the first round fills caches
                        kept.append(time.perf_counter() - started)
    return [(median(cached), median(embedding)) for cached, embedding in seconds]
