"""The content view: every statement is found and shown with its source, and a content owner signs it off."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.desk.access import Role
from bot.desk.conditions import ConditionWords
from bot.desk.statements import Describer, Filter, file_of, found, next_to_sign
from bot.desk.templating import load_words
from bot.guidance.area import Knowledge
from bot.knowledge.model import Statement
from bot.knowledge.passages import State, signable
from bot.records.audit import AuditLog
from bot.records.models import SignoffRow
from bot.records.signoffs import Signoffs
from tests.desk.support import Person, signed_in
from tests.guidance_support import CONTENT, all_statements, changed_area, knowledge

ID = "suffolk/conflict/form-names"
GAP = "suffolk/gap/telephone"
PAGE = f"/desk/content/{ID}"
WORDS = load_words()["content"]


def statement(statement_id: str) -> Statement:
    return next(s for s in all_statements() if s.id == statement_id)


def with_content(app: FastAPI, known: Knowledge) -> None:
    """Let the desk show this content instead of the real one."""
    holding = SimpleNamespace(knowledge=known)  # the pages use no more of the drafting
    app.state.desk = dataclasses.replace(app.state.desk, drafting=lambda: holding)


def reworded(statement_id: str, **keys: Any) -> Knowledge:
    """The content with one statement changed."""
    area = knowledge().areas[statement_id.split("/")[0]]
    statements = [s.model_copy(update=keys) if s.id == statement_id else s for s in area.content.statements]
    return replace(knowledge(), areas={**knowledge().areas, area.id: changed_area(area.content, statements)})


def revised(document: str, number: int) -> Knowledge:
    """The content with another hash for one paragraph of Suffolk's register."""
    area = knowledge().areas["suffolk"]
    documents = tuple(
        d.model_copy(
            update={
                "paragraphs": tuple(
                    p.model_copy(update={"sha256": "0" * 16}) if p.n == number else p for p in d.paragraphs
                )
            }
        )
        if d.document == document
        else d
        for d in area.content.paragraphs
    )
    changed = replace(area, content=replace(area.content, paragraphs=documents))
    return replace(knowledge(), areas={**knowledge().areas, area.id: changed})


@pytest.fixture
def owner(desk: FastAPI) -> Person:
    return signed_in(desk, Role.CONTENT_OWNER)


def text_of(page: httpx.Response) -> str:
    """What a page says, tags taken out and white space folded."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def digest_in(page: httpx.Response) -> str:
    return re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)[1]


async def sign(person: Person, statement_id: str = ID, **fields: str) -> httpx.Response:
    page = await person.get(f"/desk/content/{statement_id}")
    return await person.post_form(
        f"/desk/content/{statement_id}", **{"digest": digest_in(page), "read": "yes", **fields}
    )


def kept(desk: FastAPI) -> Mapping[str, Any]:
    return Signoffs(desk.state.desk.database, desk.state.desk.clock).all()


# ---------------------------------------------------------------------- the list


async def test_every_statement_of_both_offers_can_be_reached(owner: Person) -> None:
    seen: list[str] = []
    number, pages = 1, 1
    while number <= pages:
        page = await owner.get(f"/desk/content?page={number}")
        seen += re.findall(r'<a class="govuk-link" href="/desk/content/([^"?]+)"', page.text)
        pages = int(re.search(r"Page \d+ of (\d+)", page.text)[1])
        number += 1
    assert seen == [s.id for s in all_statements()]
    assert f"{len(seen)} statements of {len(seen)}" in text_of(page)


async def test_the_list_is_filtered_by_the_query_and_the_pager_keeps_it(owner: Person) -> None:
    page = await owner.get("/desk/content", params={"area": "suffolk", "kind": "gap", "words": "does not"})
    wanted = [s for s in all_statements() if s.id.startswith("suffolk/") and s.kind.value == "gap"]
    shown = re.findall(r'<a class="govuk-link" href="/desk/content/([^"?]+)"', page.text)
    assert len(shown) == 25
    assert set(shown) <= {s.id for s in wanted}
    assert 'value="does not"' in page.text
    assert '<option value="gap" selected>' in page.text
    assert re.search(r'rel="next" href="\?[^"]*kind=gap[^"]*page=2"', page.text)


async def test_a_page_that_is_not_there_shows_the_nearest(owner: Person) -> None:
    last = -(-len(all_statements()) // 25)
    for number, shown in (("0", 1), ("-3", 1), ("x", 1), ("²", 1), ("9" * 30, last), ("2", 2)):
        page = await owner.get("/desk/content", params={"page": number})
        assert f"Page {shown} of {last}" in text_of(page)


async def test_what_is_looked_for_is_shown_as_text_and_finds_nothing(owner: Person) -> None:
    page = await owner.get("/desk/content", params={"words": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert "No statement fits" in text_of(page)


def ids_of(**keys: str) -> set[str]:
    return {line.statement.id for line in found(knowledge(), {}, Filter(**keys))}


@pytest.mark.parametrize("key", ["area", "topic", "route", "kind", "state", "words"])
def test_a_filter_of_something_unknown_finds_nothing(key: str) -> None:
    assert ids_of(**{key: "no-such-thing"}) == set()


def test_each_filter_finds_what_has_it_and_nothing_else() -> None:
    everything = {s.id: s for s in all_statements()}
    assert ids_of() == set(everything)
    assert ids_of(area="suffolk") == {i for i in everything if i.startswith("suffolk/")}
    assert ids_of(topic="cost") == {i for i, s in everything.items() if "cost" in s.topics}
    assert ids_of(kind="conflict") == {i for i, s in everything.items() if s.kind.value == "conflict"}
    assert ids_of(state="unsigned") == set(everything)
    assert ids_of(state="signed") == ids_of(state="changed") == set()
    routes = knowledge().areas["suffolk"].routes_of
    assert ids_of(route="suffolk/bespoke") == {i for i, held in routes.items() if held and "bespoke" in held}
    alike = ids_of(route="all")
    assert alike == {i for i, s in everything.items() if s.routes == "all" and not s.except_routes}


def test_words_are_looked_for_in_text_parent_text_questions_and_passage() -> None:
    s = statement("suffolk/conflict/consent-form")
    opens = knowledge().areas["suffolk"].content.paragraph("core-offer", s.source[0].paragraph)
    assert opens is not None
    for words in (s.text, s.parent_text or "", s.asked_as[-1].upper(), opens.opens, s.id, "bespoke parents sign"):
        assert s.id in ids_of(words=words), words
    assert s.id not in ids_of(words="parents sign zebra")


# ---------------------------------------------------------------------- one statement


async def test_a_statement_is_shown_with_all_that_belongs_to_it(owner: Person) -> None:
    page = await owner.get("/desk/content/suffolk/conflict/consent-form")
    s, said = statement("suffolk/conflict/consent-form"), text_of(page)
    area = knowledge().areas["suffolk"]
    for part in (s.text, s.parent_text, s.id, *s.asked_as, "Conflict", "Not signed off"):
        assert part in said
    for source in s.source:
        paragraph = area.content.paragraph(source.document, source.paragraph)
        assert paragraph is not None
        assert f"{paragraph.section} {paragraph.n} {paragraph.opens} …" in said
    assert "content/suffolk/conflicts.yml" in said
    assert "Nobody has signed it off yet" in said


@pytest.mark.parametrize("area_id", ["suffolk", "milton-keynes"])
def test_whatever_is_set_of_any_statement_can_be_put_into_words(area_id: str) -> None:
    area, describer = knowledge().areas[area_id], Describer(knowledge(), WORDS)
    speaker = ConditionWords(knowledge().common, WORDS)
    for s in area.content.statements:
        rows = dict(describer.rows(area, s))
        assert set(rows) <= set(WORDS["rows"])
        for name in ("binds", "needs", "when", "unless", "judged_by", "value", "met_when", "requirement"):
            assert (name in rows) == bool(getattr(s, name)), (s.id, name)
        assert ("hedge" in rows) == (s.hedge.value != "none")
        if s.when is not None:
            assert rows["when"] == speaker.said(s.when)
        for text in [*rows.values(), *(n.text for n in describer.near(area, s))]:
            assert "{" not in text
            assert text == text.strip()


def row(name: str, **keys: Any) -> str:
    """A row of an invented statement of Suffolk with these keys."""
    area = knowledge().areas["suffolk"]
    one = Statement.model_validate(
        {"id": "suffolk/made/up", "text": "Made up.", "topics": ["cost"], "force": "is", "kind": "gap", **keys}
    )
    content = replace(area.content, statements=(*area.content.statements, one))
    return dict(Describer(knowledge(), WORDS).rows(replace(area, content=content), one))[name]


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("routes", {}, "All"),
        ("routes", {"routes": ["pupil-level"]}, "Bespoke pupil support, Section F support"),
        ("routes", {"routes": ["bespoke", "section-f"], "except_routes": ["section-f"]}, "Bespoke pupil support"),
        ("value", {"value": {"at_least": 4, "at_most": 12, "unit": "week"}}, "at least 4 and at most 12 weeks"),
        ("value", {"value": {"exactly": 1, "unit": "visit"}}, "exactly 1 visit"),
        ("value", {"value": {"exactly": 1.5, "unit": "visit"}}, "exactly 1.5 visits"),
        ("binds", {"binds": "parent"}, "Parents or carers"),
        ("judged_by", {"judged_by": "ses-referral-panel"}, "ses referral panel"),
        ("unless", {"unless": {"decided_by": "service"}}, "Decided by: The service"),
        ("hedge", {"hedge": "aims_to"}, "aims to"),
        ("needs", {"needs": ["cognition-learning", "vision"]}, "cognition and learning, vision impairment"),
    ],
)
def test_what_belongs_to_a_statement_is_said_as_people_know_it(name: str, keys: dict[str, Any], words: str) -> None:
    assert row(name, **keys) == words


def test_a_figure_says_what_it_counts_from_and_ends_at() -> None:
    value = {"at_most": 6, "unit": "school_week", "counts_from": "pupil-left", "ends_at": "pupil-starts-new-school"}
    events = {e.id: e.label for e in knowledge().common.events}
    said = f"counted from the day {events['pupil-left']}, until the day {events['pupil-starts-new-school']}"
    assert row("value", value=value) == f"at most 6 school weeks, {said}"


def test_the_file_of_every_statement_is_named() -> None:
    for s in all_statements():
        area = s.id.split("/")[0]
        file = file_of(CONTENT, area, s.id)
        text = (CONTENT.parent / file).read_text(encoding="utf-8")
        assert re.search(rf"^- (?:\{{)?id: {s.id}(?:,|$)", text, re.MULTILINE), (s.id, file)


def test_a_statement_whose_file_is_not_here_is_placed_in_its_folder(tmp_path: Any) -> None:
    (tmp_path / "suffolk").mkdir()
    (tmp_path / "suffolk" / "broken.yml").write_bytes(b"id: \xff")
    assert file_of(tmp_path, "suffolk", ID) == "content/suffolk/"
    assert file_of(CONTENT, "suffolk", "suffolk/conflict/form") == "content/suffolk/"


async def test_where_a_statement_is_used_leads_to_the_others(owner: Person) -> None:
    links = [s for s in all_statements() if s.otherwise or s.on_expiry or (s.depends_on and "/" in str(s.depends_on))]
    first = links[0]
    other = first.otherwise or first.on_expiry or first.depends_on.after or first.depends_on.before
    page = await owner.get(f"/desk/content/{first.id}")
    assert f'href="/desk/content/{other}"' in page.text
    back = await owner.get(f"/desk/content/{other}")
    assert f'href="/desk/content/{first.id}"' in back.text
    page = await owner.get("/desk/content/suffolk/bespoke/no-ehcp")
    assert "It says who this route is for: Bespoke pupil support" in text_of(page)


async def test_an_id_that_is_none_shows_nothing_and_signs_nothing(owner: Person, desk: FastAPI) -> None:
    for wrong in ("suffolk/no/such", "suffolk", "norfolk/a/b", f"{ID}/", "..%2f..%2fcontent", "ü"):
        page = await owner.get(f"/desk/content/{wrong}")
        assert page.status_code == 404
        signed = await owner.post_form(f"/desk/content/{wrong}", digest="a" * 64, read="yes")
        assert signed.status_code == 404
    assert kept(desk) == {}


# ---------------------------------------------------------------------- signing off


async def test_a_content_owner_signs_off_and_name_and_date_are_kept(owner: Person, desk: FastAPI) -> None:
    page = await owner.get(PAGE)
    assert "I have read the passage in the source and the statement says what it says" in text_of(page)
    assert 'type="checkbox" value="yes">' in page.text  # not ticked beforehand
    signed = await sign(owner)
    assert signed.status_code == 303
    after = await owner.get(signed.headers["location"])
    assert "The statement is signed off." in text_of(after)
    assert "Olive Owner" in text_of(after)
    assert "The statement as it stands" in text_of(after)
    assert 'name="read"' not in after.text
    (one,) = kept(desk)[ID]
    now = signable(knowledge().areas["suffolk"].content, statement(ID))
    assert (one.name, one.by, one.digest, one.passage) == (owner.name, owner.staff_id, now.digest, now.passage)
    assert one.content_version == knowledge().version
    assert AuditLog(desk.state.desk.database).list(action="signed_off").items[0].detail["statement"] == ID


async def test_without_the_tick_nothing_is_signed_and_the_page_says_why(owner: Person, desk: FastAPI) -> None:
    for read in ("", "no", "true"):
        page = await sign(owner, read=read)
        assert page.status_code == 422
        assert text_of(page).count("Tick the box once you have read the source") == 2  # in the summary and at the box
        assert 'href="#read"' in page.text
    assert kept(desk) == {}


async def test_a_gap_without_a_passage_is_signed_by_other_words(owner: Person) -> None:
    page = await owner.get(f"/desk/content/{GAP}")
    assert "I have looked through the source" in text_of(page)
    assert "I have read the passage" not in text_of(page)
    assert (await sign(owner, GAP)).status_code == 303


async def test_what_changed_while_the_page_was_open_is_not_signed(owner: Person, desk: FastAPI) -> None:
    page = await owner.get(PAGE)
    with_content(desk, reworded(ID, text="The offer names three forms."))
    signed = await owner.post_form(PAGE, digest=digest_in(page), read="yes")
    assert signed.status_code == 409
    assert "nothing was signed" in text_of(signed)
    assert "The offer names three forms." in text_of(signed)
    assert kept(desk) == {}


async def test_another_wording_makes_it_unsigned_again_and_the_old_one_signed(owner: Person, desk: FastAPI) -> None:
    await sign(owner)
    with_content(desk, reworded(ID, text="The offer names three forms."))
    page = await owner.get(PAGE)
    assert "Reworded since it was signed off" in text_of(page)
    assert "An earlier wording or passage" in text_of(page)
    assert ID in (await owner.get("/desk/content?state=changed")).text
    await sign(owner)
    with_content(desk, knowledge())
    page = await owner.get(PAGE)
    assert "Signed off" in text_of(page)
    assert 'name="read"' not in page.text
    assert len(kept(desk)[ID]) == 2


async def test_another_passage_makes_it_unsigned_again(owner: Person, desk: FastAPI) -> None:
    await sign(owner)
    with_content(desk, revised("core-offer", 43))
    assert "Passage changed since it was signed off" in text_of(await owner.get(PAGE))
    with_content(desk, revised("core-offer", 44))  # not one of its passages
    assert "Passage changed" not in text_of(await owner.get(PAGE))


async def test_the_second_of_two_owners_is_told_that_the_first_was_there(owner: Person, desk: FastAPI) -> None:
    other = signed_in(desk, Role.CONTENT_OWNER, name="Oscar Owner")
    page = await other.get(PAGE)
    await sign(owner)
    second = await other.post_form(PAGE, digest=digest_in(page), read="yes")
    after = await other.get(second.headers["location"])
    assert "Somebody had signed this statement off just before you" in text_of(after)
    assert [s.name for s in kept(desk)[ID]] == [owner.name]


@pytest.mark.parametrize("role", [Role.ADVISER, Role.SUPERVISOR])
async def test_others_read_and_do_not_sign(desk: FastAPI, role: Role) -> None:
    person = signed_in(desk, role)
    page = await person.get(PAGE)
    assert page.status_code == 200
    assert 'name="digest"' not in page.text
    now = signable(knowledge().areas["suffolk"].content, statement(ID))
    refused = await person.post_form(PAGE, digest=now.digest, read="yes")
    assert refused.status_code == 403
    assert kept(desk) == {}


async def test_the_list_shows_what_is_signed(owner: Person) -> None:
    await sign(owner)
    page = await owner.get("/desk/content?state=signed")
    assert re.findall(r'<a class="govuk-link" href="/desk/content/([^"?]+)"', page.text) == [ID]
    assert "Signed off" in text_of(page)


async def test_the_next_statement_to_sign_is_one_click_away(owner: Person, desk: FastAPI) -> None:
    ids = [s.id for s in knowledge().areas["suffolk"].content.statements]
    await sign(owner, ids[1])
    page = await owner.get(f"/desk/content/{ids[0]}")
    assert f'<a class="govuk-link" href="/desk/content/{ids[2]}">Next statement' in page.text
    last = await owner.get(f"/desk/content/{ids[-1]}")
    assert f'<a class="govuk-link" href="/desk/content/{ids[0]}">Next statement' in last.text


async def test_when_all_are_signed_the_page_says_so(owner: Person, desk: FastAPI) -> None:
    area = knowledge().areas["suffolk"].content
    with desk.state.desk.database.session() as session:
        for s in area.statements[1:]:
            now = signable(area, s)
            keys = {"by": owner.staff_id, "name": owner.name, "at": desk.state.desk.clock(), "content_version": "x"}
            session.add(SignoffRow(statement_id=s.id, digest=now.digest, passage=now.passage, **keys))
    first = area.statements[0].id
    assert "Next statement" not in text_of(await owner.get(f"/desk/content/{first}"))
    await sign(owner, first)
    assert "Every statement of Suffolk is signed off." in text_of(await owner.get(f"/desk/content/{first}"))


def test_the_next_to_sign_goes_round_and_never_leads_to_itself() -> None:
    states = {"a": State.UNSIGNED, "b": State.SIGNED, "c": State.PASSAGE_CHANGED}
    assert [next_to_sign(states, i) for i in "abc"] == ["c", "c", "a"]
    assert next_to_sign({"a": State.UNSIGNED}, "a") is None
    assert next_to_sign({"a": State.SIGNED, "b": State.SIGNED}, "a") is None
