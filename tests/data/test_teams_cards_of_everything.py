"""Every statement of both offers on a card for Teams, in every kind of reply; and cards of real conversations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.guidance.reply import (
    Answer,
    Cell,
    ChecklistItem,
    Choice,
    Comparison,
    DateItem,
    ItemState,
    Point,
    Reply,
    Row,
    Status,
    Takeaway,
    Understood,
    Verdict,
)
from bot.guidance.showing import marks_of
from bot.teams.card_body import all_sources
from bot.teams.cards import card_of, message_of, summary_of
from tests.card_samples import REPLIES, sample
from tests.card_support import BASE, LINKS, faults, links_in, read, sent, signed, titles, walked
from tests.guidance_support import AREAS, TODAY, all_asked, knowledge

AT_ONCE = 6  # statements on one card, about as many as an answer has


def said_in(area_id: str) -> list[Point]:
    """Every statement of an authority as it is said, to a school and, where it has such words, to parents."""
    area = knowledge().areas[area_id]
    points = [
        area.point(s, label=area.content.authority.name if n % 3 == 0 else "")
        for n, s in enumerate(area.content.statements)
    ]
    for_parents = [
        area.point(s).model_copy(update={"text": s.parent_text, "statement_id": f"{s.id}/parents"})
        for s in area.content.statements
        if s.parent_text
    ]
    return [*points, *for_parents]


def _reply(**fields: Any) -> Reply:
    return Reply(**{"status": Status.ANSWERED, "text": "In short.", **fields})


def answer(area: str, points: Sequence[Point]) -> Reply:
    return _reply(parts=[Answer(area=area, verdict=Verdict.DEPENDS, lead="The offer:", points=list(points))])


def several(area: str, points: Sequence[Point]) -> Reply:
    return _reply(parts=[Answer(area=area, question=f"Question {n}?", points=[p]) for n, p in enumerate(points)])


def checklist(area: str, points: Sequence[Point]) -> Reply:
    states = itertools.cycle(ItemState)
    items = [
        ChecklistItem(text=p.text, statement_id=p.statement_id, state=s, firmness="must", sources=p.sources)
        for p, s in zip(points, states, strict=False)
    ]
    return _reply(parts=[Answer(area=area, lead="Still to check:", points=list(points))], checklist=items)


def comparison(area: str, points: Sequence[Point]) -> Reply:
    cells = [
        Cell(area=f"{side}-{area}", name=side.title(), points=list(of))
        for side, of in (("one", points[::2]), ("other", points[1::2]))
    ]
    rows = [Row(title="Side by side", cells=cells, alike=[p.statement_id for p in points[:2]])]
    parts = [Answer(area=cell.area, question=f"{cell.name}:", points=cell.points) for cell in cells if cell.points]
    return _reply(parts=parts, comparison=Comparison(note="Held together.", rows=rows))


def dates(area: str, points: Sequence[Point]) -> Reply:
    windows = [
        DateItem(label=p.text, text="by 3 June.", counts_from=TODAY, event="e", unit="day", statement_id=p.statement_id)
        for p in points
    ]
    return _reply(parts=[Answer(area=area, points=list(points))], dates=windows, notices=[p.text for p in points[:1]])


def with_all_beside(area: str, points: Sequence[Point]) -> Reply:
    facts = [Understood(fact="year", value=4, label="Year 4"), Understood(fact="ehcp", value=False, label="no EHCP")]
    choices = [Choice(title=title, value={"kind": "topic", "value": title}) for title in ("Reviews", "What it costs")]
    takeaways = [
        *(
            Takeaway(kind="email", title=t, to="a@north.gov.uk", subject="S", body=points[0].text)
            for t in ("One", "Two")
        ),
        *(Takeaway(kind=kind) for kind in ("print", "calendar", "case")),
    ]
    return answer(area, points).model_copy(update={"understood": facts, "choices": choices, "takeaways": takeaways})


KINDS: list[Callable[[str, Sequence[Point]], Reply]] = [answer, several, checklist, comparison, dates, with_all_beside]


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("area_id", AREAS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_is_said_whole_with_its_sources(kind: Callable[..., Reply], area_id: str):
    wrong = []
    points = said_in(area_id)
    assert len(points) > 300
    for some in itertools.batched(points, AT_ONCE):
        reply = signed(kind(area_id, some))
        made = card_of(reply, links=LINKS)
        wrong += faults(made)
        said = read(made)
        sources = all_sources(reply)
        for point in some:
            label = f"{point.label}: " if point.label else ""
            marks = marks_of(point.model_dump(mode="json"), sources)
            if one_line(f"{label}{point.text} {marks}") not in said:
                wrong.append(f"not said: {point.statement_id}")
        everything = read(made, is_unfolded=True)
        wrong += [f"source not named: {line}" for line in sources if line not in everything]
        wrong += [
            f"link: {link}"
            for link in links_in(made)
            if not link.startswith(("mailto:", BASE)) and link not in str(reply)
        ]
    assert wrong == []


def test_what_stands_beside_an_answer_is_all_there():
    reply = signed(with_all_beside("suffolk", said_in("suffolk")[:4]))
    made = card_of(reply, links=LINKS)
    payloads = [fact["payload"] for fact in reply["understood"]] + [choice["payload"] for choice in reply["choices"]]
    assert sent(made) == [{"signpost": "choice", "payload": payload} for payload in payloads]
    opened = [node["url"] for node in walked(made) if node["type"] == "Action.OpenUrl"]
    assert sorted([*opened, *links_in(made)[-2:]]) == sorted(LINKS.values())


def test_nothing_of_the_offers_needs_more_than_plain_text_on_cards():
    # Then nothing of it depends on how a client reads Markdown. Whoever adds a sign that does will see it here.
    plain = [
        p.statement_id
        for area_id in AREAS
        for p in said_in(area_id)
        for node in walked(card_of(signed(answer(area_id, [p])), links={}))
        if node["type"] == "RichTextBlock"
    ]
    assert plain == []


@pytest.mark.parametrize("area_id", AREAS)
def test_answers_as_they_are_given_fit_whole(area_id: str):
    wrong = []
    given = [a.outcome.answer for a in all_asked() if a.statement_id.startswith(area_id)]
    assert len(given) > 300
    for part in given:
        reply = signed(_reply(parts=[part], text="\n".join([part.lead, *(p.text for p in part.points)])))
        made = card_of(reply, links=LINKS)
        wrong += faults(made)
        said = read(made)
        wrong += [f"not said: {p.statement_id}" for p in part.points if one_line(p.text) not in said]
    assert wrong == []


@pytest.mark.parametrize("name", REPLIES)
def test_a_card_of_a_real_reply_says_all_of_it(name: str):
    reply = sample(name)
    made = card_of(reply, links=LINKS)
    assert faults(made) == []
    said = one_line(read(made))
    points = [p for part in reply["parts"] for p in part["points"]]
    expected = [p["text"] for p in points] + [part["lead"] for part in reply["parts"]] + list(reply["notices"])
    expected += [] if reply["parts"] else [line.strip("•- ") for line in reply["text"].split("\n")]
    assert [words for words in expected if one_line(words) not in said] == []
    assert "Not all of" not in said
    assert 0 < len(summary_of(reply)) <= 150
    assert message_of(made, summary_of(reply))["attachments"][0]["content"] == made


@pytest.mark.parametrize("name", REPLIES)
def test_a_used_card_of_a_real_reply_says_the_same_and_sends_nothing(name: str):
    reply = sample(name)
    before, after = card_of(reply, links=LINKS), card_of(reply, links=LINKS, chosen="What I chose", ticked=[])
    assert faults(after) == []
    assert sent(after) == []
    assert titles(after, "Input.Toggle") == []
    assert "You chose: What I chose" in read(after)
    boxes, said = titles(before, "Input.Toggle"), read(after)
    assert [box for box in boxes if f"Not ticked: {box}" not in said] == []


def test_real_replies_are_of_every_kind():
    replies = [sample(name) for name in REPLIES]
    assert any(len(reply["parts"]) > 2 for reply in replies)
    assert {bool(reply["checklist"]) for reply in replies} == {True, False}
    for field in ("choices", "understood", "dates", "comparison", "takeaways"):
        assert any(reply[field] for reply in replies), field
    assert len({reply["status"] for reply in replies}) >= 9
