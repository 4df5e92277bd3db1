"""From a reply to HTML."""

from hypothesis import given
from hypothesis import strategies as st

from bot.door.rendering import blocks_of, extras_of, is_structured, line_of, linked, marks_of, sources_of
from bot.guidance.reply import Answer, ChecklistItem, ItemState, Point, Reply, SourceRef, Status


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


def test_items_of_unknown_shape_still_say_something() -> None:
    assert line_of("a") == "a"
    assert line_of({"text": "Consent", "id": "x"}) == "Consent"
    assert line_of({"label": "Review", "date": "2027-01-10"}) == "Review: 2027-01-10"
    assert line_of({"item": "Consent", "done": False}) == "Consent"


def test_a_checklist_is_said_in_the_parts_and_not_a_second_time() -> None:
    item = ChecklistItem(text="Sign it.", statement_id="a/b", state=ItemState.DONE, firmness="must")
    reply = Reply(status=Status.ANSWERED, text="Sign it.", checklist=[item]).model_dump(mode="json")
    words = {"checklist_label": "Checklist", "dates_label": "Dates"}
    assert extras_of(reply, words) == []
    assert extras_of({**reply, "dates": ["1 May"]}, words) == [("Dates", ["1 May"])]
