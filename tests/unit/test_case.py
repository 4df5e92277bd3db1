"""Case links: nothing of anybody's in them, nothing in them taken on trust, and what changed since they were made."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance import case_packing
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.case import CASE, Case, CaseDate, CaseError, CaseFault, Change, opened, pack, unpack
from bot.guidance.checking import INTENT
from bot.guidance.conversation import Conversations
from bot.guidance.frame import Frame
from bot.guidance.readiness import readiness
from bot.guidance.reply import ItemState, Reply, Verdict
from bot.guidance.service import knowledge_of
from bot.guidance.turn import Memory, Turn
from bot.knowledge.content import read_content
from bot.knowledge.model import Condition, Statement
from bot.knowledge.store import Phrases, Store
from tests.guidance_support import (
    CONTENT,
    TODAY,
    changed_area,
    content,
    conversations,
    embedder,
    knowledge,
    said,
)
from tests.unit.test_readiness import ALL_DONE
from tests.unit.test_readiness import case as all_done

SUFFOLK, MK, NEW = "suffolk", "milton-keynes", "example-borough"
NO_PHRASES = Phrases((), (), (), np.zeros((0, 384), dtype=np.float32))
ASKING = [
    (area.id, route)
    for area in (AreaKnowledge(a, NO_PHRASES) for a in content().areas)
    for route in area.routes
    if readiness(area, route, {}).items
]
PLENTY = {"year": 4, "needs": ("communication-interaction", "speech-language"), "setting": "mainstream"}
NAMES = ["Zebedee Quillfeather", "Marigold Thistlewick", "Okonjo-Brambleby", "Ptolemy", "Xanthe O'Dwyer-Fitch"]


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()
    three()


@cache
def three() -> Knowledge:
    """The real content with the invented authority beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(CONTENT, folder / "content")
        shutil.copytree(Path(__file__).parents[1] / "content" / NEW, folder / "content" / NEW)
        store = Store(f"sqlite:///{folder / 'knowledge.db'}")
        store.load(read_content(folder / "content").content, embedder().embed)
        found = knowledge_of(store)
        store.engine.dispose()
    return found


def check(text: str, area: str, facts: Mapping[str, Any] | None = None, over: Knowledge | None = None) -> Reply:
    """The checklist that a question gets."""
    talk = conversations() if over is None else Conversations(over, embedder().embed)
    memory = Memory(frame=Frame(area=area, pupil=facts or {}))
    return talk.reply(said(text, INTENT), memory, TODAY)[0]


def taken(reply: Reply) -> str:
    """What is packed in a reply."""
    (body,) = [t.body for t in reply.takeaways if t.kind == CASE]
    return body


def bespoke(**facts: Any) -> Case:
    return unpack(taken(check("am I ready for a bespoke referral", SUFFOLK, facts)), knowledge())


def body_of(packed: str) -> Any:
    """The JSON in a packed case, read without our own code."""
    body = case_packing.parted(packed)[1][case_packing.HEAD :]
    return json.loads(zlib.decompress(urlsafe_b64decode(body + "=" * (-len(body) % 4)), -15))


def forged(bare: object, **changed: Any) -> str:
    """A link with a right head around any body."""
    plain = json.dumps({**bare, **changed} if isinstance(bare, dict) else bare).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return headed(deflate.compress(plain) + deflate.flush())


def headed(data: bytes) -> str:
    body = case_packing._encoded(data)
    return f"{case_packing.FORMAT}{case_packing._length(body)}{case_packing._checksum(body)}{body}"


def kind_of(text: str, known: Knowledge | None = None) -> str:
    """Why a text is refused."""
    with pytest.raises(CaseError) as caught:
        unpack(text, known or knowledge())
    return caught.value.kind


def changed(version: str, area_id: str, change: Callable[[Statement], Statement | None], *more: Statement) -> Knowledge:
    """Another version of the content: each statement changed, or left out where the change gives None."""
    area = knowledge().areas[area_id]
    statements = [s for old in area.content.statements if (s := change(old)) is not None]
    new = changed_area(area.content, [*statements, *more])
    return replace(knowledge(), version=version, areas={**knowledge().areas, area_id: new})


def one(statement_id: str, **update: Any) -> Callable[[Statement], Statement | None]:
    """A change of one statement; without an update it is removed."""
    return lambda s: s if s.id != statement_id else s.model_copy(update=update) if update else None


# ---------------------------------------------------------------------- there and back


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case that can be taken away."""
    area_id, route_id = draw(st.sampled_from(ASKING))
    facts = {}
    for fact in draw(st.lists(st.sampled_from(content().common.facts), unique_by=lambda f: f.id)):
        numbers = st.one_of(st.integers(-2, 30), st.floats(0, 200).map(lambda n: round(n, 2)))
        needs = st.lists(st.sampled_from([n.id for n in content().common.needs]), unique=True, max_size=4).map(tuple)
        kinds = {"bool": st.booleans(), "set": needs, "number": numbers, "age": numbers}
        facts[fact.id] = draw(kinds[fact.type] if fact.type in kinds else st.sampled_from(fact.values))
    ids = [s.id for s in knowledge().areas[area_id].content.statements]
    items = draw(st.lists(st.sampled_from(ids), unique=True, max_size=10))
    digests = st.text("0123456789abcdef", min_size=case_packing.DIGEST, max_size=case_packing.DIGEST)
    made = draw(st.dates(date(2024, 1, 1), date(2040, 1, 1)))
    ends = st.none() | st.integers(0, 3660)
    dates = []
    for _ in range(draw(st.integers(0, 3))):
        day = made + timedelta(days=draw(st.integers(-3000, 400)))
        first, last = (None if d is None else day + timedelta(days=d) for d in (draw(ends), draw(ends)))
        event = draw(st.sampled_from([e.id for e in content().common.events]))
        dates.append(CaseDate(draw(st.sampled_from(ids)), event, first, last, day, draw(st.booleans())))
    return Case(
        area=area_id,
        route=route_id,
        made=made,
        version=draw(st.text("0123456789abcdef", min_size=12, max_size=12)),
        facts=facts,
        items=tuple((i, draw(digests)) for i in items),
        dates=tuple(dates),
        ticked=tuple(i for i in items if draw(st.booleans())),
    )


@given(cases())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_case_comes_back_as_it_was(case):
    packed = pack(case)
    assert unpack(packed, knowledge()) == case
    assert re.fullmatch(r"([0-9-]+\.)?[A-Za-z0-9_-]+", packed)
    assert len(packed) <= case_packing.MOST_CHARS


@given(cases())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_case_opens(case):
    found = opened(case, knowledge(), TODAY)
    assert found.reply.text.strip()
    assert Reply.model_validate_json(found.reply.model_dump_json()) == found.reply


@pytest.mark.parametrize(("area_id", "route_id"), ASKING)
def test_the_longest_case_of_each_route_is_under_600_characters(area_id, route_id):
    facts = {**PLENTY, **all_done(area_id, route_id)}
    facts = facts if readiness(knowledge().areas[area_id], route_id, facts).items else PLENTY
    ids = [i.statement.id for i in readiness(knowledge().areas[area_id], route_id, facts).items]
    day = TODAY - timedelta(weeks=3)
    dates = (CaseDate(ids[0], "observation", None, day + timedelta(weeks=6), day),)
    case = opened(Case(area_id, route_id, TODAY, "0" * 12, facts, (), (), ()), knowledge(), TODAY)
    full = replace(unpack(taken(case.reply), knowledge()), dates=dates, ticked=tuple(ids))
    assert len(full.items) == len(ids)
    assert len(pack(full)) < 600


def test_a_case_too_long_for_a_link_is_not_packed():
    case = bespoke()
    items = tuple((f"suffolk/{hashlib.sha256(bytes(n)).hexdigest()}", "0" * 4) for n in range(60))
    with pytest.raises(ValueError, match="too long"):
        pack(replace(case, items=items))


# ---------------------------------------------------------------------- what a reply takes along


def test_a_checklist_takes_its_state_along():
    reply = check("have I got all for the bespoke form? no EHCP, mum has signed, form half done", SUFFOLK)
    case = unpack(taken(reply), knowledge())
    assert (case.area, case.route, case.made, case.version) == (SUFFOLK, "bespoke", TODAY, knowledge().version)
    told = {"ehcp": False, "parents_signed": True, "consent": True, "form_complete": False}
    assert case.facts == {**told, "subject": "pupil"}
    assert [i for i, _ in case.items] == [i.statement_id for i in reply.checklist]
    assert case.ticked == ()


def test_facts_that_the_check_does_not_rest_on_stay_behind():
    facts = {"ehcp": False, "year": 4, "apdr_cycles": 2, "part_time_timetable": True, "ebsa": True}
    reply = check("am I ready for a bespoke referral", SUFFOLK, facts)
    assert {"apdr_cycles", "ebsa"} <= {u.fact for u in reply.understood}
    assert set(unpack(taken(reply), knowledge()).facts) == {"ehcp", "year", "subject"}


def test_a_day_that_was_said_is_taken_along_with_its_window():
    text = "is my STT direct involvement request ready? I observed him on 20 May 2025"
    reply = check(text, MK)
    (counted,) = unpack(taken(reply), knowledge()).dates
    assert counted == CaseDate(
        "milton-keynes/personalised/observation", "observation", None, date(2025, 7, 1), date(2025, 5, 20), True
    )


@pytest.mark.parametrize(
    ("text", "area"),
    [("are we ready for an EP consultation", MK), ("am I ready for bespoke, he has an EHCP", SUFFOLK)],
)
def test_what_is_no_checklist_takes_nothing_along(text, area):
    assert [t for t in check(text, area).takeaways if t.kind == CASE] == []


def test_an_answer_after_a_checklist_takes_nothing_along():
    _, memory = conversations().reply(said("am I ready for bespoke", INTENT), Memory(frame=Frame(area=SUFFOLK)), TODAY)
    reply, _ = conversations().reply(said("do parents have to sign?", "ask_consent"), memory, TODAY)
    assert [t for t in reply.takeaways if t.kind == CASE] == []


# ---------------------------------------------------------------------- nothing of anybody's


def strings(value: object) -> list[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(value, dict):
        return [s for k, v in value.items() for s in (k, *strings(v))]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [value] if isinstance(value, str) else []


def allowed() -> set[str]:
    """Every word that may stand in a case: ids of the content, and the names of the fields."""
    common = content().common
    found = {f.id for f in common.facts} | {v for f in common.facts for v in f.values} | {n.id for n in common.needs}
    found |= {e.id for e in common.events} | {e.id for a in content().areas for e in a.events} | set("arvmynfihd")
    for area in content().areas:
        found |= {area.authority.id} | {r.id for r in area.routes}
        found |= {s.id.removeprefix(f"{area.authority.id}/") for s in area.statements}
    return found | {knowledge().version}


ROUTES_IN_WORDS = {SUFFOLK: ["bespoke", "section F"], MK: ["STT consultation", "direct involvement by the STT"]}
TOLD = [
    "{name} is in Year 4, no EHCP.", "{name}'s mum has signed.", "{name} has done two cycles.", "I observed {name} on 3 May.",
    "{name} (dob 03/04/2016) is autistic.", "Her name is {name}, she is deaf.", "we wrote the plan for {name} last week",
    "{name} lives at 12 Harbour Lane", "call me {name}", "{name} {name}", "the form is complete, {name} did it",
]  # fmt: skip


@st.composite
def talks(draw: st.DrawFn) -> tuple[str, list[str], list[Turn]]:
    """An area, the names that are typed, and a conversation with them that ends with a question for a checklist."""
    area = draw(st.sampled_from([SUFFOLK, MK]))
    word = st.text("abcdefghijklmnopqrstuvwxyz", min_size=9, max_size=14).map(str.title)
    names = draw(st.lists(st.one_of(st.sampled_from(NAMES), word), min_size=1, max_size=3))
    turns = []
    for _ in range(draw(st.integers(0, 2))):
        told = draw(st.sampled_from(TOLD)).format(name=draw(st.sampled_from(names)))
        turns.append(said(told, draw(st.sampled_from(["inform", "ask_requirements", "affirm", INTENT]))))
    route = draw(st.sampled_from(ROUTES_IN_WORDS[area]))
    told = draw(st.sampled_from(TOLD)).format(name=draw(st.sampled_from(names)))
    turns.append(said(f"{told} am I ready for {route} for {names[0]}?", INTENT))
    return area, names, turns


@given(talks())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_that_was_typed_is_in_a_case(talk):
    area, names, turns = talk
    memory, bodies = Memory(frame=Frame(area=area)), []
    for turn in turns:
        reply, memory = conversations().reply(turn, memory, TODAY)
        bodies += [t.body for t in reply.takeaways if t.kind == CASE]
        if reply.checklist:
            assert bodies
    for packed in bodies:
        bare = body_of(packed)
        assert re.fullmatch(r"[0-9a-f]*", bare.pop("h"))
        assert set(strings(bare)) <= allowed()
        shown = f"{bare} {unpack(packed, knowledge())}".casefold()
        assert [n for name in names for n in re.split(r"\W", name.casefold()) if len(n) > 4 and n in shown] == []


def test_the_conversations_above_do_end_with_a_case():
    """So that the property has something to hold of."""
    for area, routes in ROUTES_IN_WORDS.items():
        for route in routes:
            reply = check(f"Ptolemy's mum has signed. am I ready for {route} for Ptolemy?", area)
            assert "tolemy" not in str(body_of(taken(reply)))


def test_a_value_in_own_words_is_not_taken_along():
    known = {"ehcp": False, "needs": ("Zebedee Quillfeather",), "consent": "Ptolemy", "parents_signed": True}
    assert bespoke(**known).facts == {"ehcp": False, "parents_signed": True, "subject": "pupil"}
    assert bespoke(needs=("semh", "Ptolemy")).facts == {"subject": "pupil"}
    assert unpack(
        taken(check("am I ready for STT direct involvement", MK, {"apdr_cycles": 10**12})), knowledge()
    ).facts == {"subject": "pupil"}


# ---------------------------------------------------------------------- links that came to harm


@pytest.fixture(scope="module")
def link() -> str:
    return pack(replace(bespoke(**PLENTY), ticked=("suffolk/consent/sign",)))


def test_a_link_cut_anywhere_is_known_to_be_cut(link):
    ticks, packed = case_packing.parted(link)
    assert ticks
    for whole in (packed, link, f"0-1-2-3-4-5-6-7.{packed}"):
        assert isinstance(unpack(whole, knowledge()), Case)
        assert {kind_of(whole[:n]) for n in range(len(whole))} == {CaseFault.CUT}


def test_the_packed_part_is_the_same_whatever_is_ticked():
    case = bespoke(**PLENTY)
    packed = {case_packing.parted(pack(replace(case, ticked=tuple(i for i, _ in case.items[:n]))))[1] for n in range(5)}
    assert packed == {pack(case)}


def test_a_changed_character_is_noticed_wherever_it_is(link):
    packed = case_packing.parted(link)[1]
    for n in range(len(packed)):
        for other in {"A", "z", "7", "-", "_", "1", "=", " ", "\n", "é", "\u202e", "/", "%"} - {packed[n]}:
            kind_of(f"{packed[:n]}{other}{packed[n + 1 :]}")
        kind_of(packed[:n] + "B" + packed[n:])
        kind_of(packed[:n] + packed[n + 1 :])
        kind_of(packed[:n] + packed[n:].swapcase())


@given(st.text(max_size=2100))
@settings(max_examples=200, deadline=None)
def test_any_other_text_is_refused(text):
    assert kind_of(text) in set(CaseFault)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_other_body_is_refused(data):
    assert kind_of(headed(data)) in (CaseFault.BROKEN, CaseFault.CUT)


def test_a_link_of_a_later_format_is_told_apart(link):
    packed = case_packing.parted(link)[1]
    assert kind_of(f"2{packed[1:]}") == CaseFault.NEWER_FORMAT
    assert kind_of(f"0-1.2{packed[1:]}") == CaseFault.NEWER_FORMAT


def test_a_link_too_long_is_not_looked_at():
    assert kind_of("1" * 2001) == CaseFault.TOO_LONG


@pytest.mark.parametrize(
    "ticks", ["8", "99", "100", "0-8", "a", "-1", "1-", "", "-", "0--1", "0.1", "٣", "0 ", "0-1.2", "1e1", "0x1"]
)
def test_ticks_that_are_none_are_refused(link, ticks):
    packed = case_packing.parted(link)[1]
    assert kind_of(f"{ticks}.{packed}") == CaseFault.BROKEN
    assert kind_of(f"{packed}.{ticks}") == CaseFault.BROKEN


def test_a_browser_may_change_the_ticks(link):
    case = unpack(f"3-0-3.{case_packing.parted(link)[1]}", knowledge())
    assert case.ticked == (case.items[0][0], case.items[3][0])


def test_a_bomb_is_not_unpacked(monkeypatch):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = headed(deflate.compress(b"[" + b" " * 1_300_000 + b"]") + deflate.flush())
    assert len(bomb) < case_packing.MOST_CHARS
    lengths = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: lengths.append(len(text)) or loads(text))
    assert kind_of(bomb) == CaseFault.BROKEN
    assert lengths == []  # stopped before it was all there


def test_deep_nesting_is_refused():
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    assert kind_of(headed(deflate.compress(b"[" * 5900) + deflate.flush())) == CaseFault.BROKEN


HOSTILE = [
    "<script>alert(1)</script>", "bespoke/\u202eevil", "bespoke/x\n", "bespoke//x", "../../etc", "a" * 81, "", "A/b",
    "bespoke/\u0000", "javascript:x", "bespoke/é", 7, None, True, ["bespoke"], {"a": 1},
]  # fmt: skip
BAD = {
    "a": [*HOSTILE, "suffolk "],
    "r": HOSTILE,
    "v": [v for v in HOSTILE if v != "../../etc"],
    "m": ["1", 1.5, True, None, -1, 0, 10**9, 10**30, 700000 - 10000],
    "y": ["ehcp", ["nonsense"], ["year"], ["ehcp", "ehcp"], [["ehcp"]], [1], None, [{}], ["needs"]],
    "n": [["setting"], ["x" * 10000], {"ehcp": 1}],
    "f": [
        {"year": "4"}, {"year": 10**6}, {"year": -99}, {"year": float("nan")}, {"year": float("inf")}, {"year": None},
        {"needs": ["Zebedee"]}, {"needs": "semh"}, {"needs": [["semh"]]}, {"needs": ["semh", "semh"]}, {"needs": [1]},
        {"setting": "castle"}, {"setting": ["mainstream"]}, {"name": "Ptolemy"}, {"ehcp": 1}, {"ehcp": "yes"},
        {"year": [4]}, {"year": {"a": 1}}, [1], "year", 3, {"ehcp": True},
    ],
    "h": ["", "zz", 5, None, "0" * 33, "0" * 31, "g" * 32, "0" * 10000],
    "d": [
        [["bespoke/review", "inclusion-plan-agreed", 0, None, 5]],
        [["bespoke/review", "inclusion-plan-agreed", 0, None, 5, 2]],
        [["bespoke/review", "inclusion-plan-agreed", "0", None, 5, 1]],
        [["bespoke/review", "<b>", 0, None, 5, 1]],
        [["<i>", "inclusion-plan-agreed", 0, None, 5, 1]],
        [["bespoke/review", "inclusion-plan-agreed", 10**8, None, 5, 1]],
        [["bespoke/review", "inclusion-plan-agreed", -400000, None, 5, 1]],
        [["bespoke/review", "inclusion-plan-agreed", 0, 10**7, 5, 1]],
        [["bespoke/review", "inclusion-plan-agreed", 0, 5.5, 5, True]],
        [None], "x", {"a": 1}, [["bespoke/review", "inclusion-plan-agreed", 0, None, 5, 1]] * 41,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, values in BAD.items() for v in values])
def test_a_forged_value_is_refused(link, key, value):
    bare = body_of(link)
    if key in ("y", "n", "f") and value == {"ehcp": True}:
        bare["y"] = ["ehcp"]  # twice the same fact
    assert kind_of(forged(bare, **{key: value})) == CaseFault.BROKEN


@pytest.mark.parametrize("value", [*HOSTILE, "x" * 10_000])
def test_a_forged_statement_id_is_refused(link, value):
    bare = body_of(link)
    assert kind_of(forged(bare, i=[value, *bare["i"][1:]])) == CaseFault.BROKEN


def test_too_many_items_or_one_twice_are_refused(link):
    bare = body_of(link)
    assert kind_of(forged(bare, i=[f"x/{n}" for n in range(61)], h="0" * 244)) == CaseFault.BROKEN
    assert kind_of(forged(bare, i=[bare["i"][0]] * 8)) == CaseFault.BROKEN


def test_a_missing_field_or_no_object_is_refused(link):
    bare = body_of(link)
    for key in bare:
        assert kind_of(forged({k: v for k, v in bare.items() if k != key})) == CaseFault.BROKEN
    for other in ([], "x", 1, None, [bare]):
        assert kind_of(forged(other)) == CaseFault.BROKEN


def test_an_area_or_route_that_is_not_there_is_named_as_such(link):
    bare = body_of(link)
    assert kind_of(forged(bare, a="atlantis")) == CaseFault.UNKNOWN_AREA
    assert kind_of(forged(bare, r="stt-consultation")) == CaseFault.UNKNOWN_ROUTE


def test_what_follows_the_body_is_refused(link):
    body = case_packing.parted(link)[1][case_packing.HEAD :]
    data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    assert kind_of(headed(data + b"more")) == CaseFault.BROKEN


# ---------------------------------------------------------------------- opened again


@pytest.mark.parametrize(("area_id", "route_id"), ASKING)
@pytest.mark.parametrize("facts", [{}, PLENTY, {**ALL_DONE, "form_complete": False, "apdr_cycles": 1}])
def test_opened_at_once_it_is_the_checklist_that_was_shown(area_id, route_id, facts):
    frame = Frame(area=area_id, pupil=facts, routes=(route_id,))
    shown, _ = conversations().reply(said("am I ready", INTENT), Memory(frame=frame), TODAY)
    if not shown.checklist:
        return
    found = opened(unpack(taken(shown), knowledge()), knowledge(), TODAY)
    assert found.changes == ()
    assert [(i.statement_id, i.state, i.text) for i in found.reply.checklist] == [
        (i.statement_id, i.state, i.text) for i in shown.checklist
    ]
    carried = f" ({conversations().wording.carried})"  # said to who was there; a colleague was not
    assert found.reply.parts[0].lead == shown.parts[0].lead.replace(carried, "")
    assert taken(found.reply) == taken(shown)
    assert found.reply.notices == ["This checklist was made on 2 June 2025."]


def test_states_come_from_the_facts_and_ticks_from_the_hand():
    ticked = ("suffolk/bespoke/form-in-full", "suffolk/leadership/supportive")
    case = replace(bespoke(ehcp=False, parents_signed=True, form_complete=False), ticked=ticked)
    found = opened(unpack(pack(case), knowledge()), knowledge(), TODAY)
    states = {i.statement_id: i.state for i in found.reply.checklist}
    assert states["suffolk/consent/sign"] is ItemState.DONE
    assert states["suffolk/bespoke/form-in-full"] is ItemState.MISSING
    assert states["suffolk/leadership/supportive"] is ItemState.UNKNOWN
    assert set(found.ticked) == set(ticked)
    assert set(unpack(taken(found.reply), knowledge()).ticked) == set(ticked)


def test_the_facts_of_a_case_are_shown_as_understood():
    found = opened(bespoke(ehcp=False, **PLENTY), knowledge(), TODAY)
    assert {(u.fact, u.label) for u in found.reply.understood} >= {("area", "Suffolk"), ("ehcp", "no EHCP")}
    assert "Year 4" in found.reply.text


def test_an_offer_past_its_review_date_says_so_in_a_case_too():
    found = opened(bespoke(), knowledge(), date(2035, 1, 1))
    assert any("due for review" in n for n in found.reply.notices)


FORM = "suffolk/bespoke/form-in-full"


def test_another_version_that_says_the_same_changes_nothing():
    found = opened(bespoke(), changed("f" * 12, SUFFOLK, lambda s: s), TODAY)
    assert found.changes == ()
    assert found.reply.notices == ["This checklist was made on 2 June 2025."]
    assert found.reply.content_version == "f" * 12


def test_a_statement_that_only_others_say_changes_nothing():
    found = opened(bespoke(), changed("f" * 12, SUFFOLK, one("suffolk/section-f/form-in-full", text="Anew.")), TODAY)
    assert found.changes == ()


@pytest.mark.parametrize(
    "update",
    [
        {"text": "Fill in every box of the form."},
        {"force": "expected"},
        {"met_when": Condition(fact="consent")},
        {"when": Condition(fact="year", at_least=3)},
    ],
)
def test_a_changed_requirement_is_said_with_its_words_now(update):
    found = opened(bespoke(), changed("f" * 12, SUFFOLK, one(FORM, **update)), TODAY)
    text = update.get("text", knowledge().areas[SUFFOLK].statements[FORM].text)
    assert found.changes == (Change("changed", FORM, text),)
    assert f"Changed: {text}" in found.reply.text
    assert "made on 2 June 2025, with an earlier version" in found.reply.text
    again = opened(unpack(taken(found.reply), knowledge()), changed("f" * 12, SUFFOLK, one(FORM, **update)), TODAY)
    assert again.changes == ()


def test_a_changed_criterion_is_said_with_the_statement_that_says_it():
    now = changed("f" * 12, SUFFOLK, lambda s: s)
    area = now.areas[SUFFOLK]
    criteria = [
        c.model_copy(update={"when": Condition.model_validate({"fact": "ehcp", "is": False})})
        if c.id == "no-ehcp"
        else c
        for c in area.routes["bespoke"].criteria
    ]
    routes = tuple(
        r.model_copy(update={"criteria": tuple(criteria)}) if r.id == "bespoke" else r for r in area.content.routes
    )
    now.areas[SUFFOLK] = replace(area, content=replace(area.content, routes=routes))
    assert [c.statement_id for c in opened(bespoke(), now, TODAY).changes] == ["suffolk/bespoke/no-ehcp"]


def test_a_new_requirement_is_said():
    new = knowledge().areas[SUFFOLK].statements[FORM].model_copy(
        update={"id": "suffolk/bespoke/own-words", "text": "Say in your own words why.", "met_when": None}
    )  # fmt: skip
    found = opened(bespoke(), changed("f" * 12, SUFFOLK, lambda s: s, new), TODAY)
    assert found.changes == (Change("added", new.id, new.text),)
    assert f"New: {new.text}" in found.reply.notices


def test_a_requirement_that_is_gone_is_counted_with_its_tick():
    case = replace(bespoke(), ticked=(FORM, "suffolk/consent/sign"))
    found = opened(case, changed("f" * 12, SUFFOLK, one(FORM)), TODAY)
    assert found.changes == (Change("removed", FORM),)
    assert found.ticked == ("suffolk/consent/sign",)
    assert "No longer asked for: one thing." in found.reply.notices
    assert FORM not in found.reply.model_dump_json()


def test_several_changes_are_said_together():
    sign = "suffolk/consent/sign"

    def change(s: Statement) -> Statement | None:
        if s.id in (FORM, "suffolk/leadership/supportive"):
            return None
        return s.model_copy(update={"text": "Parents sign in ink."}) if s.id == sign else s

    found = opened(bespoke(), changed("f" * 12, SUFFOLK, change), TODAY)
    assert [c.kind for c in found.changes] == ["changed", "removed", "removed"]
    assert found.reply.notices[1:] == ["Changed: Parents sign in ink.", "No longer asked for: two things."]


def test_a_route_that_no_longer_fits_says_why():
    now = changed("f" * 12, SUFFOLK, lambda s: s)
    area = now.areas[SUFFOLK]
    routes = [
        r.model_copy(update={"criteria": tuple(
            c.model_copy(update={"when": Condition(fact="year", at_least=7)}) if c.id == "year-r-to-11" else c
            for c in r.criteria
        )}) for r in area.content.routes
    ]  # fmt: skip
    now.areas[SUFFOLK] = replace(area, content=replace(area.content, routes=tuple(routes)))
    found = opened(bespoke(ehcp=False, year=4), now, TODAY)
    assert (found.reply.parts[0].verdict, found.reply.checklist, found.reply.takeaways) == (Verdict.NO, [], [])
    assert [(c.kind, c.statement_id) for c in found.changes] == [("changed", "suffolk/ses/years")]


def test_ids_that_were_forged_are_only_counted(link):
    bare = body_of(link)
    digests = "0" * 4 + bare["h"][4:]
    case = unpack(forged(bare, i=["call/07700-900123", *bare["i"][1:]], h=digests, v="0" * 12), knowledge())
    found = opened(case, knowledge(), TODAY)
    assert "07700" not in found.reply.model_dump_json()
    assert sorted(c.kind for c in found.changes) == ["added", "removed"]


# ---------------------------------------------------------------------- days

OBSERVATION = "milton-keynes/personalised/observation"


def observed(text: str) -> Case:
    return unpack(taken(check(f"is my STT direct involvement request ready? {text}", MK)), knowledge())


def state_of(case: Case, statement_id: str, today: date) -> ItemState:
    reply = opened(case, knowledge(), today).reply
    return next(i.state for i in reply.checklist if i.statement_id == statement_id)


@pytest.mark.parametrize("told", ["on 20 May 2025", "a fortnight ago"])
def test_an_observation_grows_old_in_a_case_too(told):
    case = observed(f"I observed him {told}")
    assert len(case.dates) == 1
    case = replace(case, facts={**case.facts, "observed": True, "teacher_supported": True})
    day = date(2025, 5, 20) if told[0] == "o" else TODAY - timedelta(weeks=2)
    assert state_of(case, OBSERVATION, TODAY) is ItemState.DONE
    assert state_of(case, OBSERVATION, day + timedelta(weeks=6)) is ItemState.DONE
    assert state_of(case, OBSERVATION, day + timedelta(weeks=6, days=1)) is ItemState.MISSING


def test_an_age_whose_day_is_not_known_grows_with_the_case():
    facts = {"observed": True, "teacher_supported": True, "observation_age": 0.46}  # two weeks
    case = replace(observed("I observed him"), facts=facts, dates=())
    assert state_of(case, OBSERVATION, TODAY + timedelta(weeks=4)) is ItemState.DONE
    assert state_of(case, OBSERVATION, TODAY + timedelta(weeks=4, days=1)) is ItemState.MISSING


def test_windows_are_counted_anew_and_stand_below_their_points():
    found = opened(observed("I observed him on 20 May 2025"), knowledge(), TODAY)
    (item,) = found.reply.dates
    assert (item.statement_id, item.end, item.sure) == (OBSERVATION, date(2025, 7, 1), True)
    assert "Counted from 20 May 2025, the day the SENCo observed" in found.reply.text
    assert found.changes == ()


REVIEW = CaseDate(
    "suffolk/bespoke/review", "inclusion-plan-agreed", date(2025, 5, 30), date(2025, 7, 25), date(2025, 5, 2)
)


@pytest.mark.parametrize("sure", [True, False])
def test_a_window_of_a_point_beside_the_checklist_comes_with_its_point(sure):
    found = opened(replace(bespoke(), dates=(REVIEW._replace(sure=sure),)), knowledge(), TODAY)
    assert found.changes == ()
    assert [(d.start, d.end, d.sure) for d in found.reply.dates] == [(REVIEW.start, REVIEW.end, sure)]
    assert ("If 2 May 2025 was the day" in found.reply.text) is not sure
    assert "suffolk/bespoke/review" in [p.statement_id for part in found.reply.parts for p in part.points]
    assert unpack(taken(found.reply), knowledge()).dates == (REVIEW._replace(sure=sure),)


def test_a_window_that_is_another_now_or_is_gone_is_a_change():
    case = replace(bespoke(), dates=(REVIEW,))
    value = knowledge().areas[SUFFOLK].statements[REVIEW.statement].value
    assert value is not None
    longer = value.model_copy(update={"at_most": 13.0})
    found = opened(case, changed("f" * 12, SUFFOLK, one(REVIEW.statement, value=longer)), TODAY)
    assert [(c.kind, c.statement_id) for c in found.changes] == [("changed", REVIEW.statement)]
    assert [d.end for d in found.reply.dates] == [date(2025, 8, 1)]
    found = opened(case, changed("f" * 12, SUFFOLK, one(REVIEW.statement)), TODAY)
    assert found.changes == (Change("removed", REVIEW.statement),)
    assert found.reply.dates == []


# ---------------------------------------------------------------------- another authority


def test_an_authority_that_is_only_a_folder_has_case_links_too():
    facts = {"ehcp": False, "year": 5}
    reply = check("am I ready for short ladder support", NEW, facts, three())
    case = unpack(taken(reply), three())
    assert [i for i, _ in case.items] == [f"{NEW}/ladder/consent", f"{NEW}/ladder/three-cycles"]
    assert case.facts == {**facts, "subject": "pupil"}
    found = opened(replace(case, ticked=(f"{NEW}/ladder/consent",)), three(), TODAY)
    assert (found.changes, found.ticked) == ((), (f"{NEW}/ladder/consent",))
    assert kind_of(taken(reply), knowledge()) == CaseFault.UNKNOWN_AREA
