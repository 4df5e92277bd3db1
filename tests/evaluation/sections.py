"""The generated parts of docs/evaluation.md, as Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import yaml

from tests.evaluation import intents
from tests.evaluation.behaviour import by_kind, failed_rules, passed, words
from tests.evaluation.drafts import Drafted
from tests.evaluation.intents import Labelled
from tests.evaluation.player import CaseResult
from tests.evaluation.report import of, percent, percentile, table
from tests.guidance_support import Asked

Results = Mapping[str, Sequence[CaseResult]]
SEVERAL = "ask_several"
REFUSED = "out_of_scope"
HONEST = ("not_stated", "clarify")

SELDOM = 5


@dataclass(frozen=True)
class Several:
    """A message that asks several things, and the intents of its questions in order."""

    text: str
    questions: tuple[str, ...]


def load_several(path: Path) -> list[Several]:
    """Messages of several.yml."""
    return [Several(e["text"], tuple(e["questions"])) for e in yaml.safe_load(path.read_text(encoding="utf-8"))]


def understanding(
    inside: Sequence[Labelled],
    decided_inside: Sequence[Mapping[str, Any]],
    outside: Sequence[Labelled],
    decided_outside: Sequence[Mapping[str, Any]],
    several: Sequence[Several],
    parses: Sequence[Mapping[str, Any]],
    curve: Sequence[Mapping[str, Any]],
) -> str:
    """Part (a): parses (see tests.evaluation.engine) beside what was expected."""
    figures = intents.figures(inside, [d["ranking"] for d in decided_inside])
    said = [d["intent"] for d in decided_outside]
    exact = sum(m.is_right(name) for m, name in zip(outside, said, strict=True))
    asked = sum(len(s.questions) for s in several)

    def found(first: int) -> int:
        clauses = [[[e["name"] for e in c["ranking"][:first]] for c in p["clauses"]] for p in parses]
        return sum(intents.questions_found(s.questions, c) for s, c in zip(several, clauses, strict=True))

    seen_as_several = sum(p["intent"]["name"] == SEVERAL for p in parses)
    rows = [
        ("messages of `intents.yml`", f"{figures.messages} in {len({m.intent for m in inside})} intents"),
        ("intent right", f"{percent(figures.accuracy)} (standard error {percent(figures.error)})"),
        ("intent among the first three", percent(figures.in_first_three)),
        ("macro-F1", f"{figures.macro_f1:.3f}"),
        (
            "in scope, yet classified as out of scope",
            percent(intents.share_out_of_scope([d["intent"] for d in decided_inside])),
        ),
        ("messages of `out_of_scope.yml`", str(len(outside))),
        ("classified as out of scope, of any kind", percent(intents.share_out_of_scope(said))),
        ("of the right kind", percent(exact / len(outside))),
        ("questions in `several.yml`", f"{asked} in {len(several)} messages"),
        ("questions that are the best intent of a clause of their own", of(found(1), asked)),
        ("questions among the first three intents of a clause of their own", of(found(3), asked)),
        ("messages seen to ask several things", of(seen_as_several, len(several))),
        ("clauses a message", f"{mean(len(p['clauses']) for p in parses):.1f}"),
    ]
    lines = [
        (
            c["size"],
            c["examples"],
            " / ".join(percent(a) for a in c["accuracies"]),
            percent(mean(c["accuracies"])),
        )
        for c in curve
    ]
    return "\n\n".join(
        [
            _stamp(),
            table(("measure", "figure"), rows),
            "The most frequent confusions:",
            table(("expected", "found", "times"), figures.confusions),
            "Learning curve: the same embedding and classifier fitted anew on fewer examples, on whole "
            "messages, not on clauses; each draw takes other examples.",
            table(("examples an intent, at most", "examples", "right, by draw", "mean"), lines),
        ]
    )


def behaviour(
    inside: Sequence[Labelled],
    found_inside: Sequence[str],
    outside: Sequence[Labelled],
    found_outside: Sequence[str],
) -> str:
    """Part (b): statuses of the replies to single messages."""
    kinds = by_kind(outside, found_outside)
    refused = Counter(found_outside)[REFUSED]
    honest = sum(status in HONEST for status in found_outside)
    names = [name for name, _ in Counter([*found_outside, *found_inside]).most_common()]
    total_in, total_out = Counter(found_inside), Counter(found_outside)
    rows = [
        ("out of scope, and said to be", of(refused, len(outside))),
        ("out of scope, said to be not stated or asked back", of(honest, len(outside))),
        ("out of scope, answered or anything else", of(len(outside) - refused - honest, len(outside))),
        ("in scope, yet refused as out of scope", of(total_in[REFUSED], len(inside))),
    ]
    return "\n\n".join(
        [
            _stamp(),
            table(("messages", "number"), rows),
            table(
                ("kind", *names),
                [
                    ("**in scope**", *(total_in[n] for n in names)),
                    ("**out of scope**", *(total_out[n] for n in names)),
                    *((f"`{kind}`", *(counted[n] or "" for n in names)) for kind, counted in kinds.items()),
                ],
            ),
        ]
    )


def conversations(own: Results, samples: Results) -> str:
    """Part (c): conversations played by tests.evaluation.player."""
    text = [_stamp(), "Our own conversations (`tests/evaluation/fresh-*.yml`):", _played(own)]
    if samples:
        text += ["The sample conversations (`../shared/evaluation`); their text is never trained on:", _played(samples)]
    else:
        text.append("The sample conversations (`../shared/evaluation`) were not there, so they were not played.")
    return "\n\n".join(text)


def reach(asked: Sequence[Asked], titles: Mapping[str, str]) -> str:
    """Part (d): whether each statement is shown to questions that it stands at. `titles`: authority id -> name."""
    shown: dict[str, list[bool]] = {}
    for one in asked:
        shown.setdefault(one.statement_id, []).append(one.reached)
    lines = []
    for area, name in titles.items():
        mine = {i: hits for i, hits in shown.items() if i.startswith(f"{area}/")}
        questions = [hit for hits in mine.values() for hit in hits]
        reached = sum(any(hits) for hits in mine.values())
        lines.append((name, str(len(mine)), of(reached, len(mine)), of(sum(questions), len(questions))))
    seldom = sorted((sum(hits) / len(hits), i) for i, hits in shown.items())[:SELDOM]
    named = ", ".join(f"`{i}` ({percent(share)})" for share, i in seldom)
    head = (
        "authority",
        "statements, gaps, conflicts",
        "shown to a question of their own",
        "questions that show theirs",
    )
    return "\n\n".join([_stamp(), table(head, lines), f"Shown to the smallest share of their questions: {named}."])


def drafts(made: Mapping[str, Sequence[Drafted]]) -> str:
    """Part (e): e-mails whose draft could be sent as it is, a line for each folder of them."""
    lines = [
        (
            f"`tests/desk/{name}`",
            of(sum(d.is_whole for d in each), len(each)),
            f"{mean(d.statements for d in each):.1f}",
        )
        for name, each in made.items()
    ]
    return "\n\n".join([_stamp(), table(("e-mails", "drafts that are whole", "statements a draft"), lines)])


def _played(results: Results) -> str:
    everything = [case for cases in results.values() for case in cases]
    lines = [
        (f"`{name}`", of(*passed(cases)), of(*passed(cases, single_turn=True)), _turns(cases))
        for name, cases in results.items()
    ]
    lines.append(("**all**", of(*passed(everything)), of(*passed(everything, single_turn=True)), _turns(everything)))
    counts = words(results)
    rules = ", ".join(f"{name} {n}" for name, n in failed_rules(results).most_common()) or "none"
    wrong = sum(case.gave_wrong_authority for case in everything)
    judged = sum(case.case.is_about_one_area for case in everything)
    return "\n\n".join(
        [
            table(("file", "conversations passed", "of these with one turn", "turns passed"), lines),
            f"Words a reply: median {median(counts):.0f}, 95th percentile {percentile(counts, 0.95):.0f}. "
            f"Rules broken: {rules}. Another authority's address given: {wrong} of {judged} conversations "
            "about a single authority.",
        ]
    )


def _turns(cases: Sequence[CaseResult]) -> str:
    turns = [turn for case in cases for turn in case.turns]
    return of(sum(not turn.failures for turn in turns), len(turns))


def _stamp() -> str:
    return f"Measured on {datetime.now(UTC):%d %B %Y} (UTC)."
