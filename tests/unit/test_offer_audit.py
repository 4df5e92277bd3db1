"""The offer audit: every conflict and gap, the most asked first, old dates, open terms, what changed since signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.offer_audit import Counts, Date, Openness, audit_of, open_terms
from bot.knowledge.content import AreaContent, Content, read_content
from bot.knowledge.model import Kind, Statement, Term
from bot.knowledge.passages import State

ROOT = Path(__file__).resolve().parents[2]
SINCE, TODAY = date(2026, 8, 1), date(2026, 11, 27)
REAL = ("milton-keynes", "suffolk")
INVENTED = "example-borough"


@cache
def real() -> Content:
    """The content as it stands."""
    return read_content(ROOT / "content").content


@cache
def area(area_id: str) -> AreaContent:
    """A real authority, or the invented one (which stands in a folder of its own, without common content)."""
    folder = ROOT / "tests" / "content" if area_id == INVENTED else ROOT / "content"
    return next(a for a in read_content(folder).content.areas if a.authority.id == area_id)


def audited(area_id: str, asked: Mapping[str, int] | None = None, **keys: Any) -> Any:
    counts = Counts(SINCE, asked or {}, keys.pop("states", {}))
    return audit_of(keys.pop("content", area(area_id)), real().common.terms, counts, keys.pop("today", TODAY))


def of_kind(area_id: str, kind: Kind) -> list[str]:
    return [s.id for s in area(area_id).statements if s.kind is kind]


@pytest.mark.parametrize("area_id", [*REAL, INVENTED])
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_every_conflict_and_every_gap_appears_once_with_its_count(area_id: str, data: st.DataObject) -> None:
    ids = [s.id for s in area(area_id).statements]
    asked = data.draw(st.dictionaries(st.sampled_from([*ids, f"{area_id}/gap/gone"]), st.integers(1, 10**6)))
    audit = audited(area_id, asked)
    gaps = [*audit.asked_gaps, *audit.quiet_gaps]
    assert sorted(t.statement_id for t in audit.conflicts) == sorted(of_kind(area_id, Kind.CONFLICT))
    assert sorted(t.statement_id for t in gaps) == sorted(of_kind(area_id, Kind.GAP))
    assert {t.statement_id: t.asked for t in [*gaps, *audit.conflicts]} == {
        i: asked.get(i, 0) for i in [*of_kind(area_id, Kind.GAP), *of_kind(area_id, Kind.CONFLICT)]
    }
    assert all(t.asked for t in audit.asked_gaps)
    assert not any(t.asked for t in audit.quiet_gaps)
    for told in (audit.conflicts, audit.asked_gaps):
        assert [t.asked for t in told] == sorted((t.asked for t in told), reverse=True)


def test_a_conflict_comes_with_all_its_passages() -> None:
    (found,) = [t for t in audited("suffolk").conflicts if t.statement_id == "suffolk/conflict/form-names"]
    assert [p.number for p in found.passages] == [36, 38, 43, 47, 94]
    assert all(p.opens and p.section and p.title for p in found.passages)


@pytest.mark.parametrize(
    ("today", "state", "days"),
    [
        (date(2025, 7, 30), Date.AHEAD, 0),
        (date(2025, 7, 31), Date.AHEAD, 0),
        (date(2025, 8, 1), Date.OVERDUE, 1),
        (date(2026, 7, 31), Date.OVERDUE, 365),
    ],
)
def test_a_review_is_overdue_from_the_day_after_it_was_due(today: date, state: Date, days: int) -> None:
    audit = audited("suffolk", today=today)
    (found,) = audit.dates
    assert (found.review_due, found.state, found.days) == (date(2025, 7, 31), state, days)
    assert len(audit.bad_dates) == (state is Date.OVERDUE)


def test_an_offer_without_a_review_date_is_told() -> None:
    audit = audited("milton-keynes")
    assert [(d.state, d.review_due) for d in audit.bad_dates] == [(Date.MISSING, None)]


def test_terms_that_the_real_offers_leave_open_are_found() -> None:
    found = {(t.term, t.openness) for i in REAL for t in audited(i).terms}
    for term in ("IQM", "Foci of Support", "EEF", "learning walk", "SCC", "Areas of Need", "AP", "SSL", "key worker"):
        assert (term, Openness.LEFT_OPEN) in found
    for term in ("SES", "bespoke", "SENCo Support", "onboard", "STT", "SEMH"):
        assert term not in {t for t, _ in found}
    assert ("EHCP", Openness.ELSEWHERE) in found


def test_every_meaning_that_says_what_the_offer_does_not_is_found() -> None:
    """What a meaning says by "the offer ... not" is that the term is open; so the two must agree."""
    for area_id in REAL:
        open_ones = {t.term for t in audited(area_id).terms if t.openness is Openness.LEFT_OPEN}
        said = {
            t.term
            for t in area(area_id).terms
            for sentence in t.meaning.split(". ")
            if "offer" in sentence.casefold().split() and {"not", "without"} & set(sentence.split())
        }
        assert open_ones == said


def with_statement(text: str, kind: Kind = Kind.FACT) -> AreaContent:
    """The invented authority with one more statement."""
    first = area(INVENTED).statements[0]
    more: Statement = first.model_copy(update={"id": f"{INVENTED}/more/one", "text": text, "kind": kind})
    return replace(area(INVENTED), statements=(*area(INVENTED).statements, more))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The QXP decides.", ["QXP"]),
        ("The QXPs decide with the ZoT.", ["QXPs", "ZoT"]),
        ("Send it to QXP@example.org or www.example.org/QXP.", []),
        ("One rung with an EHCP.", []),
        ("EXAMPLE BOROUGH helps with the Orchard Request Form.", []),
        ("An ordinary sentence, A to Z.", []),
    ],
)
def test_an_abbreviation_that_nothing_explains_is_found(text: str, names: list[str]) -> None:
    found = open_terms(with_statement(text), real().common.terms)
    new = {t.term for t in found if t.openness is Openness.NOWHERE}
    before = {t.term for t in open_terms(area(INVENTED), real().common.terms) if t.openness is Openness.NOWHERE}
    assert sorted(new - before) == sorted(names)


def test_what_only_a_gap_says_is_not_what_the_offer_says() -> None:
    found = open_terms(with_statement("The offer does not name the QXP.", Kind.GAP), ())
    assert "QXP" not in {t.term for t in found}


def test_a_term_of_its_own_glossary_is_not_explained_elsewhere() -> None:
    content = with_statement("Ask a TA first.")
    assert "TA" in {t.term for t in open_terms(content, real().common.terms) if t.openness is Openness.ELSEWHERE}
    own = Term(id="example-ta", term="TA", meaning="A TA is a teaching assistant.", authority=INVENTED)
    explained = replace(content, terms=(*content.terms, own))
    assert "TA" not in {t.term for t in open_terms(explained, real().common.terms)}


def test_a_plain_word_of_the_shared_glossary_is_not_taken_for_the_term() -> None:
    found = open_terms(with_statement("Send a statement of what was done."), real().common.terms)
    assert "statement of SEN" not in {t.term for t in found}


@settings(deadline=None)
@given(data=st.data())
def test_what_is_not_signed_as_it_stands_is_counted_and_what_changed_is_listed(data: st.DataObject) -> None:
    ids = [s.id for s in area(INVENTED).statements]
    states = {i: data.draw(st.sampled_from(State)) for i in data.draw(st.sets(st.sampled_from(ids)))}
    audit = audited(INVENTED, states=states)
    assert sum(audit.states.values()) == audit.statements == len(ids)
    assert audit.unsigned == len(ids) - sum(state is State.SIGNED for state in states.values())
    changed = {i: s for i, s in states.items() if s in (State.WORDING_CHANGED, State.PASSAGE_CHANGED)}
    assert {c.statement_id: c.state for c in audit.changed} == changed


def test_today_and_the_day_from_which_is_counted_stand_in_the_audit() -> None:
    audit = audited("suffolk", today=TODAY + timedelta(days=1))
    assert (audit.since, audit.today) == (SINCE, TODAY + timedelta(days=1))
