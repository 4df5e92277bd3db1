"""Drafts over the real offers: whom a letter is about, what must never be said to it, and what an adviser asks for."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.area import AreaKnowledge
from bot.guidance.choosing import units_of
from bot.guidance.conditions import holds
from bot.guidance.draft import Draft
from bot.guidance.drafting import BEST_EACH, MOST, MOST_QUESTIONS, OTHERS, Drafting, _by_sentence
from bot.guidance.mail import sentences
from bot.guidance.reply import ItemState, Status
from bot.guidance.routes import fit
from bot.guidance.service import knowledge_of
from bot.knowledge.content import read_content
from bot.knowledge.model import Statement
from bot.knowledge.store import Store
from tests.guidance_support import AREAS, CONTENT, embedder, knowledge

NEW = "example-borough"
# Sentences as letters have them, all invented; each asks or tells one thing.
SENTENCES = (
    "Which form do we need, and where does it go?",
    "Who has to sign it?",
    "How long does the support last?",
    "Could somebody observe him in class?",
    "I wasn't sure if two cycles are enough.",
    "What does it cost us?",
    "Do you visit on a Friday?",
    "Is there any training for our teaching assistants?",
    "His plan has not been looked at since spring.",
    "She hides under the piano.",
    "Our head is new and wants to see it in writing.",
    "Everything falls apart at lunch.",
    "He wears two hearing aids.",
    "Reading is torture for her.",
)
LETTERS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6, unique=True).map("\n".join)


@cache
def drafting() -> Drafting:
    """Drafts over the real content."""
    return Drafting(knowledge(), embedder().embed)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    drafting()
    embedder().embed(SENTENCES)


def parse(text: str, **intents: str) -> dict[str, Any]:
    """What the engine would make of a text: a clause for each line that asks. `intents`: by the first word of a line."""
    clauses = []
    for line in text.split("\n"):
        intent = intents.get(line.split(" ")[0].strip(",?.") if line.strip() else "")
        if intent or "?" in line:
            ranking = [{"name": intent or "", "confidence": 0.95}]
            start = text.index(line)
            one = {"text": line, "start": start, "end": start + len(line), "intent": intent or "", "ranking": ranking}
            clauses.append({**one, "confidence": 0.95 if intent else 0.1, "similarity": 0.95})
    return {"text": text, "clauses": clauses}


def draft(text: str, area: str | None = "suffolk", facts: dict[str, Any] | None = None, **intents: str) -> Draft:
    """The draft of a letter."""
    return drafting().draft(parse(text, **intents), area, facts)


def chosen(found: Draft) -> list[str]:
    """All statements of a draft, in order."""
    return [statement for question in found.questions for statement in question.statements]


def contradicts(statement: Statement, area: AreaKnowledge, facts: dict[str, Any]) -> bool:
    """Whether a statement cannot be meant under some facts: its condition is false, or each of its routes is ruled out."""
    routes = area.routes_of[statement.id]
    ruled_out = routes is not None and all(fit(area.routes[r], facts).fits is False for r in routes)
    return holds(statement.when, facts) is False or ruled_out


# ---------------------------------------------------------------------- what is chosen


@given(LETTERS, st.sampled_from(AREAS), st.booleans(), st.sampled_from([{}, {"subject": "pupil"}, {"year": 4}]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_statement_of_a_draft_contradicts_what_is_known_of_an_ehcp(letter, area_id, ehcp, more):
    found = draft(letter, area_id, {"ehcp": ehcp, **more})
    area = knowledge().areas[area_id]
    assert chosen(found)
    assert [i for i in chosen(found) if contradicts(area.statements[i], area, {"ehcp": ehcp})] == []


def test_there_are_statements_that_an_ehcp_contradicts_and_others_that_it_does_not():
    """The property above would hold for nothing, if nothing depended on it."""
    area = knowledge().areas["suffolk"]
    without = {s.id for s in area.content.statements if contradicts(s, area, {"ehcp": True})}
    with_one = {s.id for s in area.content.statements if contradicts(s, area, {"ehcp": False})}
    assert "suffolk/bespoke/no-ehcp" in without
    assert min(len(without), len(with_one)) > 10


@given(LETTERS, st.sampled_from(AREAS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_statement_stands_twice_only_where_nothing_else_answers_and_what_comes_next_is_not_chosen_already(
    letter, area_id
):
    found = draft(letter, area_id)
    assert 1 <= len(found.questions) <= MOST_QUESTIONS
    assert len(set(chosen(found))) <= max(MOST, len(found.questions) * BEST_EACH)
    assert [q.id for q in found.questions] == [f"q{n}" for n in range(1, len(found.questions) + 1)]
    said: set[str] = set()
    for question in found.questions:
        assert question.statements or question.status is Status.OUT_OF_SCOPE
        assert said.isdisjoint(question.statements) or len(question.statements) == 1
        said |= set(question.statements)
        assert len(question.statements) == len(set(question.statements))
        assert set(question.statements).isdisjoint(question.others)
        assert len(question.others) == len(set(question.others)) <= OTHERS
        assert 0 <= question.confidence <= 1
        assert set(question.statements) | set(question.others) <= set(knowledge().areas[area_id].statements)


def test_questions_stand_in_the_order_of_the_letter_each_in_its_words():
    asked = ["Who has to sign it?", "How long does the support last?", "What does it cost us?"]
    found = draft("Dear team,\nHe is in Year 4 and has no EHCP.\n" + "\n".join(asked) + "\nWe are new to this.")
    assert [q.text for q in found.questions] == asked
    assert "suffolk/gap/consent" in found.questions[0].statements or found.questions[0].topic == "consent"


def test_what_an_earlier_question_has_is_left_out_unless_nothing_else_is_an_answer():
    units = units_of(sentences("Who signs it?\nDo both of them sign?"), [])
    assert _by_sentence(units, {0: [3, 1], 1: [1, 5]}) == [(0, [3, 1]), (1, [5])]
    assert _by_sentence(units, {0: [3, 1], 1: [1, 3]}) == [(0, [3, 1]), (1, [1])]


def test_two_questions_of_one_sentence_are_one_question():
    text = "Who signs it, and how long does it last?"
    both = {"text": text, "clauses": []}
    for part in ("Who signs it,", "and how long does it last?"):
        start = text.index(part)
        both["clauses"].append(
            {"text": part, "start": start, "end": start + len(part), "intent": "", "confidence": 0.0, "ranking": []}
        )
    found = drafting().draft(both, "suffolk")
    assert [q.text for q in found.questions] == [text]


def test_a_letter_that_asks_nothing_gets_one_question_all_the_same():
    found = draft("Our boy in Year 4 is deaf.\nHe wears two hearing aids.\nHe is tired of it.")
    assert len(found.questions) == 1
    assert found.questions[0].statements


# ---------------------------------------------------------------------- whom it is about


@pytest.mark.parametrize(
    ("letter", "level"),
    [
        ("He is in Year 4, has an EHCP and cannot sit still.\nWhich form do we need for him?", "pupil"),
        ("Our whole staff would like training.\nWhich form does the school fill in to open school support?", "school"),
        ("I became SENCo in September.\nIs there a New to SENCo visit for me as the SENCo?", "senco"),
    ],
)
def test_whom_a_letter_is_about_is_seen(letter, level):
    found = draft(letter, Which="ask_how_to_refer", Is="ask_senco_support")
    assert found.facts["subject"] == level
    assert "subject" in dict(drafting().labels(found.facts, "suffolk"))
    area = knowledge().areas["suffolk"]
    routes = area.routes_of[found.questions[-1].statements[0]]
    assert routes is None or level in {area.routes[r].level for r in routes}


def test_whom_it_is_about_is_what_an_adviser_says_it_is():
    letter = "Which form do we need, and where does it go?"
    forms = {"pupil": "suffolk/bespoke/form", "school": "suffolk/school-support/form"}
    for subject, form in forms.items():
        found = draft(letter, facts={"subject": subject, "ehcp": False}, Which="ask_how_to_refer")
        assert found.facts["subject"] == subject
        assert form in chosen(found)
        assert [other for other in forms.values() if other != form and other in chosen(found)] == []


def test_two_pupils_of_whom_one_has_an_ehcp_leave_both_forms_possible():
    letter = (
        "Benno in Year 2 has an EHCP and his sister in Year 8 has no EHCP.\nWhich form do we need for each of them?"
    )
    found = draft(letter, Which="ask_how_to_refer")
    assert "ehcp" not in found.facts
    assert "year" not in found.facts
    area = knowledge().areas["suffolk"]
    for ehcp in (True, False):
        assert any(contradicts(area.statements[i], area, {"ehcp": ehcp}) for i in chosen(found)), ehcp
    alone = draft("Benno in Year 2 has an EHCP.\nWhich form do we need for him?", Which="ask_how_to_refer")
    assert alone.facts["ehcp"] is True


# ---------------------------------------------------------------------- area and facts


def test_without_an_area_there_is_no_question_but_what_was_understood():
    found = draft("He is in Year 4 and has no EHCP.\nWhich form do we need?", area=None)
    assert (found.area, found.questions) == (None, [])
    assert found.facts == {"ehcp": False, "year": 4, "subject": "pupil"}
    assert {fact for fact, _ in drafting().labels(found.facts, None)} == {"ehcp", "year", "subject"}
    assert found.content_version == knowledge().version


def test_the_area_is_the_one_that_the_letter_names_unless_it_names_two_or_somebody_chose():
    letter = "We are a school in Milton Keynes.\nWhich form do we need?"
    assert draft(letter, area=None).area == "milton-keynes"
    assert draft(letter, area="suffolk").area == "suffolk"
    assert draft("We have pupils of Suffolk and of Milton Keynes.\nWhich form do we need?", area=None).area is None


@pytest.mark.parametrize("text", ["", "\n", "Dear team,", "?!", "Hi\n\nThanks"])
def test_a_letter_without_a_sentence_keeps_the_area_that_was_chosen(text):
    found = draft(text)
    assert found.area == "suffolk"
    assert all(question.statements for question in found.questions)
    assert draft(text, area=None).area is None


def test_corrected_facts_count_instead_of_what_the_letter_says():
    letter = "He is in Year 4 and has no EHCP.\nWhich form do we need for him?"
    told = draft(letter, Which="ask_how_to_refer")
    corrected = draft(letter, facts={"ehcp": True}, Which="ask_how_to_refer")
    assert told.facts["ehcp"] is False
    assert corrected.facts["ehcp"] is True
    assert "year" not in corrected.facts
    assert "suffolk/bespoke/form" in chosen(told)
    assert "suffolk/bespoke/form" not in chosen(corrected)


def test_only_facts_that_exist_with_a_value_they_may_have_are_known():
    known = drafting().known(
        {
            "ehcp": True, "year": 4, "subject": "pupil", "needs": ["deaf", "vision"],
            "nonsense": True, "consent": "yes", "setting": "castle", "age": "four", "budget_timetable": None,
        }
    )  # fmt: skip
    assert known == {"ehcp": True, "year": 4, "subject": "pupil", "needs": ("deaf", "vision")}
    assert drafting().known({"needs": "deaf"}) == {}
    assert drafting().known({"needs": ["deaf", "Wilfredina"]}) == {}
    assert drafting().known({"ehcp": 1, "year": True, "subject": ["pupil"], "needs": [["deaf"]]}) == {}


def test_what_the_letter_shows_of_readiness_is_told_where_it_is_clear_which_way_it_is():
    letter = (
        "He is in Year 4, has no EHCP and goes to a mainstream school.\nMum has signed.\nWhich form do we need for him?"
    )
    found = draft(letter, Which="ask_how_to_refer")
    area = knowledge().areas["suffolk"]
    checked = drafting().checked(area, found.facts)
    assert checked is not None
    assert (checked.route, checked.title) == ("bespoke", "Bespoke pupil support")
    assert checked.lead
    assert {item.statement_id for item in checked.items} <= set(area.statements)
    signed = drafting().checked(area, found.facts | {"parents_signed": True})
    assert signed is not None
    assert ItemState.DONE in {item.state for item in signed.items}
    assert drafting().checked(area, {}) is None


# ---------------------------------------------------------------------- what an adviser asks


def test_an_adviser_s_question_is_answered_under_what_is_known():
    one = parse("Which form do we need for him?", Which="ask_how_to_refer")
    found = drafting().answer(one, "suffolk", {"ehcp": False, "subject": "pupil"}, "q7")
    assert (found.id, found.text, found.intent) == ("q7", "Which form do we need for him?", "ask_how_to_refer")
    assert "suffolk/bespoke/form" in found.statements
    other = drafting().answer(one, "suffolk", {"ehcp": True, "subject": "pupil"}, "q7")
    assert "suffolk/bespoke/form" not in other.statements + other.others
    assert "suffolk/section-f/form" in other.statements


def test_a_question_that_the_offer_is_silent_on_says_so():
    found = drafting().answer(parse("Do parents have to sign?", Do="ask_consent"), "milton-keynes", {}, "q1")
    assert found.statements[0] == "milton-keynes/gap/consent"
    assert (found.status, found.topic) == (Status.NOT_STATED, "consent")


def test_a_question_about_something_else_is_pointed_elsewhere():
    text = "Can you lend us a minibus for the zoo?"
    found = drafting().answer(parse(text, Can="out_of_scope_unrelated"), "suffolk", {}, "q1")
    assert (found.status, found.statements) == (Status.OUT_OF_SCOPE, [])
    assert found.lead
    assert found.others


def test_a_search_finds_by_word_and_by_meaning_within_the_area():
    assert "suffolk/bespoke/form" in drafting().search("suffolk", "SES Bespoke Pupil Form", 12)
    assert drafting().search("suffolk", "SESreferrals@suffolk.gov.uk", 3)[0] == "suffolk/contact/referrals-address"
    assert "milton-keynes/gap/consent" in drafting().search("milton-keynes", "mum and dad must agree in writing", 10)
    for area in AREAS:
        found = drafting().search(area, "who signs", 12)
        assert len(found) == len(set(found)) == 12
        assert all(statement.startswith(f"{area}/") for statement in found)


@pytest.mark.parametrize("query", ["", " ", "\n\t"])
def test_a_blank_search_finds_nothing(query):
    assert drafting().search("suffolk", query) == []


def test_a_very_long_search_is_cut_and_answered():
    assert len(drafting().search("suffolk", "signature " * 5_000, 3)) == 3


# ---------------------------------------------------------------------- another authority


def test_another_authority_is_another_folder(tmp_path: Path):
    shutil.copytree(CONTENT, tmp_path / "content")
    shutil.copytree(Path(__file__).parents[1] / "content" / NEW, tmp_path / "content" / NEW)
    store = Store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    store.load(read_content(tmp_path / "content").content, embedder().embed)
    three = Drafting(knowledge_of(store), embedder().embed)
    store.engine.dispose()
    letter = "We are a school in Exampleton.\nOur girl in Year 5 has no EHCP.\nDo parents have to sign?\nWhich form do we need?"
    found = three.draft(parse(letter, Do="ask_consent", Which="ask_how_to_refer"), None)
    assert found.area == NEW
    assert [q.text for q in found.questions] == ["Do parents have to sign?", "Which form do we need?"]
    assert f"{NEW}/ladder/consent" in chosen(found)
    assert f"{NEW}/ladder/form" in chosen(found)
    assert all(statement.startswith(f"{NEW}/") for statement in chosen(found))
    assert f"{NEW}/ladder/form" in three.search(NEW, "orchard request form", 5)
