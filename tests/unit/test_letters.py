"""E-mails as they are pasted or uploaded: the newest message, its subject, who wrote; whatever the bytes."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desk.errors import DeskError
from bot.desk.letters import MOST_BYTES, MOST_CHARS, Letter, read_eml, read_pasted
from bot.desk.quoting import newest
from bot.desk.templating import load_words

ASKED = "Hello,\n\nwho may refer a pupil in Year 4?\n\nThank you\nA. Sender"
OLD = "We wrote about the plan last week."


def message(body: str = ASKED, **headers: str) -> EmailMessage:
    """A plain e-mail."""
    made = EmailMessage(policy=SMTP)
    for name, value in {"from": "Quill Tamarack <q@example.org>", "subject": "A question", **headers}.items():
        made[name] = value
    made.set_content(body)
    return made


def raw(body: bytes, *headers: str) -> bytes:
    """An e-mail as bytes, with headers as they are given."""
    return b"\r\n".join([b"Subject: Raw", *(each.encode("latin-1") for each in headers), b"", body])


def html(text: str) -> str:
    """The body of an e-mail that has an HTML part only."""
    made = EmailMessage(policy=SMTP)
    made["subject"] = "H"
    made.set_content(text, subtype="html")
    return read_eml(made.as_bytes()).body


def outcome(read: Callable[..., Letter], given_: str | bytes) -> Letter | str:
    """The letter, or the name of the words by which it is refused."""
    try:
        return read(given_)
    except DeskError as error:
        return error.name


def test_every_refusal_has_words():
    assert set(load_words()["errors"]) >= {"bad_eml", "empty_letter", "long_letter"}


# ---------------------------------------------------------------------- pasted


def test_a_pasted_text_without_headers_is_the_letter():
    assert read_pasted(ASKED) == Letter("", ASKED)


def test_headers_pasted_along_give_subject_and_sender_and_leave_the_text():
    pasted = f"From: Tamarack, Quill <q@example.org>\nSent: 12 May 2025 09:12\nTo: Support\nSubject: RE: FW: A question\n\n{ASKED}"
    assert read_pasted(pasted) == Letter("A question", ASKED, "Tamarack, Quill")


def test_a_folded_header_belongs_to_its_subject():
    assert read_pasted(f"From: a@example.org\nSubject: A question\n about a form\n\n{ASKED}").subject == (
        "A question about a form"
    )


def test_a_sender_known_by_an_address_only_has_no_name():
    assert read_pasted(f"From: q@example.org\nSubject: S\n\n{ASKED}").sender_name == ""


def test_a_sentence_that_begins_with_from_is_no_header():
    text = "From: September on we have a new pupil.\nWho may refer?"
    assert read_pasted(text).body == text


@pytest.mark.parametrize(
    "below",
    [
        f"> {OLD}\n> Regards",
        f"On Mon, 12 May 2025 at 09:12, Support <s@example.org> wrote:\n> {OLD}",
        f"On Mon, 12 May 2025 at 09:12, Support\n<s@example.org> wrote:\n\n> {OLD}",
        f"On Mon, 12 May 2025 at 09:12, Support <s@example.org> wrote:\n{OLD}",
        f"-----Original Message-----\nFrom: Support\n{OLD}",
        f"________________________________\nFrom: Support <s@example.org>\nSent: 12 May 2025 09:12\nTo: Q\nSubject: Plan\n\n{OLD}",
        f"From: Support <s@example.org>\nSent: 12 May 2025 09:12\n\n{OLD}",
        f"*From:* Support <s@example.org>\n*Date:* 12 May 2025\n\n{OLD}",
        f"---------- Forwarded message ---------\nFrom: Support\n{OLD}",
        f"Begin forwarded message:\n\n{OLD}",
    ],
)
def test_earlier_messages_below_are_cut_off(below):
    assert read_pasted(f"{ASKED}\n\n{below}").body == ASKED


def test_what_was_written_between_and_below_quoted_lines_stays():
    text = f"On 12 May 2025 Support <s@example.org> wrote:\n> Which year?\nYear 4.\n> {OLD}\nThank you."
    assert read_pasted(text).body == "Year 4.\nThank you."


def test_a_quoted_message_is_kept_where_nothing_else_is_left():
    assert read_pasted(f"> {OLD}\n> Who may refer?").body == f"{OLD}\nWho may refer?"
    assert read_pasted(f"On 12 May 2025 Support <s@example.org> wrote:\n{OLD}").body == OLD


def test_a_forwarded_message_is_read_with_its_own_subject_and_sender():
    text = f"---------- Forwarded message ---------\nFrom: Quill Tamarack <q@example.org>\nDate: 12 May 2025\nSubject: Plan\n\n{ASKED}\n\n> {OLD}"
    assert read_pasted(text) == Letter("Plan", ASKED, "Quill Tamarack")


def test_plain_words_about_writing_or_a_line_of_underscores_cut_nothing():
    text = "On Friday the educational psychologist wrote:\nplease ask first.\n\n____________\nWho may refer?"
    assert read_pasted(text).body == text


def test_a_signature_is_cut_and_a_disclaimer_left():
    text = f"{ASKED}\n\nThis e-mail is confidential."
    assert read_pasted(f"{text}\n-- \nQ. Tamarack, SENCo").body == text
    assert read_pasted("-- \nQ. Tamarack").body == "--\nQ. Tamarack"


def test_control_characters_and_turned_directions_go_and_line_ends_are_one_kind():
    assert read_pasted("one\r\ntwo\rthree\u2028four \u202egnp\u202c\x07\x00 \u00a0five").body == (
        "one\ntwo\nthree\nfour gnp  five"
    )


def test_a_letter_of_8000_characters_is_read_and_one_more_is_too_long():
    assert len(read_pasted("a" * MOST_CHARS).body) == MOST_CHARS
    with pytest.raises(DeskError) as refused:
        read_pasted("a" * (MOST_CHARS + 1))
    words = load_words()["errors"][refused.value.name]["text"].format(**refused.value.values)
    assert "has 8,001 characters, and the desk takes at most 8,000" in words


def test_quoted_messages_do_not_make_a_letter_too_long():
    assert read_pasted(f"{ASKED}\n" + f"> {OLD}\n" * 2000).body == ASKED


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u200b\x00"])
def test_nothing_is_refused(text):
    with pytest.raises(DeskError, match="empty_letter"):
        read_pasted(text)


LINES = st.sampled_from(
    [
        *(
            "",
            "> a",
            ">> b",
            "text",
            "-- ",
            "From: A <a@b.org>",
            "Sent: 1 May 2025",
            "Subject: s",
            "*To:* x",
            "____________",
        ),
        *(
            "-----Original Message-----",
            "On 1 May 2025 A <a@b.org> wrote:",
            "On 1 May",
            "wrote:",
            "Begin forwarded message:",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=25))
def test_whatever_is_quoted_something_is_left_of_a_text_with_words_and_nothing_is_invented(lines):
    found = newest("\n".join(lines))
    assert found.text or not {"text", "> a", ">> b"} & set(lines)
    for line in found.text.split("\n"):
        assert not line or any(line in each for each in lines)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_in_words(text):
    found = outcome(read_pasted, text)
    if isinstance(found, Letter):
        assert not any(ord(c) < 32 and c != "\n" for c in found.body + found.subject + found.sender_name)
    else:
        assert found == "empty_letter"


# ---------------------------------------------------------------------- .eml


def test_an_eml_gives_subject_text_and_sender():
    assert read_eml(message().as_bytes()) == Letter("A question", ASKED, "Quill Tamarack")


def test_the_plain_part_is_preferred_to_the_html_one():
    made = message()
    made.add_alternative("<p>Another text</p>", subtype="html")
    assert read_eml(made.as_bytes()).body == ASKED


def test_an_empty_plain_part_gives_way_to_the_html_one():
    made = message("\n")
    made.add_alternative("<p>Who may <b>refer</b>?</p>", subtype="html")
    assert read_eml(made.as_bytes()).body == "Who may refer?"


def test_attachments_are_named_and_not_read():
    made = message()
    made.add_attachment("not to be read", filename="plan\u202e of a pupil.txt")
    made.add_attachment(b"\x00", maintype="image", subtype="png", filename="scan.png")
    letter = read_eml(made.as_bytes())
    assert letter.body == ASKED
    assert letter.attachments == ("plan of a pupil.txt", "scan.png")


def test_a_message_forwarded_as_a_file_is_read_where_nothing_was_written_to_it():
    outer = message("\n", subject="FW: see inside")
    outer.add_attachment(message(subject="Plan"))
    assert read_eml(outer.as_bytes()) == Letter("Plan", ASKED, "Quill Tamarack")


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (["Content-Type: text/plain; charset=iso-8859-1"], "caf\xe9 \x93quoted\x94".encode("latin-1"), "café “quoted”"),
        (["Content-Type: text/plain; charset=utf-8"], b"caf\xe9", "café"),
        (["Content-Type: text/plain; charset=us-ascii"], "café".encode(), "café"),
        (["Content-Type: text/plain; charset=no-such-thing"], "café".encode(), "café"),
        (["Content-Type: text/plain; charset=rot13"], b"cafe", "cafe"),
        (["Content-Type: text/plain; charset=punycode"], b"cafe-", "cafe-"),
        ([], "café".encode(), "café"),
        (["Content-Type: text/plain; charset=utf-16"], "café".encode("utf-16"), "café"),
        (
            ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"],
            quopri.encodestring("café = good".encode()),
            "café = good",
        ),
        (
            ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"],
            base64.b64encode("café".encode()),
            "café",
        ),
        (["Content-Type: text/plain", "Content-Transfer-Encoding: no-such-thing"], b"cafe", "cafe"),
        (["Content-Type: text/plain; format=flowed"], b"one \r\ntwo\r\n\r\nthree", "one two\n\nthree"),
        (["Content-Type: multipart/mixed; boundary=x"], b"--x\r\nContent-Type: text/plain\r\n\r\nno end", "no end"),
    ],
)
def test_charsets_and_encodings_that_are_wrong_or_missing_are_made_the_best_of(headers, body, text):
    assert read_eml(raw(body, *headers)).body == text


def test_encoded_headers_are_read():
    made = message(subject="Frage – où?")
    made.replace_header("from", '"Tamarack, Quíll" <q@example.org>')
    letter = read_eml(made.as_bytes())
    assert (letter.subject, letter.sender_name) == ("Frage – où?", "Tamarack, Quíll")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just some words",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"%PDF-1.7\nnothing",
        raw(b"x" * MOST_BYTES),
    ],
)
def test_what_is_no_email_or_too_large_is_refused(data):
    with pytest.raises(DeskError, match="bad_eml"):
        read_eml(data)


def test_an_eml_that_is_nested_without_end_is_refused_or_read_and_never_fails():
    depth = 3000
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    found = outcome(read_eml, f"Subject: deep\n{heads}Content-Type: text/plain\n\nhello".encode())
    assert isinstance(found, Letter) or found == "bad_eml"


FIELDS = st.sampled_from(
    [
        *(
            "Content-Type",
            "Content-Transfer-Encoding",
            "Content-Disposition",
            "From",
            "To",
            "Subject",
            "Date",
            "MIME-Version",
        ),
        *("Message-ID", "Content-ID", "Received"),
    ]
)
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            *(
                b"text/html; charset*=utf-8''%FF",
                b"multipart/mixed; boundary=x",
                b"multipart/alternative",
                b"message/rfc822",
            ),
            *(
                b"=?utf-8?q?=FF?=",
                b"=?x?b?=?=",
                b"<",
                b"@",
                b"a@[",
                b'"',
                b"attachment; filename*0*=x''%",
                b"text/plain;;=",
                b"base64",
            ),
        ]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(FIELDS, VALUES), max_size=6), st.binary(max_size=300), st.booleans())
def test_hostile_eml_is_read_or_refused_in_words(fields, body, has_parts):
    heads = b"".join(name.encode() + b": " + value + b"\n" for name, value in fields)
    inner = b"--x\n" + heads + b"\n" + body + b"\n--x--\n" if has_parts else body
    found = outcome(read_eml, heads + b"\n" + inner)
    if isinstance(found, Letter):
        assert len(found.body) <= MOST_CHARS
    else:
        assert found in ("bad_eml", "empty_letter")


# ---------------------------------------------------------------------- HTML


def test_html_becomes_lines_and_items_as_a_reader_sees_them():
    text = html(
        "<html><head><title>no</title><style>p {color: red}</style></head><body><p>Hello\n  team,</p>"
        "<div>one</div><div>two<br>three</div><ul><li>first</li><li>second &amp; last</li></ul>"
        "<table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre><div>three</div><div><br></div><div>four</div><ol><li><p>five</p></li></ol><script>alert(1)</script><!-- no --></body></html>"
    )
    assert text == "Hello team,\n\none\ntwo\nthree\n- first\n- second & last\n\na b\n\nx\ny\n\nthree\n\nfour\n- five"


def test_what_html_hides_is_not_read():
    assert (
        html(
            '<p>seen</p><p style="display : none">unseen</p><p hidden>unseen</p><div style="visibility:hidden">x</div>'
        )
        == "seen"
    )


def test_a_cited_message_in_html_is_cut_off_with_what_brings_it_in():
    assert (
        html(
            '<div>Who may refer?</div><div class="gmail_quote"><div>On Mon, 12 May 2025 at 09:12, S &lt;s@example.org&gt; wrote:<br></div>'
            f'<blockquote class="gmail_quote"><div>{OLD}</div><p>Bye</p></blockquote></div>'
        )
        == "Who may refer?"
    )
    assert (
        html(
            f"<p>Who may refer?</p><hr><div id=divRplyFwdMsg><b>From:</b> S &lt;s@example.org&gt;<br><b>Sent:</b> 12 May 2025 09:12<br><b>To:</b> Q</div><p>{OLD}</p>"
        )
        == "Who may refer?"
    )


def test_an_indented_paragraph_is_no_citation():
    assert html("<blockquote>Who may refer?</blockquote><p>Thank you</p>") == "Who may refer?\n\nThank you"


def test_entities_of_a_file_or_of_an_address_are_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words", encoding="utf-8")
    text = html(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><p>a &x; b<img src="http://127.0.0.1:9/pixel"></p>'
    )
    assert "hidden" not in text
    assert text.endswith("b")


def test_html_as_deep_as_can_be_is_read_and_never_fails():
    assert html("<div>" * 20_000 + "hello") in ("hello", "")


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["p", "li", "blockquote type=cite", "pre", "td", "script", "x:y", "!--"]))
def test_any_html_is_read_or_refused_in_words(text, tag):
    made = EmailMessage(policy=SMTP)
    made["subject"] = "H"
    made.set_content(f"<{tag}>{text}</{tag.split()[0]}>{text}", subtype="html")
    assert isinstance(outcome(read_eml, made.as_bytes()), Letter)
