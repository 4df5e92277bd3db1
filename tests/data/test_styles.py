"""The committed style sheet: made from styles/ as they are, within its budget, and with nothing of GOV.UK's own marks."""

import gzip
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT / "bot/door/static/signpost.css"
LARGEST_GZIPPED_BYTES = 9 * 1024
CLASSES = """
govuk-body govuk-body-s govuk-button govuk-button--secondary govuk-button--warning govuk-checkboxes__input
govuk-checkboxes--small govuk-details govuk-details__summary-text govuk-fieldset__legend govuk-form-group govuk-heading-l
govuk-heading-m govuk-heading-s govuk-hint govuk-inset-text govuk-label govuk-link govuk-list--bullet govuk-list--number
govuk-skip-link govuk-summary-list__key govuk-table__cell govuk-tag govuk-textarea govuk-visually-hidden
govuk-warning-text govuk-width-container sp-ask sp-chip sp-chips sp-choices sp-compare sp-error sp-foot sp-frame sp-header
sp-header__about sp-header__close sp-header__name sp-main sp-marks sp-notice sp-page sp-quiet sp-row sp-safeguarding
sp-status sp-status--quiet sp-take sp-turn sp-turn--you sp-turn__who sp-typing sp-welcome
"""


@pytest.fixture(scope="module")
def sheet() -> str:
    return SHEET.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def package() -> dict:
    return json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def test_the_committed_sheet_is_what_sass_makes(sheet, package):
    if not (ROOT / "node_modules/.bin/sass").exists():
        pytest.skip("sass is not installed: make node_modules/.package-lock.json")
    program, *arguments = shlex.split(package["scripts"]["css"])
    assert ROOT / arguments.pop() == SHEET
    path = f"{os.environ['PATH']}:{ROOT / '.venv/bin'}"
    made = subprocess.run(
        [ROOT / "node_modules/.bin" / program, *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
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


def test_words_are_broken_anywhere_only_where_they_would_widen_the_page(sheet):
    rules = [rule.split("{")[0] for rule in sheet.split("}") if "overflow-wrap:anywhere" in rule]
    assert [("table" in rule or "compare" in rule, "sp-chip" in rule) for rule in rules] == [(False, True)]


def test_the_sheet_is_small(sheet):
    assert len(gzip.compress(SHEET.read_bytes(), 9)) <= LARGEST_GZIPPED_BYTES


def test_the_sheet_has_every_class_that_pages_are_written_with(sheet):
    known = set(re.findall(r"\.((?:govuk|sp)-[\w-]+)", sheet))
    assert [name for name in CLASSES.split() if name not in known] == []


def test_the_sample_page_uses_known_classes_only(sheet):
    known = set(re.findall(r"\.((?:govuk|sp)-[\w-]+)", sheet))
    sample = (ROOT / "styles/sample.html").read_text(encoding="utf-8")
    used = {name for names in re.findall(r'class="([^"]+)"', sample) for name in names.split()}
    # Names that GOV.UK gives to elements without styling them.
    bare = {
        "govuk-checkboxes",
        "govuk-table__head",
        "govuk-table__body",
        "govuk-table__row",
        "sp-turn--bot",
        "sp-header__names",
    }
    assert used - known - bare == set()


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
