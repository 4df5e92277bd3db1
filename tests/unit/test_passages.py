"""What a sign-off holds for: the statement as people read it, when it is said, and the passage that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.content import AreaContent, read_content
from bot.knowledge.model import Condition, DependsOn, Force, Hedge, Kind, Source, Statement, Unit, Unless, Value
from bot.knowledge.passages import NOT_SIGNED, Signable, State, passages, signable, state_of

ROOT = Path(__file__).resolve().parents[2]
ID = "example-borough/ladder/three-cycles"


@dataclass(frozen=True)
class Was:
    """Something that was signed."""

    digest: str
    passage: str = "p"


@cache
def area() -> AreaContent:
    """The invented authority."""
    return read_content(ROOT / "tests" / "content").content.areas[0]


@cache
def statement() -> Statement:
    """One of its statements."""
    return next(s for s in area().statements if s.id == ID)


def changed(**keys: Any) -> Signable:
    return signable(area(), statement().model_copy(update=keys))


def paragraph_changed(number: int, **keys: Any) -> AreaContent:
    """The authority with one paragraph of its register changed."""
    (document,) = area().paragraphs
    kept = tuple(p.model_copy(update=keys) if p.n == number else p for p in document.paragraphs)
    return replace(area(), paragraphs=(document.model_copy(update={"paragraphs": kept}),))


CHANGES: dict[str, Any] = {
    "id": "example-borough/ladder/other",
    "kind": Kind.CONFLICT,
    "text": "Complete four cycles.",
    "parent_text": "The school must complete three cycles, in other words.",
    "routes": ("lantern",),
    "except_routes": ("ladder-long",),
    "needs": ("deaf",),
    "binds": "service",
    "force": Force.MAY,
    "hedge": Hedge.USUALLY,
    "when": Condition(fact="ehcp"),
    "unless": Unless(decided_by="service"),
    "judged_by": "service",
    "extends": ("ladder-long",),
    "depends_on": DependsOn(before="referral"),
    "otherwise": "example-borough/ladder/short-who",
    "on_expiry": "example-borough/ladder/short-who",
    "value": Value(at_least=4, unit=Unit.APDR_CYCLE),
    "requirement": False,
    "met_when": Condition(fact="support_plan"),
}


@pytest.mark.parametrize("key", CHANGES)
def test_what_people_read_or_what_decides_when_it_is_said_makes_it_unsigned(key: str) -> None:
    before, after = signable(area(), statement()), changed(**{key: CHANGES[key]})
    assert after.digest != before.digest
    assert after.passage == before.passage


def test_every_key_of_a_statement_is_signed_or_left_out_on_purpose() -> None:
    assert set(CHANGES) | NOT_SIGNED == set(Statement.model_fields)


@pytest.mark.parametrize("key", sorted(NOT_SIGNED - {"source"}))
def test_how_it_is_found_may_change_without_signing_again(key: str) -> None:
    other = {"asked_as": ("another question",), "topics": ("cost",), "priority": 3}[key]
    assert getattr(statement(), key) != other
    assert changed(**{key: other}) == signable(area(), statement())


def test_another_passage_makes_it_unsigned() -> None:
    before = signable(area(), statement())
    (source,) = statement().source
    other = changed(source=(Source(document=source.document, paragraph=source.paragraph + 1),))
    more = changed(source=(source, Source(document=source.document, paragraph=source.paragraph + 1)))
    revised = signable(paragraph_changed(source.paragraph, sha256="0" * 16), statement())
    moved = signable(paragraph_changed(source.paragraph, section="Elsewhere"), statement())
    for after in (other, more, revised, moved):
        assert after.digest != before.digest
        assert after.passage != before.passage
    assert len({other, more, revised, moved}) == 4


def test_a_passage_that_only_got_another_number_is_the_one_that_was_read() -> None:
    (document,) = area().paragraphs
    new = document.paragraphs[0].model_copy(update={"sha256": "1" * 16, "opens": "A new first paragraph"})
    later = tuple(p.model_copy(update={"n": p.n + 1}) for p in document.paragraphs)
    moved = replace(area(), paragraphs=(document.model_copy(update={"paragraphs": (new, *later)}),))
    sources = tuple(s.model_copy(update={"paragraph": s.paragraph + 1}) for s in statement().source)
    after = statement().model_copy(update={"source": sources})
    assert signable(moved, after) == signable(area(), statement())


def test_a_change_of_another_paragraph_changes_nothing() -> None:
    other = paragraph_changed(statement().source[0].paragraph + 1, sha256="0" * 16)
    assert signable(other, statement()) == signable(area(), statement())


def test_a_route_that_joins_a_group_makes_statements_of_the_group_unsigned() -> None:
    named = statement().model_copy(update={"routes": ("ladders",)})
    groups = {**area().authority.groups, "ladders": ("ladder-short", "ladder-long", "lantern")}
    wider = replace(area(), authority=area().authority.model_copy(update={"groups": groups}))
    assert signable(wider, named) != signable(area(), named)
    spelt_out = statement().model_copy(update={"routes": ("ladder-short", "ladder-long")})
    assert signable(area(), named) == signable(area(), spelt_out)


def test_no_two_statements_of_the_real_offers_are_signed_as_one() -> None:
    areas = read_content(ROOT / "content").content.areas
    digests = [signable(a, s).digest for a in areas for s in a.statements]
    assert len(set(digests)) == len(digests) > 600
    assert all(len(d) == 64 for d in digests)


def test_passages_are_in_the_order_of_the_sources_and_unknown_ones_are_left_out() -> None:
    (document,) = area().paragraphs
    sources = [Source(document=document.document, paragraph=n) for n in (3, 1, 900)]
    assert [p.number for p in passages(area(), sources)] == [3, 1]
    (first,) = passages(area(), sources[:1])
    register = document.paragraphs[2]
    assert (first.section, first.opens, first.sha256) == (register.section, register.opens, register.sha256)
    assert first.title == "Help for schools in Example Borough"


@pytest.mark.parametrize(
    ("signed", "state"),
    [
        ([], State.UNSIGNED),
        ([Was("now")], State.SIGNED),
        ([Was("before")], State.WORDING_CHANGED),
        ([Was("before", "old")], State.PASSAGE_CHANGED),
        ([Was("later"), Was("now")], State.SIGNED),
        ([Was("b"), Was("a", "old")], State.WORDING_CHANGED),
        ([Was("b", "old"), Was("a")], State.PASSAGE_CHANGED),
    ],
)
def test_whether_it_is_signed_as_it_stands(signed: list[Was], state: State) -> None:
    assert state_of(Signable("now", "p"), signed) is state


@given(signed=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pq"))))
def test_it_is_signed_exactly_when_what_stands_now_was_signed(signed: list[tuple[str, str]]) -> None:
    now = Signable("a", "p")
    state = state_of(now, [Was(*one) for one in signed])
    assert (state is State.SIGNED) == ("a" in {digest for digest, _ in signed})
    assert (state is State.UNSIGNED) == (not signed)
