"""The sentences of both offers: whose names, addresses and forms they may hold, and whom a gap sends people to."""

from __future__ import annotations

import re

import pytest

from bot.knowledge.content import uncovered
from bot.knowledge.model import Kind, Statement
from tests.guidance_support import AREAS, all_statements, area_content, content

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[\w./-]*[\w/]|\b[\w-]+\.(?:co|gov|org)\.uk\b")
FIGURE = re.compile(r"\d(?:[\d,.]*\d)?")
NEGATION = re.compile(
    r"\b(?:not|no|never|nothing|none|neither|nor|cannot|without|instead of|only if)\b|n['’]t\b", re.IGNORECASE
)
A_FORM = re.compile(r"\b(?:[A-Z][\w&]*\s){1,4}F?orm\b")
WHOM = re.compile(r"\b(?:Ask|See|Speak to|Turn to|Write to|They can ask)\b")
# Gaps that say what the offer has instead, or name neither form nor address because the section gives none.
# New ones name whom to ask; whoever puts one of these right takes it out.
NAME_NOBODY = {
    "milton-keynes/gap/enquiry-form",
    "milton-keynes/gap/inclusion-support-meeting",
    "milton-keynes/gap/agreement",
    "milton-keynes/gap/inclusion-plan",
    "milton-keynes/gap/progress-scores",
    "suffolk/bespoke/closing-list",
    "suffolk/bespoke/exceptions",
    "suffolk/bespoke/no-number",
    "suffolk/deaf/no-closing-score",
    "suffolk/deaf/no-maximum",
    "suffolk/deaf/no-review-interval",
    "suffolk/deaf/privacy-link",
    "suffolk/gap/notice",
    "suffolk/gap/report-deadline",
    "suffolk/school-support/no-scores",
    "suffolk/section-f/again",
    "suffolk/section-f/no-scores",
    "suffolk/section-f/outcomes-not-listed",
    "suffolk/senco-support/strands-not-described",
    "suffolk/vision/no-changes",
    "suffolk/vision/no-decision",
    "suffolk/vision/no-length",
    "suffolk/vision/no-moving",
    "suffolk/vision/no-re-referral",
    "suffolk/vision/no-score-closing",
    "suffolk/vision/who-refers",
}


def wordings(statement: Statement) -> list[str]:
    """All that a statement may say to a person."""
    return [statement.text, *([statement.parent_text] if statement.parent_text else [])]


def any_of(names: list[str]) -> re.Pattern[str]:
    """Any of these names, as whole words, in any case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)", re.IGNORECASE)


def test_every_paragraph_of_each_offer_is_accounted_for():
    open_ones = [(a.authority.id, d, p.n, p.opens) for a in content().areas for d, p in uncovered(a)]
    assert open_ones == []


def test_no_paragraph_is_both_left_out_and_used():
    faults = []
    for area in content().areas:
        used = {(r.document, r.paragraph) for s in area.statements for r in s.source}
        faults += [
            (d.document, p.n) for d in area.paragraphs for p in d.paragraphs if p.omitted and (d.document, p.n) in used
        ]
    assert faults == []


@pytest.mark.parametrize("area_id", AREAS)
def test_no_text_names_another_authority_its_addresses_or_its_forms(area_id):
    others = [a.authority for a in content().areas if a.authority.id != area_id]
    names = [n for o in others for n in (o.name, *o.addresses, *(f.name for f in o.forms))]
    signs = [n for o in others for n in o.signs]  # people may ask for what only the other authority has
    faults = []
    for s in area_content(area_id).statements:
        faults += [f"{s.id}: {m[0]}" for text in wordings(s) for m in any_of([*names, *signs]).finditer(text)]
        faults += [f"{s.id}: {m[0]}" for text in s.asked_as for m in any_of(names).finditer(text)]
    assert faults == []


@pytest.mark.parametrize("area_id", AREAS)
def test_addresses_are_those_of_the_authority_letter_for_letter(area_id):
    area = area_content(area_id)
    known = set(area.authority.addresses)
    texts = [(s.id, t) for s in area.statements for t in wordings(s)]
    texts += [(t.id, t.meaning) for t in area.terms]
    texts += [(p.kind, p.by_area[area_id]) for p in content().common.pointers if area_id in p.by_area]
    found = {(where, address) for where, text in texts for address in ADDRESS.findall(text)}
    assert {pair for pair in found if pair[1] not in known} == set()
    assert {address for _, address in found} == known, "every address is said somewhere"


@pytest.mark.parametrize("area_id", AREAS)
def test_forms_are_called_by_their_exact_names(area_id):
    area = area_content(area_id)
    names = [f.name for f in area.authority.forms]
    as_written = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    faults = []
    for s in area.statements:
        for text in wordings(s):
            faults += [f"{s.id}: {m[0]}" for m in as_written.finditer(text) if m[0] not in names]
            rest = as_written.sub("", text)
            faults += [f"{s.id}: {m[0]}" for m in A_FORM.finditer(rest) if m[0].endswith("Form")]
    assert faults == []
    said = " ".join(t for s in area.statements for t in wordings(s))
    assert [n for n in names if n.removesuffix(" (MK proforma)") not in said] == []


def test_common_texts_name_no_address_of_an_authority():
    addresses = [a for area in content().areas for a in area.authority.addresses]
    common = content().common
    assert common.wording is not None
    texts = [str(value) for value in common.wording.model_dump().values()]
    texts += [p.text for p in common.pointers] + [t.meaning for t in common.terms]
    assert [t for t in texts if any(a.casefold() in t.casefold() for a in addresses)] == []


def test_every_pointer_for_an_area_speaks_of_that_area_only():
    names = {a.authority.id: a.authority.name for a in content().areas}
    faults = [
        (p.kind, area_id)
        for p in content().common.pointers
        for area_id, text in p.by_area.items()
        if any(name in text for other, name in names.items() if other != area_id)
    ]
    assert faults == []


def test_every_gap_names_whom_to_ask():
    gaps = [s for s in all_statements() if s.kind is Kind.GAP]
    assert len(gaps) > 100
    silent = {s.id for s in gaps if not ADDRESS.search(s.text) and not WHOM.search(s.text)}
    assert silent - NAME_NOBODY == set()
    assert NAME_NOBODY - silent == set(), "these name somebody now: take them off the list"


def test_a_gap_says_that_something_is_not_there():
    gaps = [s for s in all_statements() if s.kind is Kind.GAP]
    assert [s.id for s in gaps if not NEGATION.search(s.text) and not re.search(r"\bonly\b|, but ", s.text)] == []


PARENTS = [s for s in all_statements() if s.parent_text]


def test_there_are_wordings_for_parents():
    assert len(PARENTS) > 60


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_what_parents_are_told_is_the_same(statement):
    text, for_parents = statement.text, statement.parent_text or ""
    assert sorted(FIGURE.findall(for_parents)) == sorted(FIGURE.findall(text))
    assert bool(NEGATION.search(for_parents)) == bool(NEGATION.search(text))
    theirs, ours = ADDRESS.findall(for_parents), ADDRESS.findall(text)
    if ours and not theirs:  # an inbox for schools: parents are sent to their school instead
        assert re.search(r"\b(?:school|SENCo)\b", for_parents)
    else:
        assert sorted(theirs) == sorted(ours)


@pytest.mark.parametrize("statement", PARENTS, ids=lambda s: s.id)
def test_what_parents_are_told_speaks_to_parents(statement):
    text = statement.parent_text or ""
    assert not re.search(r"\byour (?:school|setting|pupils?)\b", text, re.IGNORECASE), text


NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS_FOR = {
    0: {"r"},
    1: {"a", "an", "once", "single", "weekly", "annual", "yearly", "each"},
    2: {"twice", "both", "fortnightly"},
}


@pytest.mark.parametrize("statement", [s for s in all_statements() if s.value], ids=lambda s: s.id)
def test_a_figure_that_rules_read_is_the_figure_that_people_read(statement):
    value = statement.value
    bounds = [value.at_least, value.at_most, value.more_than, value.less_than, value.exactly]
    said = set(re.findall(r"[a-z]+|\d[\d,.]*\d|\d", statement.text.casefold().replace(",", "")))
    for bound in {b for b in bounds if b is not None}:
        words = {f"{bound:g}", *WORDS_FOR.get(int(bound), ()), *NUMBERS[int(bound) : int(bound) + 1]}
        assert words & said, f"{bound:g} is not in: {statement.text}"
