"""The page around every page and its small parts: links by role, what was said, escaping, pages of a list, bars."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from lxml import html

from bot.desk.access import Role
from bot.desk.templating import TEMPLATES_DIR, load_words, templates
from bot.desk.visit import Visit
from bot.records.paging import Page

ENVIRONMENT = templates()
WORDS = load_words()
MACROS = '{% from "macros.html" import bar_chart, data_table, field_with_hint, pager, source_marks, tag_of_status with context %}'
HOSTILE = '<script>alert("x")</script>'


def visit(path: str = "/desk/log", query: str = "", *roles: Role, name: str = "Ida Invented") -> Visit:
    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": [], "server": ("desk", 80)}
    return Visit(SimpleNamespace(switched_off=tuple), Request(scope), "1", name, frozenset(roles or Role), "the-token")


def page(person: Visit | None, **values: object) -> html.HtmlElement:
    """The page for what went wrong: the plainest one."""
    values = {"error": {"title": "A heading", "text": "A sentence."}, **values}
    return html.fromstring(ENVIRONMENT.get_template("error.html").render(visit=person, words=WORDS, **values))


def part(text: str, query: str = "", **values: object) -> html.HtmlElement:
    """A part as a page makes it."""
    made = ENVIRONMENT.from_string(MACROS + text).render(visit=visit(query=query), words=WORDS, **values)
    return html.fragment_fromstring(made, create_parent="div")


def text_of(element: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in element.xpath(path)]


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (Role.ADVISER, ["Enquiries", "Content"]),
        (Role.SUPERVISOR, ["Enquiries", "Offers", "Use", "Content", "Off switch", "People", "Log"]),
        (Role.CONTENT_OWNER, ["Learning", "Offers", "Use", "Content", "Off switch"]),
    ],
)
def test_links_are_those_that_the_person_may_use(role, links):
    assert text_of(page(visit("/desk", "", role)), ".//header//nav//a") == links


def test_every_page_in_the_navigation_is_known_to_the_table_of_access():
    everybody = visit("/desk", "", *Role)
    assert [path for path, _ in WORDS["desk"]["nav"] if not everybody.may("GET", path)] == []


@pytest.mark.parametrize(
    ("path", "current"),
    [("/desk/log", {"Log": "page"}), ("/desk/content/a/b", {"Content": "true"}), ("/desk/contents", {}), ("/desk", {})],
)
def test_the_open_page_is_marked_and_the_part_of_a_page_below_it(path, current):
    links = page(visit(path)).xpath(".//header//nav//a[@aria-current]")
    assert {link.text_content().strip(): link.get("aria-current") for link in links} == current


def test_whoever_is_signed_in_is_named_and_can_sign_out():
    made = page(visit(name=HOSTILE))
    assert text_of(made, './/*[@class="sp-who__name"]') == [f"Signed in as {HOSTILE}"]
    form = made.xpath('.//form[@class="sp-who"]')[0]
    assert (form.get("method"), form.get("action")) == ("post", "/desk/sign-out")
    assert form.xpath('.//input[@name="csrf"]')[0].get("value") == "the-token"


def test_nobody_signed_in_sees_no_link_of_the_desk_and_no_sign_out():
    made = page(None)
    assert made.xpath(".//header//a | .//header//form") == []
    assert [a.get("href") for a in made.xpath(".//main//a | .//footer//a")] == [
        "/desk",
        "/help",
        "/accessibility",
        "/privacy",
    ]
    # A page may also be made without a visit at all.
    assert "A sentence." in ENVIRONMENT.get_template("error.html").render(
        words=WORDS, error={"title": "", "text": "A sentence."}
    )


def test_a_page_that_forgets_a_value_is_noticed():
    with pytest.raises(UndefinedError):
        ENVIRONMENT.get_template("error.html").render(words=WORDS, visit=None)


def test_what_was_done_is_said_after_a_redirect():
    assert text_of(page(visit(query="said=desk.nothing_changed")), './/*[@role="alert"]') == [
        "Done Nothing was changed."
    ]


@pytest.mark.parametrize(
    "said",
    ["", "desk", "desk.", ".", "desk.no", "no.saved", "desk.said", "desk.title.x", "__class__.x", HOSTILE, "a.b.c"],
)
def test_a_name_that_is_no_sentence_shows_nothing(said):
    made = page(visit(query=f"said={said}"))
    assert made.xpath('.//*[@role="alert"]') == []
    assert "alert(" not in html.tostring(made).decode()


@given(said=st.text(max_size=30))
def test_no_text_in_the_address_breaks_the_page_or_gets_into_it(said):
    person = visit()
    person.request.scope["query_string"] = (
        b"said=" + "".join(f"%{byte:02x}" for byte in said.encode("utf-8", "replace")).encode()
    )
    known = {f"{file}.{name}" for file, words in WORDS.items() for name in words.get("said", {})}
    assert bool(page(person).xpath('.//*[@role="alert"]')) == (said in known)


def test_faults_are_summed_up_with_links_and_told_in_the_title():
    made = page(visit(), errors=[{"text": HOSTILE, "href": "#number"}, {"text": "No link."}])
    assert text_of(made, './/*[@class="govuk-error-summary"]//li') == [HOSTILE, "No link."]
    assert [a.get("href") for a in made.xpath('.//*[@class="govuk-error-summary"]//a')] == ["#number"]
    assert made.xpath(".//title")[0].text == "Error: A heading - Signpost desk"
    assert page(visit()).xpath(".//title")[0].text == "A heading - Signpost desk"


def test_pages_of_a_list_keep_the_rest_of_the_address():
    made = part("{{ pager(page) }}", "status=open&q=a%26b&page=2&said=log.saved", page=Page((), 2, 70))
    assert [a.get("href") for a in made.xpath(".//a")] == [
        "?status=open&q=a%26b&page=1",
        "?status=open&q=a%26b&page=3",
    ]
    assert text_of(made, ".//li") == ["Page 2 of 3"]


@pytest.mark.parametrize(("number", "total", "links"), [(1, 25, 0), (1, 26, 1), (2, 26, 1), (2, 51, 2)])
def test_there_are_links_to_the_pages_that_there_are(number, total, links):
    assert len(part("{{ pager(page) }}", page=Page((), number, total)).xpath(".//a")) == links


@given(rows=st.lists(st.tuples(st.text("abc <&", max_size=8), st.integers(0, 10**6)), max_size=6))
def test_bars_are_as_long_as_their_numbers_and_the_table_has_the_same(rows):
    made = part('{{ bar_chart("A chart", rows) }}', rows=rows)
    widths = [float(each.get("width").removesuffix("%")) for each in made.xpath(".//rect")]
    most = max((number for _, number in rows), default=0)
    assert widths == [pytest.approx(100 * number / most if most else 0, abs=0.01) for _, number in rows]
    assert made.xpath('.//*[@role="img"]')[0].get("aria-label") == "A chart"
    shown = [str(number) for _, number in rows]
    assert text_of(made, './/*[@class="sp-chart__number"]') == text_of(made, ".//table//td") == shown
    assert [each.text_content() for each in made.xpath(".//tbody//th")] == [what for what, _ in rows]


def test_numbers_in_words_are_shown_in_chart_and_table():
    made = part('{{ bar_chart("A chart", [("Week 1", 65, "1 hour 5 minutes")]) }}')
    assert text_of(made, './/*[@class="sp-chart__number"]') == text_of(made, ".//td") == ["1 hour 5 minutes"]


@pytest.mark.parametrize("stacked", [False, True])
def test_cells_of_a_table_are_escaped_and_belong_to_their_headings(stacked):
    made = part('{{ data_table("T", ["A", "B"], [[x, x]], (1,), stacked=stacked) }}', x=HOSTILE, stacked=stacked)
    assert text_of(made, ".//tbody//th | .//tbody//td") == [HOSTILE, HOSTILE]
    assert [each.get("scope") for each in made.xpath(".//th")] == ["col", "col", "row"]
    assert [each.text for each in made.xpath('.//*[contains(@class, "govuk-table__cell--numeric")]')] == [HOSTILE]
    assert [each.get("data-label") for each in made.xpath(".//td")] == ["B" if stacked else None]
    assert len(made.xpath('.//*[@role="region"][@tabindex="0"]')) == (0 if stacked else 1)
    # Some browsers forget that a table is one when its rows are blocks, unless it says so itself.
    roles = ["table", "rowgroup", "row", "columnheader", "columnheader", "rowgroup", "row", "rowheader", "cell"]
    assert [each.get("role") for each in made.xpath(".//table/descendant-or-self::*[@role]")] == (
        roles if stacked else []
    )


def test_a_field_is_tied_to_its_label_hint_and_fault():
    made = part('{{ field_with_hint("a", "Label", x, hint="Hint", error="Fault") }}', x='"><b>')
    field = made.xpath(".//input")[0]
    assert field.get("value") == '"><b>'
    assert made.xpath(".//label")[0].get("for") == field.get("id")
    described = [made.xpath(f".//*[@id='{each}']")[0].text_content() for each in field.get("aria-describedby").split()]
    assert described == ["Hint", "Error: Fault"]
    assert field.get("aria-invalid") == "true"


def test_a_text_keeps_its_first_empty_line_and_cannot_end_its_field():
    made = part('{{ field_with_hint("a", "Label", x, rows=4, guard=true) }}', x="\n</textarea><b>")
    assert made.xpath(".//b") == []
    # A browser drops the first line end of a field, lxml does not.
    assert made.xpath(".//textarea[@data-guard]")[0].text == "\n\n</textarea><b>"


def test_tags_are_in_words_and_what_is_unknown_is_shown_as_it_is():
    made = part('{{ tag_of_status("waiting") }}{{ tag_of_status("<new>") }}')
    assert text_of(made, ".//strong") == ["Waiting for approval", "<new>"]
    assert [each.get("class") for each in made.xpath(".//strong")] == [
        "govuk-tag govuk-tag--purple",
        "govuk-tag govuk-tag--grey",
    ]


def test_marks_of_sources_are_there_only_where_there_are_sources():
    assert text_of(part("{{ source_marks([1, 3]) }}"), './/*[@class="sp-marks"]') == ["Source: [1, 3]"]
    assert part("{{ source_marks([]) }}").text_content().strip() == ""


def test_no_key_of_the_words_hides_behind_a_method_of_dictionaries_that_templates_write_with_a_dot():
    methods = {name for name in dir(dict) if not name.startswith("_")}
    written = {
        (file.name, found)
        for file in TEMPLATES_DIR.glob("*.html")
        for found in re.findall(r"\bwords(?:\.\w+)*\.(\w+)", file.read_text(encoding="utf-8"))
        if found in methods - {"get", "items"}
    }
    assert written == set()
