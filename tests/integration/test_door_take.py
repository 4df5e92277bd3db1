"""Documents and case links at the real door, over really loaded offers, and what hostile hands make of them."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import hashlib
import json
import logging
import re
import shutil
import tempfile
import threading
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
import segno

from bot.door import making, take
from bot.door.sealing import is_sealed, sealed
from bot.guidance import case_packing
from bot.guidance.case import CASE, CaseFault, pack, unpack
from bot.guidance.checking import INTENT
from bot.guidance.frame import Frame
from bot.guidance.reply import ItemState, Reply
from bot.guidance.turn import Memory
from bot.knowledge.content import read_content
from bot.knowledge.store import Store
from bot.records.switches import Switches
from bot.settings import DEVELOPMENT_SECRET
from tests.guidance_support import CONTENT, TODAY, content, conversations, knowledge, said, turn
from tests.integration.door_fakes import WEBHOOK, FakeEngine, door, running

NOWHERE = "http://127.0.0.1:9"
PLANTED = "Quillfeather"
FORM = "suffolk/bespoke/form-in-full"
SIGN = "suffolk/consent/sign"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REFUSED = "I cannot make a document from that."
NOTHING = "There is nothing of that kind in this answer."
OVERDUE = "The Suffolk offer was due for review by July 2025: check that it still holds."
UNDATED = "The Milton Keynes offer gives no review date."


def reply_to(text: str, intent: str, area: str = "", *routes: str, **facts: Any) -> dict[str, Any]:
    """A reply as the action server sends it."""
    message = said(text, intent) if intent == INTENT else turn(text, intent)
    memory = Memory(frame=Frame(area=area or None, pupil=facts, routes=routes))
    return conversations().reply(message, memory, TODAY)[0].model_dump(mode="json")


class Replies:
    """Replies of the real guidance to real questions."""

    def __init__(self) -> None:
        self.answer = reply_to("which form for a Y4 with no EHCP in Suffolk?", "contact")
        self.dated = reply_to("The plan was agreed on 3 March 2026. When are reviews in Suffolk?", "review")
        self.check = reply_to("am I ready for a bespoke referral? mum has signed", INTENT, "suffolk", ehcp=False)
        self.short_check = reply_to("am I ready?", INTENT, "suffolk", "section-f", ehcp=True, parents_signed=True)
        self.elsewhere = reply_to("is my STT direct involvement request ready?", INTENT, "milton-keynes")
        self.compared = reply_to("Suffolk and Milton Keynes: addresses, telephone?", "ask_contact")


@pytest.fixture(scope="module")
def replies() -> Replies:
    """Loads the offers, outside the time limit of a single test."""
    return Replies()


def loaded(folder: Path, path: Path) -> None:
    """Load a folder's offers into a database. Nothing is searched here, so the vectors may be anything."""
    store = Store(f"sqlite:///{path}")
    found = content() if folder == CONTENT else read_content(folder).content
    store.load(found, lambda texts: np.zeros((len(texts), 384), dtype=np.float32))
    store.engine.dispose()


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the real offers."""
    path = tmp_path_factory.mktemp("offers") / "knowledge.db"
    loaded(CONTENT, path)
    return path


@pytest.fixture
def changed_offers(tmp_path: Path) -> Path:
    """Such a database in which the form has to be filled in otherwise."""
    shutil.copytree(CONTENT, tmp_path / "changed")
    statements = tmp_path / "changed/suffolk/statements/bespoke-referral.yml"
    text = statements.read_text(encoding="utf-8")
    old = "text: Complete the SES Bespoke Pupil Form in full."
    assert old in text
    statements.write_text(text.replace(old, "text: Complete every box of the form in green."), encoding="utf-8")
    loaded(tmp_path / "changed", tmp_path / "changed.db")
    return tmp_path / "changed.db"


@pytest.fixture
def desk(offers: Path, tmp_path: Path) -> Any:
    """Opens a door: `async with desk() as client`; its settings are keywords."""

    @contextlib.asynccontextmanager
    async def opened(engine_url: str = NOWHERE, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        chosen = {"knowledge_url": f"sqlite:///{offers}", **settings}
        async with door(engine_url, tmp_path, **chosen) as client:
            yield client

    return opened


def seal(reply: dict[str, Any], secret: str = DEVELOPMENT_SECRET, **changed: Any) -> str:
    """The JSON text of a sealed reply, as the page sends it back."""
    return json.dumps(sealed(secret, {**reply, **changed}))


async def taken(client: httpx.AsyncClient, kind: str, reply: str, **fields: Any) -> httpx.Response:
    """What comes for a form with this reply."""
    return await client.post(f"/take/{kind}", data={"reply": reply, **fields})


def words_of(page: httpx.Response) -> str:
    """The main part of a page as a person reads it."""
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def ensure_kind(page: httpx.Response, status: int, words: str) -> None:
    """A refusal is a page in words, never data or a stack trace."""
    assert page.status_code == status, page.text[:300]
    assert words in words_of(page)
    assert "<h1" in page.text
    assert "Traceback" not in page.text
    ensure_headers(page)


def ensure_headers(response: httpx.Response) -> None:
    """The headers that every answer has; none of these pages may stand in a frame."""
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers


def link_of(reply: dict[str, Any]) -> str:
    """The packed case of a reply."""
    return next(t["body"] for t in reply["takeaways"] if t["kind"] == CASE)


# ---------------------------------------------------------------------- what is to be had

FILES = {
    "pdf": ("application/pdf", "pdf", b"%PDF-"),
    "docx": (WORD, "docx", b"PK"),
    "ics": ("text/calendar; charset=utf-8", "ics", b"BEGIN:VCALENDAR"),
    "eml": ("message/rfc822", "eml", b""),
}


async def test_a_reply_as_the_chat_gives_it_is_taken_away_in_every_form(desk, replies):
    given = replies.dated | {"takeaways": [*replies.dated["takeaways"], *replies.answer["takeaways"]]}
    with running(FakeEngine(answer=lambda _: [{"custom": given}])) as engine:
        async with desk(engine.url) as client:
            answer = await client.post(WEBHOOK, json={"sender": "ann", "message": "when is the review?"})
            reply = json.dumps(answer.json()[0]["custom"])
            for kind, (media_type, ending, begins) in FILES.items():
                file = await taken(client, kind, reply)
                assert file.status_code == 200, file.text
                assert file.headers["content-type"] == media_type
                name = {"ics": "signpost-dates", "eml": "signpost-email"}.get(kind, "signpost-answer")
                assert file.headers["content-disposition"] == f'attachment; filename="{name}.{ending}"'
                assert file.content.startswith(begins)
                ensure_headers(file)
            page = await taken(client, "print", reply)
    assert page.status_code == 200
    assert "31 March to 26 May 2026" in words_of(page)
    ensure_headers(page)


async def test_a_reply_of_the_plain_page_is_taken_by_its_conversation_and_turn(desk, replies):
    with running(FakeEngine(answer=lambda _: [{"custom": replies.answer}])) as engine:
        async with desk(engine.url) as client:
            fields = {"conversation": "plain", "message_id": "m1", "text": "which form?"}
            assert (await client.post("/", data=fields)).status_code == 200
            right = {"conversation": "plain", "turn": "m1"}
            page = await client.post("/take/print", data=right)
            assert "SES Bespoke Pupil Form" in words_of(page)
            for wrong in (
                {"conversation": "another", "turn": "m1"},
                {"conversation": "plain", "turn": "m2"},
                {"conversation": "plain"},
                {"turn": "m1"},
            ):
                answer = await client.post("/take/print", data=wrong)
                assert answer.status_code in (403, 422)
                ensure_kind(answer, answer.status_code, REFUSED)
            assert (await client.request("DELETE", "/conversations", json={"sender": "plain"})).status_code == 200
            ensure_kind(await client.post("/take/print", data=right), 403, REFUSED)


async def test_a_document_says_how_old_its_offer_is(desk, replies):
    async with desk() as client:
        for reply in (replies.answer, replies.dated, replies.check):
            page = words_of(await taken(client, "print", seal(reply)))
            assert OVERDUE in page
            assert UNDATED not in page
        page = words_of(await taken(client, "print", seal(replies.elsewhere)))
        assert UNDATED in page
        assert "due for review" not in page
        both = words_of(await taken(client, "print", seal(replies.compared)))
        assert OVERDUE in both
        assert UNDATED in both


async def test_what_is_unticked_is_not_done_any_more_and_strange_ticks_are_ignored(desk, replies):
    """Items that are named only, since they are done already, have no tick to take away."""

    async def done(client: httpx.AsyncClient, reply: dict[str, Any], *ticked: str) -> str:
        page = words_of(await taken(client, "print", seal(reply), ticked=list(ticked)))
        assert PLANTED not in page
        found = re.search(r"Done: (\d+ of \d+)(, with the boxes that were ticked by hand)?\.", page)
        assert found, page
        return found[1]

    async with desk() as client:
        assert await done(client, replies.short_check, SIGN) == "1 of 5"
        assert await done(client, replies.short_check) == "0 of 5"
        other = next(i["statement_id"] for i in replies.short_check["checklist"] if i["state"] == "unknown")
        assert await done(client, replies.short_check, other) == "1 of 5"
        assert await done(client, replies.short_check, SIGN, other, other) == "2 of 5"
        strange = (PLANTED, "suffolk/no/such", "", "<b>", "x" * 5000, FORM)
        assert await done(client, replies.short_check, SIGN, *strange) == "1 of 5"
        assert await done(client, replies.check) == "2 of 7"
        assert await done(client, replies.check, FORM) == "3 of 7"


KINDS_AND_LACKS = [
    ("ics", lambda r: r.answer, {}),
    ("eml", lambda r: r.dated, {}),
    ("case", lambda r: r.answer, {}),
    *(("eml", lambda r: r.answer, {"draft": n}) for n in ("1", "7", "-1", "", "x", "0 ", "²", "٣", "1e0", "9" * 5000)),
]


@pytest.mark.parametrize(("kind", "which", "fields"), KINDS_AND_LACKS)
async def test_what_a_reply_does_not_have_is_said_in_words(desk, replies, kind, which, fields):
    async with desk() as client:
        ensure_kind(await taken(client, kind, seal(which(replies)), **fields), 404, NOTHING)


async def test_an_unknown_kind_and_a_wrong_method_are_refused(desk, replies):
    async with desk() as client:
        for kind in ("html", "PDF", "__class__", "%2e%2e", "pdf%00", "pdf.exe"):
            ensure_kind(await taken(client, kind, seal(replies.answer)), 404, "There is nothing at this address.")
        for kind in ("pdf", "print", "case"):
            answer = await client.get(f"/take/{kind}")
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
            ensure_headers(answer)


# ---------------------------------------------------------------------- only what we said


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in JSON, all of them."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, each in inner for place in places(each, (*at, name)))][0 if at else 1 :]


async def test_a_reply_changed_at_any_place_is_refused(desk, replies):
    """Every value of a whole reply, one after the other, becomes another."""
    reply = json.loads(seal(replies.check))
    found = places(reply)
    assert len(found) > 200
    kept = []
    async with desk() as client:
        for *way, last in found:
            changed = copy.deepcopy(reply)
            holder = changed
            for name in way:
                holder = holder[name]
            holder[last] = PLANTED if holder[last] != PLANTED else ""
            answer = await taken(client, "print", json.dumps(changed))
            if answer.status_code != 403 or REFUSED not in answer.text or PLANTED in answer.text:
                kept.append((*way, last))
        for name in reply:
            less = {key: value for key, value in reply.items() if key != name}
            assert (await taken(client, "print", json.dumps(less))).status_code == 403
        assert (await taken(client, "print", json.dumps({**reply, "more": 1}))).status_code == 403
    assert kept == []


async def test_only_a_seal_of_this_door_counts(desk, replies):
    other = sealed("another secret, also long enough for it", replies.answer)
    swapped = {**sealed(DEVELOPMENT_SECRET, replies.answer), "seal": json.loads(seal(replies.dated))["seal"]}
    async with desk() as client:
        for given in (replies.answer, other, swapped, {**other, "seal": None}, {**other, "seal": ["x"]}):
            ensure_kind(await taken(client, "pdf", json.dumps(given)), 403, REFUSED)


async def test_a_sealed_thing_that_is_no_reply_is_refused(desk):
    """The seal of an older door, whose replies had another form."""
    async with desk() as client:
        for given in ({"status": "answered"}, {"status": "answered", "text": 4, "parts": "x"}, {}):
            ensure_kind(await taken(client, "pdf", json.dumps(sealed(DEVELOPMENT_SECRET, given))), 403, REFUSED)


async def test_a_question_mark_cannot_become_what_no_document_can_hold(desk, replies):
    """In UTF-8 a lone surrogate is written as a question mark: a seal must not take the one for the other."""
    reply = json.loads(seal(replies.answer, text="Why?"))
    async with desk() as client:
        assert (await taken(client, "print", json.dumps(reply))).status_code == 200
        forged = json.dumps({**reply, "text": "Why\ud800"})
        assert "\\ud800" in forged
        ensure_kind(await taken(client, "print", forged), 403, REFUSED)


HOSTILE = {
    "no reply": b"",
    "an empty reply": b"reply=",
    "not JSON": b"reply=%7B",
    "no object": b"reply=%5B%5D",
    "null": b"reply=null",
    "a number": b"reply=" + b"9" * 10_000,
    "NaN": b'reply={"seal":"' + b"0" * 32 + b'","a":NaN,"b":Infinity,"c":1e999}',
    "a lone surrogate": b'reply={"seal":"' + b"0" * 32 + rb'","a":"\ud800","\udfff":1}',
    "a seal of surrogates": rb'reply={"seal":"\ud800"}',
    "a long number": b'reply={"seal":"' + b"0" * 32 + b'","a":' + b"9" * 4_400 + b"}",
    "a great float": b'reply={"seal":"' + b"0" * 32 + b'","a":1e308}',
    "deep": b'reply={"seal":"' + b"0" * 32 + b'","a":' + b"[" * 990 + b"]" * 990 + b"}",
    "deeper": b"reply=" + b"[" * 100_000,
    "many": b'reply={"seal":"' + b"0" * 32 + b'","a":[' + b",".join([b"[]"] * 150_000) + b"]}",
    "NUL": b"reply=%00",
    "twice": b"reply=%7B%7D&reply=%5B%5D",
    "a conversation of surrogates": b"conversation=%ED%A0%80&turn=x",
    "an endless conversation": b"conversation=" + b"a" * 100_000,
    "a blank conversation": b"conversation=%E2%80%8B&turn=x",
    "not UTF-8": b"reply=%ff%fe",
    "not UTF-8 at all": b"\xff\xfe\x00reply",
    "61 fields": b"&".join([b"ticked=a"] * 61),
    "JSON": b'{"reply": {}}',
    "600 kB": b"reply=" + b"x" * 600_000,
}


@pytest.mark.parametrize("kind", ["pdf", "case"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_form_is_refused_in_words(desk, name, kind):
    async with desk() as client:
        answer = await client.post(f"/take/{kind}", content=HOSTILE[name])
    expected = {"600 kB": (413,), "not UTF-8": (400,), "not UTF-8 at all": (400,), "61 fields": (400,)}
    assert answer.status_code in expected.get(name, (400, 403, 422))
    ensure_kind(answer, answer.status_code, REFUSED)


@pytest.mark.parametrize("depth", range(300, 1001, 50))
async def test_json_of_no_depth_breaks_the_door(desk, depth):
    body = f'{{"seal":"{"0" * 32}","a":{"[" * depth}{"]" * depth}}}'
    async with desk() as client:
        ensure_kind(await taken(client, "pdf", body), 403, REFUSED)


async def test_a_body_that_says_nothing_of_its_length_is_stopped_too(desk):
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 60_000

    async with desk() as client:
        ensure_kind(await client.post("/take/pdf", content=pieces()), 413, REFUSED)


async def test_who_takes_too_much_is_told_to_wait(desk, replies):
    limits = {"address": "192.0.2.7", "messages_per_minute_per_address": 3}
    async with desk(**limits) as client:
        reply, link = seal(replies.check), link_of(replies.check)
        assert (await taken(client, "print", reply)).status_code == 200
        assert (await client.get(f"/case/{link}")).status_code == 200
        assert (await client.get(f"/case/{link}/qr.svg")).status_code == 200
        for answer in (
            await taken(client, "print", reply),
            await client.get(f"/case/{link}"),
            await client.get(f"/case/{link}/qr.svg"),
        ):
            ensure_kind(answer, 429, "Please wait a moment")
            assert int(answer.headers["retry-after"]) >= 1


# ---------------------------------------------------------------------- the offers behind it


@pytest.mark.parametrize("url", ["sqlite:///{folder}/empty.db", "sqlite:///{folder}/content"])
async def test_without_offers_it_is_said_in_words(desk, replies, tmp_path, caplog, url):
    async with desk(knowledge_url=url.format(folder=tmp_path)) as client:
        for kind in ("print", "pdf", "docx"):
            ensure_kind(await taken(client, kind, seal(replies.check)), 503, "I cannot look into the offers just now.")
        for path in ("", "/qr.svg"):
            answer = await client.get(f"/case/{link_of(replies.check)}{path}")
            ensure_kind(answer, 503, "I cannot look into the offers just now.")
    assert "Traceback" not in caplog.text


async def test_new_offers_are_seen_within_seconds_and_a_lost_database_changes_nothing(
    desk, replies, tmp_path, offers, changed_offers
):
    path = tmp_path / "knowledge.db"
    shutil.copy(offers, path)
    link = link_of(replies.check)
    async with desk(knowledge_url=f"sqlite:///{path}") as client:
        assert "in green" not in (await client.get(f"/case/{link}")).text
        loaded(tmp_path / "changed", path)
        began = time.monotonic()
        while "Complete every box of the form in green." not in (await client.get(f"/case/{link}")).text:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)
        with path.open("r+b") as file:
            file.write(b"\0" * 8192)
        await asyncio.sleep(2.1)
        assert "in green" in (await client.get(f"/case/{link}")).text


async def test_a_checklist_of_offers_that_have_changed_can_still_be_printed(desk, replies, tmp_path):
    """Its route is gone since."""
    shutil.copytree(CONTENT, tmp_path / "without")
    async with desk() as client:
        case = unpack(link_of(replies.check), knowledge())
        gone = pack(replace(case, route="gone-since"))
        takeaways = [{**t, "body": gone} if t["kind"] == CASE else t for t in replies.check["takeaways"]]
        reply = seal(replies.check, takeaways=takeaways)
        page = await taken(client, "print", reply)
        assert page.status_code == 200
        assert "What the Suffolk offer says" in words_of(page)
        ensure_kind(await taken(client, "case", reply), 400, "something that the offer no longer has")


# ---------------------------------------------------------------------- case links


def ticked_on(page: httpx.Response) -> set[str]:
    """Statement ids whose boxes are ticked on a page."""
    return set(re.findall(r'name="ticked" value="([^"]+)"[^>]* checked', page.text))


async def test_the_ticks_of_a_page_are_in_the_link_that_it_leads_to(desk, replies):
    ids = [item["statement_id"] for item in replies.check["checklist"]]
    assert replies.check["checklist"][ids.index(SIGN)]["state"] == "done"
    async with desk() as client:
        answer = await taken(client, "case", seal(replies.check), ticked=[SIGN, FORM, PLANTED])
        assert answer.status_code == 303
        ensure_headers(answer)
        path = answer.headers["location"]
        assert path == f"/case/{ids.index(FORM)}.{link_of(replies.check)}"
        page = await client.get(path)
        ensure_headers(page)
    assert unpack(path.removeprefix("/case/"), knowledge()).ticked == (FORM,)
    assert ticked_on(page) == {FORM}
    assert "no EHCP" in page.text


async def test_a_case_shows_what_is_done_by_what_was_said_and_by_hand(desk, replies):
    other = next(i["statement_id"] for i in replies.short_check["checklist"] if i["state"] == "unknown")
    async with desk() as client:
        assert ticked_on(await client.get(f"/case/{link_of(replies.short_check)}")) == {SIGN}
        answer = await taken(client, "case", seal(replies.short_check), ticked=[SIGN, other])
        assert ticked_on(await client.get(answer.headers["location"])) == {SIGN, other}


async def test_a_page_of_a_case_can_be_taken_away_itself(desk, replies):
    async with desk() as client:
        page = await client.get(f"/case/{link_of(replies.check)}")
        found = re.search(r'name="reply" value="([^"]*)"', page.text)
        assert found
        reply = unescape(found[1])
        assert (await taken(client, "pdf", reply, ticked=[FORM])).content.startswith(b"%PDF")
        again = await taken(client, "case", reply, ticked=[FORM])
        assert unpack(again.headers["location"].removeprefix("/case/"), knowledge()).ticked == (FORM,)
        assert json.loads(reply)["mark"] != ""


async def test_a_case_opened_under_other_offers_says_what_changed(desk, replies, changed_offers):
    async with desk(knowledge_url=f"sqlite:///{changed_offers}") as client:
        page = words_of(await client.get(f"/case/{link_of(replies.check)}"))
    assert "made on 2 June 2025, with an earlier version" in page
    assert "Changed: Complete every box of the form in green." in page


def packed_anew(link: str, **changed: Any) -> str:
    """A link with a right head around other values."""
    from tests.unit.test_case import body_of, forged

    return forged(body_of(link), **changed)


FAULTS = {
    CaseFault.BROKEN: ("This link is damaged.", lambda link: link[:-1] + ("A" if link[-1] != "A" else "B")),
    CaseFault.CUT: ("This link has been cut short", lambda link: link[:-5]),
    CaseFault.TOO_LONG: ("This link is too long", lambda link: link + "x" * 2000),
    CaseFault.UNKNOWN_AREA: ("an offer that I do not cover", lambda link: packed_anew(link, a="atlantis")),
    CaseFault.UNKNOWN_ROUTE: ("something that the offer no longer has", lambda link: packed_anew(link, r="gone")),
    CaseFault.NEWER_FORMAT: ("a newer version of me", lambda link: f"2{link[1:]}"),
}


def test_every_fault_of_a_link_is_tried_below():
    assert set(FAULTS) == set(CaseFault)


@pytest.mark.parametrize("path", ["", "/qr.svg"])
@pytest.mark.parametrize("fault", CaseFault)
async def test_a_link_that_cannot_be_opened_says_why(desk, replies, fault, path):
    words, harm = FAULTS[fault]
    async with desk() as client:
        ensure_kind(await client.get(f"/case/{harm(link_of(replies.check))}{path}"), 400, words)


HOSTILE_LINKS = [
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "1%00", "%E2%80%AE1", "0.0.0", ".", "..%2f..%2fetc%2fpasswd", "%ff%fe", "%0d%0aX:1",
    "1AA%22%20onload=x", "javascript:alert(1)", "-", "1" * 5000, "%EF%BC%91AAAAAAAAAA", "{{7*7}}", "'--", "%25s%25n",
]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/qr.svg"])
@pytest.mark.parametrize("link", HOSTILE_LINKS)
async def test_a_hostile_link_gets_words_and_nothing_of_it_is_shown(desk, link, path):
    async with desk() as client:
        answer = await client.get(f"/case/{link}{path}")
    assert answer.status_code in (400, 404)
    if "text/html" in answer.headers["content-type"]:
        ensure_kind(answer, 400, "This link")
    for part in ("alert", "passwd", "onload", "49", "\u202e"):
        assert part not in answer.text


async def test_a_bomb_does_no_harm(desk):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = case_packing._encoded(deflate.compress(b"[" + b" " * 1_300_000 + b"]") + deflate.flush())
    head = f"{case_packing.FORMAT}{case_packing._length(body)}{case_packing._checksum(body)}"
    async with desk() as client:
        ensure_kind(await client.get(f"/case/{head}{body}"), 400, "This link is damaged.")


async def test_ticks_that_make_a_link_too_long_are_said_to(desk, replies):
    case = unpack(link_of(replies.check), knowledge())
    packed = ""
    for length in range(20, 60):  # the longest that can be packed as it is, so that ticks make it too long
        items = tuple((f"suffolk/{hashlib.sha256(bytes(n)).hexdigest()}", "0" * 4) for n in range(length))
        try:
            packed = pack(replace(case, items=items))
        except ValueError:
            break
        ids = [i for i, _ in items]
    assert len(packed) > 1900
    takeaways = [{**t, "body": packed} if t["kind"] == CASE else t for t in replies.check["takeaways"]]
    async with desk() as client:
        reply = seal(replies.check, takeaways=takeaways)
        assert (await taken(client, "case", reply)).status_code == 303
        ensure_kind(await taken(client, "case", reply, ticked=ids), 400, "This check is too long for a link.")


# ---------------------------------------------------------------------- the address in a link

BASES = {"at the address asked": ("", "http://door.test"), "at the set address": ("https://x.example/help/",) * 2}


def modules_of(svg: str) -> set[tuple[int, int]]:
    """The dark squares of a QR code drawn as strokes of height 1: their columns and rows, from the drawing itself."""
    dark, x, y = set(), 0.0, 0.0
    (path,) = re.findall(r'<path[^>]*class="qrline"[^>]* d="([^"]+)"|<path[^>]* stroke="#000"[^>]* d="([^"]+)"', svg)
    for command, numbers in re.findall(r"([MmHhVv])([-\d. ]*)", "".join(path)):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        elif command == "h":
            dark |= {(int(x) + n, int(y)) for n in range(int(values[0]))}
            x += values[0]
    return dark


@pytest.mark.parametrize("name", BASES)
async def test_the_link_and_its_qr_code_are_whole(desk, replies, name):
    public_url, base = BASES[name]
    link = f"0.{link_of(replies.check)}"
    expected = f"{base.rstrip('/')}/case/{link}"
    async with desk(public_url=public_url) as client:
        page = await client.get(f"/case/{link}")
        code = await client.get(f"/case/{link}/qr.svg")
    assert f'value="{expected}"' in page.text
    assert f'src="/case/{link}/qr.svg"' in page.text
    assert (code.status_code, code.headers["content-type"]) == (200, "image/svg+xml")
    ensure_headers(code)
    assert "<script" not in code.text
    matrix = segno.make_qr(expected, error="l").matrix
    dark = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, bit in enumerate(row) if bit}
    assert modules_of(code.text) == dark
    other = segno.make_qr(expected.replace("0.", "1.", 1), error="l").matrix
    assert {(x + 4, y + 4) for y, row in enumerate(other) for x, bit in enumerate(row) if bit} != dark


FORGED_HOSTS = [
    "evil.example/path", "evil.example?x=", "evil.example#", "a@evil.example", "evil.example\\x", 'evil"onload=x', "<b>",
    "evil example", "", "evil.example:port", "evil.example:1:2", "[::1", "xn--\xe9.example", "a" * 300,
]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/qr.svg"])
@pytest.mark.parametrize("host", FORGED_HOSTS)
async def test_a_host_that_is_none_gets_into_no_link(desk, replies, host, path):
    async with desk() as client:
        headers = {"host": host.encode("latin-1")}
        answer = await client.get(f"/case/{link_of(replies.check)}{path}", headers=headers)
        ensure_kind(answer, 400, "under an address that I do not know")
        assert "evil" not in answer.text


@pytest.mark.parametrize("host", [*FORGED_HOSTS, "evil.example"])
async def test_where_the_address_is_set_no_host_counts(desk, replies, host):
    link = link_of(replies.check)
    async with desk(public_url="https://x.example") as client:
        page = await client.get(f"/case/{link}", headers={"host": host.encode("latin-1")})
    assert f'value="https://x.example/case/{link}"' in page.text
    assert "evil" not in page.text


@pytest.mark.parametrize("host", ["x.example", "X.example:8443", "192.0.2.7:80", "[2001:db8::1]:8000", "localhost"])
async def test_where_no_address_is_set_a_host_counts(desk, replies, host):
    link = link_of(replies.check)
    async with desk() as client:
        page = await client.get(f"/case/{link}", headers={"host": host, "x-forwarded-host": "evil.example"})
    assert f'value="http://{host}/case/{link}"' in page.text
    assert "evil" not in page.text


# ---------------------------------------------------------------------- nothing is kept


async def test_nothing_that_is_posted_is_kept_or_logged(desk, replies, tmp_path, caplog, capfd, monkeypatch):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # it logs what the test itself sends
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    point = {"text": f"{PLANTED} in a point", "statement_id": PLANTED, "sources": []}
    parts = [{**replies.dated["parts"][0], "points": [point], "question": PLANTED}]
    takeaways = [{"kind": "email", "to": "a@b.example", "subject": PLANTED, "body": PLANTED}]
    whole = seal(replies.dated, text=PLANTED, parts=parts, takeaways=takeaways)
    made = []
    async with desk() as client:
        for kind in ("print", "pdf", "docx", "ics", "eml", "case", PLANTED):
            answer = await taken(client, kind, whole, ticked=[PLANTED], draft="0", more=PLANTED)
            made.append(answer.status_code)
            for reply in (f'{{"text": "{PLANTED}"}}', PLANTED):
                await taken(client, kind, reply, ticked=[PLANTED], conversation=PLANTED, turn=PLANTED)
            await client.post(f"/take/{kind}", data={"conversation": PLANTED, "turn": PLANTED})
        for path in (PLANTED, f"0.{PLANTED}", f"1{PLANTED}/qr.svg"):
            await client.get(f"/case/{path}?{urlencode({'x': PLANTED})}")
        monkeypatch.setattr(making, "pdf_of", lambda sheet: 1 / len(sheet.title[:0]))  # it breaks: no word of it either
        ensure_kind(await taken(client, "pdf", whole), 500, "Something went wrong on this side.")
    assert made == [200, 200, 200, 200, 200, 404, 404]
    said_of_it = "".join([caplog.text, *capfd.readouterr()])
    assert "a document broke: ZeroDivisionError" in said_of_it
    assert PLANTED not in said_of_it
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert [file.name for file in files if PLANTED.encode() in file.read_bytes()] == []
    assert list((tmp_path / "temporary").rglob("*")) == []


# ---------------------------------------------------------------------- many at once


class Counting:
    """The real printing, with a count of how many go on at the same time, and where."""

    def __init__(self) -> None:
        self._pdf_of, self._lock = making.pdf_of, threading.Lock()
        self.now = self.most = 0
        self.threads: set[threading.Thread] = set()

    def __call__(self, sheet: Any) -> bytes:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.threads.add(threading.current_thread())
        try:
            return self._pdf_of(sheet)
        finally:
            with self._lock:
                self.now -= 1


async def many(client: httpx.AsyncClient, number: int, body: str) -> list[httpx.Response]:
    """So many PDFs asked for at once."""
    return list(await asyncio.gather(*(taken(client, "pdf", body) for _ in range(number))))


async def test_many_documents_at_once_keep_nobody_waiting(desk, replies, monkeypatch):
    counting = Counting()
    monkeypatch.setattr(making, "pdf_of", counting)
    async with desk() as client:
        await taken(client, "pdf", seal(replies.check))  # fonts and templates are read once
        answers = await many(client, 20, seal(replies.check))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert 1 <= counting.most <= take.MOST_AT_ONCE
    assert threading.main_thread() not in counting.threads, "all others wait for what is done in the main thread"


async def test_too_many_documents_at_once_are_refused_in_words_and_it_goes_on_afterwards(desk, replies):
    async with desk() as client:
        answers = await many(client, take.MOST_WAITING + 15, seal(replies.answer))
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) == 15
        for answer in refused:
            ensure_kind(answer, 503, "Many people are taking documents away")
            assert answer.headers["retry-after"] == "30"
        assert (await taken(client, "pdf", seal(replies.answer))).status_code == 200


async def test_large_forms_keep_nobody_waiting(desk, monkeypatch):
    """They are looked through before it is known that they are not ours."""
    body = f'{{"seal":"{"0" * 32}","a":[{",".join(["[0]"] * 45_000)}]}}'
    threads = set()

    def looking(secret: str, reply: dict[str, Any]) -> bool:
        threads.add(threading.current_thread())
        return is_sealed(secret, reply)

    monkeypatch.setattr(take, "is_sealed", looking)
    async with desk() as client:
        answers = await many(client, 20, body)
    assert [answer.status_code for answer in answers] == [403] * 20
    assert threads
    assert threading.main_thread() not in threads


def test_the_replies_here_are_what_they_are_taken_for(replies):
    checked = Reply.model_validate(replies.check)
    assert {item.state for item in checked.checklist} >= {ItemState.DONE, ItemState.UNKNOWN}
    assert replies.elsewhere["checklist"]
    assert replies.dated["dates"]
    assert replies.compared["comparison"]


# ---------------------------------------------------------------------- switched off


async def switched(client: httpx.AsyncClient, area: str, channel: str, off: bool = True) -> None:
    parts = client.app.state.parts  # type: ignore[attr-defined]
    Switches(parts.records).set(area, channel, off, "a reason", None, "command line")
    await asyncio.to_thread(parts.board.look)


async def test_documents_and_links_of_an_area_that_is_off_say_so_and_those_of_others_do_not(desk, replies):
    other, link = seal(replies.elsewhere), link_of(replies.check)
    async with desk(content_dir=CONTENT) as client:
        await switched(client, "suffolk", "teams")
        assert (await taken(client, "pdf", seal(replies.answer))).status_code == 200
        await switched(client, "suffolk", "web")
        refused = [await taken(client, kind, seal(replies.dated)) for kind in ("print", "pdf", "docx", "ics", "eml")]
        refused.append(await taken(client, "case", seal(replies.check)))
        refused += [await client.get(f"/case/{link}"), await client.get(f"/case/{link}/qr.svg")]
        refused.append(await taken(client, "pdf", seal(replies.compared)))
        for page in refused:
            ensure_kind(page, 503, "Signpost is switched off for Suffolk at the moment")
            assert "SESreferrals@suffolk.gov.uk" in words_of(page)
        assert (await taken(client, "pdf", other)).status_code == 200
        assert (await client.get(f"/case/{link_of(replies.elsewhere)}")).status_code == 200
        await switched(client, "", "web")
        ensure_kind(await taken(client, "pdf", other), 503, "Signpost is switched off at the moment")
        for area in ("", "suffolk"):
            await switched(client, area, "web", off=False)
        assert (await client.get(f"/case/{link}")).status_code == 200
