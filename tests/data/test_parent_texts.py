"""What parents are told is what the school is told: the same figures, names, negations and force, in plainer words."""

from __future__ import annotations

import re
from functools import cache

import pytest
import textstat

from bot.knowledge.model import Force, Statement
from bot.knowledge.model.offer import sentences
from tests.data.test_content_texts import ADDRESS, FIGURE, NEGATION, NUMBERS
from tests.guidance_support import all_statements, area_content, content

OLDEST_READING_AGE = 11.0
SCHOOL_STARTS_AT = 5  # a reading age is a school grade of the index and five years
LONGEST_SENTENCE = 20
PARENTS = [s for s in all_statements() if s.parent_text]
# Topics that parents ask about: what is first said on them has a wording for parents.
OF_PARENTS = frozenset({"consent", "data_use", "reports", "parents_role", "ending_support", "moving_school", "absence"})

ORDINARY = frozenset(
    {"open", "Open", "closed", "Closed", "statement", "Statement"}
)  # terms, but also words like others

# How binding a sentence is, by the words that say so.
FORCES = {
    Force.MUST: r"must|require[sd]?|essential|responsible|needed|(?:needs?|ha(?:s|ve)) to|needs? (?:your|a|at)",
    Force.EXPECTED: r"should|expect(?:s|ed|ations?)?",
    Force.MAY: r"may|might|can|could|possibly|perhaps|option(?:al)?",
}
HEDGES = {
    "usually": r"usually|typically|generally|ordinarily|normally|in (?:most|the majority of) (?:cases|circumstances)",
    "aims": r"aims?|endeavours?",
    "where appropriate": r"appropriate|suit(?:s|able)|right",
    "case by case": r"case by case",
    "only": r"only",
    "always": r"always",
    "at most": r"at most|maximum",
    "at least": r"at least|minimum",
}
# A sentence that tells the school what to do has no word for how binding that is; told to parents, it needs one.
ORDER = re.compile(
    r"(?:^|[.:,;] )(?:always |do not |first )?(?:allow|arrange|ask|be|call|carry out|check|complete|consider|e-mail|generalise"
    r"|get|hold|invite|keep|make|record|send|show|tell|use)\b",
    re.IGNORECASE,
)


def words_of(kinds: dict[str, str] | dict[Force, str], text: str) -> set[str]:
    """Which of these kinds of word a text holds."""
    return {str(kind) for kind, words in kinds.items() if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)}


def figures(text: str) -> list[str]:
    """All figures of a text, those written out too; "one" is a word like others."""
    text = ADDRESS.sub("", text)
    written = [str(NUMBERS.index(w)) for w in re.findall(r"[a-z]+", text.casefold()) if w in NUMBERS[2:]]
    return sorted(FIGURE.findall(text) + written)


@cache
def names(area_id: str) -> re.Pattern[str]:
    """Addresses, forms, services, routes and terms of an authority: what a text cannot put more simply."""
    area = area_content(area_id)
    found = [*area.authority.addresses, *(f.name for f in area.authority.forms), *(r.name for r in area.routes)]
    found += [n for s in area.services for n in (s.name, s.name.removesuffix(" Service"), *s.aliases)]
    found += [n for t in (*area.terms, *content().common.terms) for n in (t.term, *t.aliases)]
    found += [n[:1].upper() + n[1:] for n in found]
    longest_first = sorted({n for n in found if n not in ORDINARY}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")s?(?!\w)")


def reading_age(text: str, area_id: str) -> float:
    """The age at which a text can be read, its names taken as one easy word each.

    By the automated readability index: it counts letters, so it needs no dictionary of syllables to be downloaded.
    """
    plain = names(area_id).sub("Kim", ADDRESS.sub("Kim", text))
    return textstat.automated_readability_index(plain) + SCHOOL_STARTS_AT


def area_of(statement: Statement) -> str:
    return statement.id.split("/")[0]


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_parents_are_told_the_same_figures(statement):
    assert figures(statement.parent_text) == figures(statement.text)


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_parents_are_told_the_same_addresses_and_forms(statement):
    forms = re.compile("|".join(re.escape(f.name) for f in area_content(area_of(statement)).authority.forms))
    for named in (ADDRESS, forms):
        assert set(named.findall(statement.parent_text)) == set(named.findall(statement.text))


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_parents_are_told_no_where_the_school_is_told_no(statement):
    assert bool(NEGATION.search(statement.parent_text)) == bool(NEGATION.search(statement.text))


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_what_parents_are_told_is_as_binding(statement):
    told, meant = words_of(FORCES, statement.parent_text), words_of(FORCES, statement.text)
    ordered = {str(statement.force).replace("must_not", "must")} if ORDER.search(statement.text) else set()
    assert meant <= told <= meant | ordered, f"{statement.text!r} -> {statement.parent_text!r}"


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_what_parents_are_told_is_hedged_alike(statement):
    told, meant = words_of(HEDGES, statement.parent_text), words_of(HEDGES, statement.text)
    assert told == meant, f"{statement.text!r} -> {statement.parent_text!r}"


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_what_parents_are_told_is_about_their_child(statement):
    plain = names(area_of(statement)).sub("", statement.parent_text)
    assert not re.search(r"\b(?:pupils?(?! referrals?)|parents?/carers?|carers?)\b", plain, re.IGNORECASE)
    assert not re.search(r"\byour (?:SENCo|staff|schools?|settings?|SEND Team)\b", plain)


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_sentences_for_parents_are_short(statement):
    assert [s for s in sentences(statement.parent_text) if len(s.split()) > LONGEST_SENTENCE] == []


def test_what_parents_are_told_can_be_read_at_eleven():
    ages = {s.id: reading_age(s.parent_text or "", area_of(s)) for s in PARENTS}
    assert {i: round(age, 1) for i, age in ages.items() if age > OLDEST_READING_AGE} == {}


def test_the_wording_for_parents_is_plainer_than_that_for_schools():
    theirs = [reading_age(s.parent_text or "", area_of(s)) for s in PARENTS]
    ours = [reading_age(s.text, area_of(s)) for s in PARENTS]
    assert sum(theirs) / len(theirs) < sum(ours) / len(ours) - 2


@pytest.mark.parametrize("area_id", ["milton-keynes", "suffolk"])
def test_what_concerns_parents_most_is_worded_for_them(area_id):
    asked = [s for s in area_content(area_id).statements if s.priority < 3 and OF_PARENTS & set(s.topics)]
    assert [s.id for s in asked if not s.parent_text] == []
