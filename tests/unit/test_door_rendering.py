"""From a reply to HTML."""

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from bot.door.rendering import (
    blocks_of,
    is_structured,
    line_of,
    linked,
    mail_link,
    marks_of,
    shown_parts,
    sources_of,
    ticks_of,
)
from bot.guidance.reply import (
    Answer,
    Cell,
    ChecklistItem,
    Comparison,
    ItemState,
    Point,
    Reply,
    Row,
    SourceRef,
    Status,
)


def test_addresses_become_links_whole_and_the_full_stop_stays_outside() -> None:
    html = linked("Write to a_b.c@north-example.gov.uk. See https://example.org/a_b?x=1&y=2.")
    assert '<a href="mailto:a_b.c@north-example.gov.uk">a_b.c@north-example.gov.uk</a>.' in html
    assert '<a href="https://example.org/a_b?x=1&amp;y=2">https://example.org/a_b?x=1&amp;y=2</a>.' in html


@given(st.text(st.sampled_from("<>\"'&@.:/ahtps")))
def test_text_never_becomes_markup(text: str) -> None:
    html = linked(text)
    without_links = html.replace("</a>", "").replace("<a href=", "")
    assert "<" not in without_links
    assert "javascript:" not in html


def test_plain_text_becomes_paragraphs_and_lists() -> None:
    assert blocks_of("One\ntwo\n\n- a\n• b\nThree") == [
        ("paragraph", ["One", "two"]),
        ("list", ["a", "b"]),
        ("paragraph", ["Three"]),
    ]


def test_sources_are_numbered_once() -> None:
    first, second = (SourceRef(document="Offer", section="Forms", paragraph=n, opens="x") for n in (4, 7))
    points = [
        Point(text="a", statement_id="a", sources=[first]),
        Point(text="b", statement_id="b", sources=[second, first]),
        Point(text="c", statement_id="c"),
    ]
    reply = Reply(status=Status.ANSWERED, text="x", parts=[Answer(points=points)]).model_dump(mode="json")
    sources = sources_of(reply)
    assert sources == ["Offer, Forms, paragraph 4", "Offer, Forms, paragraph 7"]
    assert [marks_of(point, sources) for point in reply["parts"][0]["points"]] == ["[1]", "[1, 2]", ""]


def test_the_text_is_shown_where_the_parts_do_not_say_it_all() -> None:
    def structured(**fields: object) -> bool:
        return is_structured(Reply(status=Status.ANSWERED, text="x", **fields).model_dump(mode="json"))  # type: ignore[arg-type]

    assert structured(parts=[Answer(lead="Yes.")])
    assert not structured()
    assert not structured(parts=[Answer(lead="Yes."), Answer()])
    assert structured(parts=[Answer(lead="Yes.")], comparison={"rows": []})


def test_a_date_is_one_line() -> None:
    assert line_of({"label": "Counted from 1 May", "text": "by 3 June."}) == "Counted from 1 May: by 3 June."
    assert line_of({"label": "", "text": "by 3 June."}) == "by 3 June."


def test_items_of_a_checklist_become_ticks_where_all_of_a_part_are_items() -> None:
    items = [
        ChecklistItem(text="Sign it.", statement_id="a/sign", state=ItemState.DONE, firmness="must"),
        ChecklistItem(text="Send it.", statement_id="a/send", state=ItemState.UNKNOWN, firmness="must"),
    ]
    listed = Answer(points=[Point(text=i.text, statement_id=i.statement_id) for i in items])
    mixed = Answer(points=[*listed.points, Point(text="They reply.", statement_id="a/reply")])
    reply = Reply(status=Status.ANSWERED, text="x", parts=[listed, mixed], checklist=items).model_dump(mode="json")
    shown, other = reply["parts"]
    assert [(p["text"], is_done) for p, is_done in ticks_of(shown, reply)] == [("Sign it.", True), ("Send it.", False)]
    assert ticks_of(other, reply) == []
    assert ticks_of({**shown, "points": []}, reply) == []


def test_parts_that_stand_in_the_comparison_are_shown_there_only() -> None:
    here, there = (Point(text=name, statement_id=f"{name}/x") for name in ("here", "there"))
    cells = [Cell(area="here", name="Here", points=[here]), Cell(area="there", name="There", points=[there])]
    parts = [Answer(lead="Not the same."), Answer(area="here", points=[here]), Answer(area="there", points=[there])]
    more = Answer(area="here", points=[Point(text="more", statement_id="here/more")])
    comparison = Comparison(rows=[Row(title="Form", cells=cells)])
    reply = Reply(status=Status.ANSWERED, text="x", parts=[*parts, more], comparison=comparison)
    shown = shown_parts(reply.model_dump(mode="json"))
    assert [part["lead"] or part["points"][0]["text"] for part in shown] == ["Not the same.", "more"]


@given(st.text(st.sampled_from("ab &?=#%\n\"'<>\u00e9"), max_size=30))
def test_a_draft_opens_in_a_mail_program_as_it_is(text: str) -> None:
    link = mail_link({"to": "forms@north-example.gov.uk", "subject": text, "body": text})
    address, _, query = link.removeprefix("mailto:").partition("?")
    fields = dict(parse_qsl(query, keep_blank_values=True))
    assert address == "forms@north-example.gov.uk"
    assert fields == {"subject": text.replace("\n", "\r\n"), "body": text.replace("\n", "\r\n")}
    assert not set(link) & set(' <>"\n')
