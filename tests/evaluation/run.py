"""`make evaluate`: measure understanding, behaviour and conversations, and write docs/evaluation.md.

    python -m tests.evaluation.run [--url http://127.0.0.1:8000] [--only understanding]

Without --url a Signpost is started on free ports with a var folder of its own. What failed is listed in
.var/evaluation/failures.json; of the sample conversations only the ids, since nobody may train on their text.
"""

import argparse
import contextlib
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.settings import PROJECT_ROOT, load_settings
from tests.evaluation import behaviour, drafts, sections
from tests.evaluation.client import Assistant
from tests.evaluation.engine import deciding, engine_work, parse
from tests.evaluation.intents import load_labelled
from tests.evaluation.player import CaseResult
from tests.evaluation.report import write_part
from tests.guidance_support import all_asked, knowledge
from tests.support import run_signpost

HERE = Path(__file__).parent
SAMPLES = PROJECT_ROOT.parent / "shared/evaluation"
DOCUMENT = PROJECT_ROOT / "docs/evaluation.md"
FAILURES = PROJECT_ROOT / ".var/evaluation/failures.json"
PARTS = ("understanding", "behaviour", "conversations", "drafts", "reach")
CURVE_SIZES, CURVE_DRAWS = (10, 20, 40, 80, 200), 2


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure the answers and write docs/evaluation.md.")
    parser.add_argument("--url", help="address of a running Signpost, without a path (default: start one)")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure and write only this part")
    arguments = parser.parse_args()
    parts = arguments.only or PARTS
    failures: dict[str, object] = {}
    written: dict[str, str] = {}
    if "reach" in parts:
        written["reach"] = sections.reach(all_asked(), {a.id: a.name for a in knowledge().areas.values()})
    if "drafts" in parts:
        written["drafts"] = drafting(failures)
    with signpost(arguments.url) as url:
        if "understanding" in parts:
            written["understanding"] = understanding(failures)
        with Assistant(url) as assistant:
            if "behaviour" in parts:
                written["behaviour"] = behaving(assistant, failures)
            if "conversations" in parts:
                written["conversations"] = conversing(assistant, failures)
    for part, text in written.items():
        write_part(DOCUMENT, f"make evaluate, {part}", text)
        print(f"\n{text}")
    FAILURES.parent.mkdir(parents=True, exist_ok=True)
    FAILURES.write_text(json.dumps(failures, indent=1, ensure_ascii=False), encoding="utf-8")


@contextlib.contextmanager
def signpost(url: str | None) -> Iterator[str]:
    """Address of a Signpost: the given one, or one that runs as long as the block."""
    if url is not None:
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="signpost-evaluation-") as folder:
        print("Starting Signpost ...", flush=True)
        with run_signpost(Path(folder)) as running:
            yield running.base_url


def understanding(failures: dict[str, object]) -> str:
    """Part (a): what the trained model makes of labelled messages."""
    print("Parsing ...", flush=True)
    model = load_settings().model_file
    inside = load_labelled(HERE / "intents.yml")
    outside = load_labelled(HERE / "out_of_scope.yml")
    several = sections.load_several(HERE / "several.yml")
    texts = [*(m.text for m in inside), *(m.text for m in outside), *(s.text for s in several)]
    parses = parse(texts, model)
    parses_inside = parses[: len(inside)]
    parses_outside = parses[len(inside) : len(inside) + len(outside)]
    parses_several = parses[len(inside) + len(outside) :]
    print("Learning curve ...", flush=True)
    curve = engine_work(
        "curve",
        {
            "tests": [
                {"text": p["text"], "right": [m.intent, *m.also]} for m, p in zip(inside, parses_inside, strict=True)
            ],
            "sizes": CURVE_SIZES,
            "draws": CURVE_DRAWS,
        },
    )
    decided = [deciding(p) for p in parses_inside]
    failures["understanding"] = [
        {"text": m.text, "expected": [m.intent, *m.also], "found": d["ranking"][:3]}
        for m, d in zip(inside, decided, strict=True)
        if not m.is_right(d["ranking"][0])
    ]
    return sections.understanding(
        inside, decided, outside, [deciding(p) for p in parses_outside], several, parses_several, curve
    )


def behaving(assistant: Assistant, failures: dict[str, object]) -> str:
    """Part (b): what is refused, and what is not."""
    print("Single messages ...", flush=True)
    run = f"evaluate-{time.time():.0f}"
    inside = load_labelled(HERE / "intents.yml")
    outside = load_labelled(HERE / "out_of_scope.yml")
    found_inside = behaviour.statuses(assistant, inside, f"{run}-in")
    found_outside = behaviour.statuses(assistant, outside, f"{run}-out")
    failures["refused"] = [m.text for m, s in zip(inside, found_inside, strict=True) if s == "out_of_scope"]
    failures["not refused"] = [
        {"text": m.text, "kind": m.intent, "status": s}
        for m, s in zip(outside, found_outside, strict=True)
        if s != "out_of_scope"
    ]
    return sections.behaviour(inside, found_inside, outside, found_outside)


def conversing(assistant: Assistant, failures: dict[str, object]) -> str:
    """Part (c): whole conversations, our own and the samples."""
    print("Conversations ...", flush=True)
    run = f"evaluate-{time.time():.0f}"
    own = behaviour.play_files(assistant, sorted(HERE.glob("fresh-*.yml")), run)
    samples = behaviour.play_files(assistant, sorted(SAMPLES.glob("*.yml")), f"{run}-sample")
    failures["conversations"] = {name: _told(cases) for name, cases in own.items()}
    failures["samples"] = {name: [c.case.id for c in cases if not c.passed] for name, cases in samples.items()}
    return sections.conversations(own, samples)


def drafting(failures: dict[str, object]) -> str:
    """Part (e): drafts for the desk's e-mails."""
    print("Drafts ...", flush=True)
    made = drafts.drafted(load_settings().model_file)
    failures["drafts"] = [asdict(each) for each in itertools.chain(*made.values()) if not each.is_whole]
    return sections.drafts(made)


def _told(cases: Sequence[CaseResult]) -> list[dict[str, object]]:
    return [
        {"id": c.case.id, "turns": [{"exchanges": t.exchanges, "failures": t.failures} for t in c.turns]}
        for c in cases
        if not c.passed
    ]


if __name__ == "__main__":
    main()
