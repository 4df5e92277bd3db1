"""The committed style sheets: made from styles/ as they are, within budget, with nothing of GOV.UK's own marks. And htmx."""

import gzip
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAT, DESK = "bot/door/static/signpost.css", "bot/desk/static/desk.css"
LARGEST_GZIPPED_BYTES = {CHAT: 9 * 1024, DESK: 12 * 1024}
CHAT_CLASSES = """
govuk-body govuk-body-s govuk-button govuk-button--secondary govuk-button--warning govuk-checkboxes__input
govuk-checkboxes--small govuk-details govuk-details__summary-text govuk-fieldset__legend govuk-form-group govuk-heading-l
govuk-heading-m govuk-heading-s govuk-hint govuk-inset-text govuk-label govuk-link govuk-list--bullet govuk-list--number
govuk-skip-link govuk-summary-list__key govuk-table__cell govuk-tag govuk-textarea govuk-visually-hidden
govuk-warning-text govuk-width-container sp-ask sp-chip sp-chips sp-choices sp-compare sp-error sp-foot sp-frame sp-header
sp-header__about sp-header__close sp-header__name sp-main sp-marks sp-notice sp-page sp-quiet sp-row sp-safeguarding
sp-status sp-status--quiet sp-take sp-turn sp-turn--you sp-turn__who sp-typing sp-welcome
"""
DESK_CLASSES = """
govuk-back-link govuk-body govuk-body-s govuk-button govuk-button--secondary govuk-button--warning govuk-button-group
govuk-checkboxes__input govuk-checkboxes--small govuk-details govuk-error-message govuk-error-summary
govuk-fieldset__legend govuk-file-upload govuk-form-group--error govuk-grid-column-two-thirds govuk-heading-l
govuk-heading-m govuk-heading-s govuk-hint govuk-input govuk-input--error govuk-inset-text govuk-label govuk-link
govuk-list--bullet govuk-list--number govuk-notification-banner--success govuk-pagination govuk-radios__input
govuk-select govuk-service-navigation govuk-skip-link govuk-summary-list__key govuk-table__caption govuk-table__cell
govuk-tag--green govuk-tag--grey govuk-tag--orange govuk-tag--purple govuk-tag--red govuk-tag--yellow govuk-textarea
govuk-visually-hidden govuk-warning-text govuk-width-container sp-added sp-blank sp-card sp-chart sp-chip sp-chips
sp-columns sp-copy sp-desk sp-empty sp-filter sp-foot sp-marks sp-quiet sp-removed sp-row-buttons sp-screen-only
sp-short sp-small sp-stacked sp-table-box sp-table-box--scrolls sp-tabs sp-text sp-who
"""
# Names that GOV.UK, or we, give to elements without styling them.
UNSTYLED = """
govuk-checkboxes govuk-table__head govuk-table__body govuk-table__row sp-turn--bot sp-header__names
govuk-radios sp-copy__said
"""


@pytest.fixture(scope="module", params=[CHAT, DESK])
def path(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def sheet(path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def classes_in(sheet: str) -> set[str]:
    return set(re.findall(r"\.((?:govuk|sp)-[\w-]+)", sheet))


def classes_of(markup: str) -> set[str]:
    """Classes that a page or template is written with; parts that a template fills in are no names."""
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", lambda found: " ".join(re.findall(r'"([^"]*)"', found[0])), markup)
    return {name for names in re.findall(r'class="([^"]+)"', plain) for name in names.split()}


@pytest.fixture(scope="module")
def package() -> dict:
    return json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def test_the_committed_sheet_is_what_sass_makes(path, sheet, package):
    if not (ROOT / "node_modules/.bin/sass").exists():
        pytest.skip("sass is not installed: make node_modules/.package-lock.json")
    program, *arguments = shlex.split(package["scripts"]["css"])
    options = [each for each in arguments if each.startswith("--")]
    sources = {made: source for source, made in (each.split(":") for each in arguments if each not in options)}
    assert set(sources) == {CHAT, DESK}
    made = subprocess.run(
        [ROOT / "node_modules/.bin" / program, *options, sources[path]],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:{ROOT / '.venv/bin'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert "Deprecation" not in made.stderr
    assert made.stdout == sheet, "the sheet differs from its sources: make css"


def test_the_sheet_begins_with_whose_it_is(sheet, package):
    comment = sheet[: sheet.index("*/")]
    version = package["devDependencies"]["govuk-frontend"]
    assert comment.startswith("/*!")
    assert f"GOV.UK Frontend {version}, MIT licence" in comment
    assert "Copyright (c) 2017 Crown Copyright" in comment
    assert f'--govuk-frontend-version: "{version}"' in sheet
    assert "MIT License" in (ROOT / "styles/NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("never", ["url(", "@font-face", "@import", "gds transport", "crown"])
def test_the_sheet_asks_for_nothing_and_has_no_mark_of_govuk(sheet, never):
    assert never not in sheet[sheet.index("*/") :].lower()


def test_words_are_broken_anywhere_only_where_they_would_widen_the_page():
    sheet = (ROOT / CHAT).read_text(encoding="utf-8")
    rules = [rule.split("{")[0] for rule in sheet.split("}") if "overflow-wrap:anywhere" in rule]
    assert [("table" in rule or "compare" in rule, "sp-chip" in rule) for rule in rules] == [(False, True)]


def test_words_in_tables_of_the_desk_are_not_broken_anywhere():
    sheet = (ROOT / DESK).read_text(encoding="utf-8")
    rules = [rule.split("{")[0] for rule in sheet.split("}") if "overflow-wrap:anywhere" in rule]
    assert rules
    assert [rule for rule in rules if "table" in rule or "stacked" in rule] == []


def test_the_sheet_is_small(path):
    assert len(gzip.compress((ROOT / path).read_bytes(), 9)) <= LARGEST_GZIPPED_BYTES[path]


def test_the_sheet_has_every_class_that_pages_are_written_with(path, sheet):
    wanted = {CHAT: CHAT_CLASSES, DESK: DESK_CLASSES}[path].split()
    assert [name for name in wanted if name not in classes_in(sheet)] == []


def test_the_sample_page_uses_known_classes_only():
    sample = (ROOT / "styles/sample.html").read_text(encoding="utf-8")
    known = classes_in((ROOT / CHAT).read_text(encoding="utf-8"))
    assert classes_of(sample) - known - set(UNSTYLED.split()) == set()


@pytest.mark.parametrize(
    "template", sorted((ROOT / "bot/desk/templates").glob("*.html")), ids=lambda template: template.name
)
def test_templates_of_the_desk_use_known_classes_only(template):
    used = {name for name in classes_of(template.read_text(encoding="utf-8")) if name.startswith(("govuk-", "sp-"))}
    known = classes_in((ROOT / DESK).read_text(encoding="utf-8"))
    assert {name for name in used if not name.endswith("-")} - known - set(UNSTYLED.split()) == set()


@pytest.mark.parametrize(
    "template", sorted((ROOT / "bot/desk/templates").glob("*.html")), ids=lambda template: template.name
)
@pytest.mark.parametrize(
    "never", [r"\sstyle=", r"<style", r"<script(?! src=)", r"\son\w+=", r"hx-on", r"\bjs:", r"\|\s*safe\b"]
)
def test_templates_of_the_desk_hold_no_style_or_script_and_escape_everything(template, never):
    assert re.findall(never, template.read_text(encoding="utf-8")) == []


def test_htmx_is_the_locked_one_with_its_licence(package):
    version = package["devDependencies"]["htmx.org"]
    static = ROOT / "bot/desk/static"
    assert [file.name for file in sorted(static.glob("htmx*"))] == [
        f"htmx-{version}.LICENSE.txt",
        f"htmx-{version}.min.js",
    ]
    assert f"/desk/static/htmx-{version}.min.js" in (ROOT / "bot/desk/templates/desk.html").read_text(encoding="utf-8")
    packed = ROOT / "node_modules/htmx.org"
    if not packed.exists():
        pytest.skip("htmx is not installed: make node_modules/.package-lock.json")
    assert (static / f"htmx-{version}.min.js").read_bytes() == (packed / "dist/htmx.min.js").read_bytes()
    assert (static / f"htmx-{version}.LICENSE.txt").read_bytes() == (packed / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    "query", ["prefers-color-scheme: dark", "forced-colors: active", "prefers-reduced-motion", "print"]
)
def test_the_sheet_answers_what_people_set(sheet, query):
    assert re.search(r"@media[^{]*" + query, sheet)


def test_versions_are_exact_and_the_lock_names_no_place(package):
    assert [v for v in package["devDependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    entries = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in entries.items() if "resolved" in entry or "integrity" not in entry] == []
