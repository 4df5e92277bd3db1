"""A reply as a card for Teams."""

from __future__ import annotations

import copy
from datetime import date
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
    SourceRef,
    Status,
    Takeaway,
    Understood,
    Verdict,
)
from bot.teams.card_text import JOINER
from bot.teams.card_words import card_words
from bot.teams.cards import card_of, message_of, summary_of
from tests.card_support import BASE, LINKS, faults, links_in, read, schema, sent, signed, titles, walked

SIGN, SEND = "north/form/sign", "north/form/send"


def source(paragraph: int = 1, section: str = "Forms") -> SourceRef:
    return SourceRef(document="North Offer", section=section, paragraph=paragraph, opens="x")


def point(text: str, paragraph: int = 1, label: str = "", statement_id: str = "") -> Point:
    return Point(text=text, statement_id=statement_id or text, label=label, sources=[source(paragraph)])


def reply(**fields: Any) -> dict[str, Any]:
    return signed(Reply(**{"status": Status.ANSWERED, "text": "The words of it.", **fields}))


def card(links: dict[str, str] | None = None, chosen: str = "", ticked: Any = None, **fields: Any) -> dict[str, Any]:
    """The card of such a reply; it must be without fault."""
    made = card_of(reply(**fields), links=LINKS if links is None else links, chosen=chosen, ticked=ticked)
    assert faults(made) == []
    return made


def checklist(**states: ItemState) -> dict[str, Any]:
    """Fields of a reply with a checklist of two, by "sign" and "send"."""
    words = {"sign": ("Sign the form.", SIGN), "send": ("Send the form.", SEND)}
    chosen = {"sign": ItemState.DONE, "send": ItemState.UNKNOWN, **states}
    items = [
        ChecklistItem(text=words[name][0], statement_id=words[name][1], state=state, firmness="must")
        for name, state in chosen.items()
    ]
    points = [point(item.text, statement_id=item.statement_id) for item in items]
    return {"parts": [Answer(points=points)], "checklist": items}


# ---------------------------------------------------------------------- answers


def test_an_answer_says_yes_or_no_in_bold_then_its_points_with_labels_and_numbers_of_sources():
    points = [point("Use the form.", 4), point("Pay nothing.", 7, "School Support"), point("Ask early.", 4)]
    made = card(parts=[Answer(verdict=Verdict.NO, lead="North:", points=points)])
    blocks = [node["text"] for node in walked(made) if node["type"] == "TextBlock"]
    assert blocks[:2] == [
        "**No.** North:",
        "- Use the form. [1]\n- **School Support:** Pay nothing. [2]\n- Ask early. [1]",
    ]
    assert "[1] North Offer, Forms, paragraph 4\n[2] North Offer, Forms, paragraph 7" in read(made, is_unfolded=True)


def test_a_lead_of_several_lines_keeps_them():
    said = read(card(parts=[Answer(lead="First line.\nSecond line.", points=[point("Use it.")])]))
    assert said.startswith("First line.\nSecond line.\nUse it. [1]")


def test_several_questions_stand_above_their_answers_and_a_single_one_is_not_repeated():
    two = [Answer(question=f"and {word}?", points=[point(f"About {word}.")]) for word in ("forms", "costs")]
    assert read(card(parts=two)).split("\n")[:4] == ["and forms?", "About forms. [1]", "and costs?", "About costs. [1]"]
    assert "and forms?" not in read(card(parts=two[:1]))


def test_addresses_become_links_and_nothing_else_does():
    said = "Write to a_b@north.gov.uk, see https://north.gov.uk/a_b?x=1&y=2. Or www.north.gov.uk"
    made = card(parts=[Answer(points=[point(said)])], links={})
    assert links_in(made) == ["mailto:a_b@north.gov.uk", "https://north.gov.uk/a_b?x=1&y=2"]
    assert f"{said} [1]" in read(made)


def test_a_reply_of_words_only_keeps_its_paragraphs_and_lists():
    said = "I cover two offers:\n- one\n- two\n\nWrite to help@north.gov.uk."
    made = card(text=said, links={})
    assert read(made).startswith("I cover two offers:\none\ntwo\nWrite to help@north.gov.uk.")
    assert links_in(made) == ["mailto:help@north.gov.uk"]
    assert made["fallbackText"].replace(JOINER, "") == said


def test_the_text_is_shown_where_the_parts_do_not_say_it_all():
    assert read(card(text="All of it.", parts=[Answer(lead="Yes."), Answer()])).startswith("All of it.")


@pytest.mark.parametrize(
    ("status", "style"),
    [(Status.SAFEGUARDING, "attention"), (Status.ERROR, "warning"), (Status.SWITCHED_OFF, "warning")],
)
def test_warnings_and_apologies_are_set_apart(status: Status, style: str):
    made = card(status=status, text="Call 999 now.\n\nTell your DSL.", links={})
    (box,) = made["body"]
    assert box["style"] == style
    assert read(box) == "Call 999 now.\nTell your DSL."


@pytest.mark.parametrize("status", [s for s in Status if s not in ("safeguarding", "error", "switched_off")])
def test_other_replies_are_not_set_apart(status: Status):
    made = card(status=status, text="Something.", links={})
    assert [node["type"] for node in made["body"]] == ["TextBlock"]


def test_dates_and_notices_come_after_the_points():
    window = DateItem(
        label="Counted from 1 May",
        text="by 3 June.",
        counts_from=date(2026, 5, 1),
        event="e",
        unit="day",
        statement_id="s",
    )
    said = read(
        card(parts=[Answer(points=[point("Reply.")])], dates=[window], notices=["It was due for review."], links={})
    )
    assert said.split("\n")[:4] == [
        "Reply. [1]",
        "Dates",
        "Counted from 1 May: by 3 June.",
        "Please note: It was due for review.",
    ]


# ---------------------------------------------------------------------- comparison


def test_a_comparison_goes_row_by_row_and_council_by_council():
    same = [point("Both do this.", statement_id=f"{area}/same") for area in ("north", "south")]
    cells = [
        Cell(area="north", name="North", verdict=Verdict.YES, lead="For some.", points=[point("N only.", 2), same[0]]),
        Cell(area="south", name="South", points=[same[1]]),
    ]
    parts = [
        Answer(area="north", question="North: costs", points=cells[0].points),
        Answer(area="south", question="South: costs", points=cells[1].points),
    ]
    comparison = Comparison(
        note="Side by side.", rows=[Row(title="Costs", cells=cells, alike=["north/same", "south/same"])]
    )
    made = card(parts=parts, comparison=comparison, links={})
    assert read(made).split("\n")[:8] == [
        "Side by side.",
        "Costs",
        "North",
        "Yes. For some.",
        "N only. [1]",
        "The same in both: Both do this. [2]",
        "South",
        "The same in both: Both do this. [2]",
    ]
    councils = [node for node in made["body"] if node["type"] == "Container" and "id" not in node]
    assert [read(council).split("\n")[0] for council in councils] == ["North", "South"]


# ---------------------------------------------------------------------- checklist


def test_a_checklist_is_boxes_ticked_by_their_states_and_one_button():
    made = card(**checklist())
    boxes = [node for node in walked(made) if node["type"] == "Input.Toggle"]
    assert [(b["id"], b["title"], b["value"]) for b in boxes] == [
        (f"tick:{SIGN}", "Sign the form. [1]", "true"),
        (f"tick:{SEND}", "Send the form. [1]", "false"),
    ]
    assert sent(made) == [{"signpost": "ticks"}]
    assert read(made).split("\n")[:4] == ["Checklist", "Sign the form. [1]", "Send the form. [1]", "Send these ticks"]


@pytest.mark.parametrize("ticked", [[SEND], {SEND}, ()])
def test_ticks_by_hand_go_before_states(ticked: Any):
    boxes = [node for node in walked(card(**checklist(), ticked=ticked)) if node["type"] == "Input.Toggle"]
    assert [box["value"] for box in boxes] == ["false", "true" if SEND in ticked else "false"]


def test_several_checklists_have_one_button_after_the_last_and_no_box_twice():
    fields = checklist()
    more = Answer(lead="Also:", points=[fields["parts"][0].points[1]])
    made = card(
        parts=[*fields["parts"], Answer(lead="Between."), more, Answer(lead="After.")], checklist=fields["checklist"]
    )
    assert sent(made) == [{"signpost": "ticks"}]
    assert [node["id"] for node in walked(made) if node["type"] == "Input.Toggle"] == [f"tick:{SIGN}", f"tick:{SEND}"]
    said = read(made)
    assert said.index("Between.") < said.index("Also:\nNot ticked: Send the form. [1]\nSend these ticks\nAfter.")


# ---------------------------------------------------------------------- facts and choices


def test_what_was_understood_is_a_line_and_each_fact_with_a_payload_can_be_changed():
    facts = [Understood(fact=f, value=f, label=label) for f, label in (("area", "North"), ("year", "Year 4"))]
    data = reply(parts=[Answer(lead="Yes.")], understood=facts)
    data["understood"][0]["payload"] = ""
    made = card_of(data, links={})
    assert faults(made) == []
    assert read(made).startswith("I understood: North · Year 4\nChange a fact\nYes.")
    assert titles(made, "Action.Submit") == ["Change “Year 4”"]
    assert sent(made) == [{"signpost": "choice", "payload": data["understood"][1]["payload"]}]


def test_choices_are_buttons_and_long_ones_have_a_row_each():
    names = ["North", "South", "Direct involvement of a specialist teacher", "Which form and where to send it"]
    data = reply(choices=[Choice(title=name, value={"kind": "topic", "value": name}) for name in names])
    made = card_of(data, links={})
    assert faults(made) == []
    rows = [[action["title"] for action in node["actions"]] for node in walked(made) if node["type"] == "ActionSet"]
    assert rows == [[name] for name in names]
    assert sent(made) == [{"signpost": "choice", "payload": choice["payload"]} for choice in data["choices"]]


def test_seven_short_choices_take_two_rows():
    made = card(choices=[Choice(title=f"Y{n}", value={"kind": "year", "value": n}) for n in range(7)], links={})
    assert [len(node["actions"]) for node in walked(made) if node["type"] == "ActionSet"] == [6, 1]


def test_a_used_card_says_what_was_chosen_and_sends_nothing_more():
    takeaways = [Takeaway(kind="print"), Takeaway(kind="email", to="a@north.gov.uk", subject="S", body="B")]
    facts = [Understood(fact="year", value=4, label="Year 4")]
    choices = [Choice(title="Another pupil", value={"kind": "pupil", "value": 1})]
    fields = {**checklist(), "takeaways": takeaways, "understood": facts, "choices": choices}
    before, after = card(**fields), card(**fields, chosen="Another pupil", ticked=[SEND])
    assert len(sent(before)) == 3
    assert sent(after) == []
    assert titles(after, "Input.Toggle") == []
    assert "You chose: Another pupil" in read(after)
    assert "Not ticked: Sign the form. [1]\nTicked: Send the form. [1]" in read(after)
    assert "I understood: Year 4" in read(after)
    kept = [t for t in titles(before, "Action.ToggleVisibility") if t != "Change a fact"]
    assert titles(after, "Action.ToggleVisibility") == kept
    assert titles(after, "Action.OpenUrl") == titles(before, "Action.OpenUrl")


# ---------------------------------------------------------------------- folds


def test_a_draft_is_there_to_copy_and_as_a_file():
    body = "Dear colleague\n\nI attach [the form].\nThank you.\n\n[Your name]"
    draft = Takeaway(kind="email", title="The Form", to="a@north.gov.uk", subject="Form: [school]", body=body)
    made = card(takeaways=[draft], parts=[Answer(lead="Yes.")])
    assert "Draft e-mail" in titles(made, "Action.ToggleVisibility")
    (fold,) = [node for node in walked(made) if node.get("id") == "draft-0"]
    assert read(fold["items"], is_unfolded=True).split("\n") == [
        "Draft e-mail",
        "To: a@north.gov.uk",
        "Subject: Form: [school]",
        "Dear colleague",
        "I attach [the form].",
        "Thank you.",
        "[Your name]",
        "Save as a file (.eml)",
    ]
    assert [node["url"] for node in walked(fold) if node["type"] == "Action.OpenUrl"] == [LINKS["eml-0"]]


def test_several_drafts_are_told_apart():
    forms = ["Section F Form", "A form whose name is much too long for a button", ""]
    made = card(takeaways=[Takeaway(kind="email", title=title, to="a@b.org.uk", body="B") for title in forms])
    shown = [title for title in titles(made, "Action.ToggleVisibility") if "Draft" in title]
    assert shown == ["Draft: Section F Form", "Draft e-mail 2", "Draft e-mail 3"]


@pytest.mark.parametrize(
    ("kinds", "offered"),
    [
        (["print"], ["Page to print", "PDF", "Word"]),
        (
            ["print", "calendar", "case"],
            ["Page to print", "PDF", "Word", "Dates for your calendar", "Link to this check"],
        ),
        ([], []),
    ],
)
def test_what_can_be_taken_away_goes_by_the_reply(kinds: list[str], offered: list[str]):
    made = card(takeaways=[Takeaway(kind=kind) for kind in kinds])
    assert titles(made, "Action.OpenUrl") == offered


def test_help_and_privacy_are_a_small_line_at_the_foot():
    made = card(parts=[Answer(lead="Yes.")], links={"help": f"{BASE}/help_(1)", "privacy": f"{BASE}/privacy"})
    assert read(made).split("\n")[-1] == "Help · Privacy"
    assert links_in(made) == [f"{BASE}/help_%281%29", f"{BASE}/privacy"]
    assert links_in(card(parts=[Answer(lead="Yes.")], links={"help": "javascript:alert(1)"})) == []


def test_a_link_that_is_missing_or_is_none_is_not_offered():
    takeaways = [Takeaway(kind="print"), Takeaway(kind="email", to="a@b.org.uk", subject="S", body="B")]
    links = {"pdf": LINKS["pdf"], "print": "javascript:alert(1)", "docx": "", "eml-0": "https://x.org/a b"}
    made = card(links, takeaways=takeaways)
    assert [node["url"] for node in walked(made) if node["type"] == "Action.OpenUrl"] == [LINKS["pdf"]]
    assert "Take this away" not in titles(card({}, takeaways=takeaways), "Action.ToggleVisibility")


def test_only_folds_are_hidden():
    takeaways = [Takeaway(kind="print"), Takeaway(kind="email", to="a@b.org.uk", subject="S", body="B")]
    facts = [Understood(fact="year", value=4, label="Year 4")]
    made = card(parts=[Answer(points=[point("Use it.")])], takeaways=takeaways, understood=facts)
    hidden = [node["id"] for node in walked(made) if node.get("isVisible") is False]
    assert hidden == ["change", "sources", "draft-0", "take"]
    assert [node["targetElements"] for node in walked(made) if "targetElements" in node] == [[each] for each in hidden]


# ---------------------------------------------------------------------- message and summary


def test_a_message_carries_the_card():
    made = card(parts=[Answer(lead="Yes.")])
    assert message_of(made, "Yes.") == {
        "type": "message",
        "summary": "Yes.",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": made}],
    }


def test_a_summary_is_one_short_line_of_the_replys_own_words():
    text = "North:\n• Use the form. [51]\n- Ask early. [4, 51]\n\nSource: the offer [4, 51]."
    assert summary_of(reply(text=text)) == "North: Use the form. Ask early. Source: the offer."
    long = summary_of(reply(text="word " * 100))
    assert long.endswith("word…")
    assert 140 < len(long) <= 150
    assert len(summary_of(reply(text="x" * 1000))) == 150
    assert summary_of(reply(text=" ")) == card_words().summary


# ---------------------------------------------------------------------- the check can fail


def test_the_schema_is_that_of_1_2():
    assert "Action.Execute" not in schema()["definitions"]
    assert "Table" not in schema()["definitions"]
    assert "Action.ToggleVisibility" in schema()["definitions"]


FAULTS = {
    "a table": lambda c: c["body"].append({"type": "Table", "rows": []}),
    "an unknown element in a container": lambda c: c["body"].append(
        {"type": "Container", "items": [{"type": "Badge"}]}
    ),
    "a heading style": lambda c: c["body"][0].update(style="heading"),
    "an unknown size": lambda c: c["body"][0].update(size="huge"),
    "a label of an input": lambda c: c["body"].append(
        {"type": "Input.Toggle", "id": "tick:x", "title": "x", "wrap": True, "label": "x"}
    ),
    "an action of a later version": lambda c: c["body"].append(
        {"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "x"}]}
    ),
    "text that does not wrap": lambda c: c["body"][0].pop("wrap"),
    "a Markdown heading": lambda c: c["body"][0].update(text="# Heading"),
    "a Markdown image": lambda c: c["body"][0].update(text="![x](https://x.org/a.png)"),
    "a Markdown table": lambda c: c["body"][0].update(text="a | b\n--- | ---\nc | d"),
    "a link to a script": lambda c: c["body"][0].update(text="[x](ftp://x.org)"),
    "a date function": lambda c: c["body"][0].update(text="{{DATE(2026-01-01T00:00:00Z)}}"),
    "the same id twice": lambda c: c["body"].extend([{"type": "Container", "id": "a", "items": c["body"][:1]}] * 2),
    "a fold without a target": lambda c: c["body"].append(
        {"type": "ActionSet", "actions": [{"type": "Action.ToggleVisibility", "title": "x", "targetElements": ["no"]}]}
    ),
    "something hidden": lambda c: c["body"][0].update(isVisible=False),
    "other data": lambda c: c["body"].append(
        {"type": "ActionSet", "actions": [{"type": "Action.Submit", "title": "x", "data": {"signpost": "x"}}]}
    ),
    "an action on a run": lambda c: c["body"].append({"type": "RichTextBlock", "inlines": [{"type": "TextRun"}]}),
    "an empty container": lambda c: c["body"].append({"type": "Container", "items": []}),
    "no fallback text": lambda c: c.update(fallbackText=""),
    "another version": lambda c: c.update(version="1.5"),
    "too much": lambda c: c["body"][0].update(text="x" * 30_000),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_check_sees(name: str):
    made = copy.deepcopy(card(parts=[Answer(lead="Yes.")], links={}))
    FAULTS[name](made)
    assert faults(made) != []
