"""Two authorities side by side, and the bridge between their terms."""

from __future__ import annotations

import pytest

from bot.guidance.comparing import are_alike
from bot.guidance.frame import Frame
from bot.guidance.reply import Reply
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Last, Memory
from bot.knowledge.model import Kind
from tests.guidance_support import AREAS, TODAY, content, conversations, knowledge, said

ADDRESS = {"suffolk": "suffolk.gov.uk", "milton-keynes": "milton-keynes.gov.uk"}
AFTER_SUFFOLK = Memory(
    frame=Frame(area="suffolk"),
    last=Last(area="suffolk", topics=("support_length",), question="how long does bespoke support last"),
)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def ask(text: str, intent: str, memory: Memory | None = None) -> tuple[Reply, Memory]:
    reply, after = conversations().reply(said(text, intent), memory or Memory(), TODAY)
    return reply, from_slots(to_slots(after))


@pytest.mark.parametrize(
    "text",
    ["who do I write to in Suffolk and in Milton Keynes?", "Milton Keynes or Suffolk: what does each cost?"],
)
def test_both_authorities_stand_in_cells_of_their_own(text: str) -> None:
    reply, _ = ask(text, "ask_contact")
    assert reply.comparison is not None
    (row,) = reply.comparison.rows
    assert sorted(cell.area for cell in row.cells) == sorted(AREAS)
    for cell in row.cells:
        others = [mark for area, mark in ADDRESS.items() if area != cell.area]
        assert cell.points
        assert not [p.text for p in cell.points for mark in others if mark in p.text]
        assert {p.statement_id.split("/")[0] for p in cell.points} == {cell.area}


def test_a_comparison_after_an_answer_shows_both_the_conversations_own_first() -> None:
    reply, after = ask("compare with Milton Keynes", "compare", AFTER_SUFFOLK)
    assert reply.comparison is not None
    assert [cell.area for cell in reply.comparison.rows[0].cells] == ["suffolk", "milton-keynes"]
    assert reply.text.index("Suffolk: ") < reply.text.index("Milton Keynes: ")
    assert after.frame.area == "suffolk"


def test_whether_it_is_different_elsewhere_is_a_comparison_too() -> None:
    reply, _ = ask("is it different in Milton Keynes?", "follow_up", AFTER_SUFFOLK)
    assert reply.comparison is not None
    assert {cell.area for cell in reply.comparison.rows[0].cells} == set(AREAS)


def test_a_question_for_one_authority_is_no_comparison() -> None:
    reply, _ = ask("how long does support last in Milton Keynes?", "ask_support_length", AFTER_SUFFOLK)
    assert reply.comparison is None
    assert "suffolk" not in reply.text.casefold()


def test_what_neither_offer_says_is_alike_and_what_has_other_figures_is_not() -> None:
    statements = {a: knowledge().areas[a].statements.values() for a in AREAS}
    pairs = [(s, m) for s in statements["suffolk"] for m in statements["milton-keynes"] if are_alike(s, m)]
    assert pairs
    assert all(set(s.topics) & set(m.topics) for s, m in pairs)
    assert all((s.kind is Kind.GAP and m.kind is Kind.GAP) or s.force == m.force for s, m in pairs)
    assert not [1 for s, m in pairs if s.value is not None and m.value is not None and s.value != m.value]


def test_what_differs_comes_before_what_is_alike() -> None:
    reply, _ = ask("Suffolk and Milton Keynes: addresses, telephone?", "ask_contact")
    assert reply.comparison is not None
    (row,) = reply.comparison.rows
    for cell in row.cells:
        later = [p.statement_id in row.alike for p in cell.points[1:]]
        assert later == sorted(later)


@pytest.mark.parametrize("bridge", content().common.bridges, ids=lambda b: b.id)
def test_each_bridge_is_found_by_its_terms_and_explains_each_with_sources(bridge) -> None:
    terms = {t.id: (a, t) for a in knowledge().areas.values() for t in a.content.terms}
    one, other = (terms[bridge.terms[area][0]][1] for area in ("suffolk", "milton-keynes"))
    reply, _ = ask(
        f"Is {one.term} in Suffolk the same as {other.term} in Milton Keynes, what is the difference?", "compare"
    )
    assert reply.text.startswith(bridge.note)
    assert reply.comparison is not None
    assert reply.comparison.note == bridge.note
    assert {cell.area for cell in reply.comparison.rows[0].cells} == set(AREAS)
    assert all(p.sources for cell in reply.comparison.rows[0].cells for p in cell.points)


def test_terms_of_one_authority_are_explained_without_the_other() -> None:
    memory = Memory(frame=Frame(area="milton-keynes"))
    reply, _ = ask("what is the difference between targeted and personalised?", "ask_levels", memory)
    assert "SMIF" not in reply.text


def test_a_question_about_something_else_of_two_terms_is_answered_as_such() -> None:
    reply, _ = ask(
        "how long does bespoke support in Suffolk last compared with personalised in Milton Keynes?",
        "ask_support_length",
    )
    assert reply.comparison is not None
    assert not reply.comparison.note
