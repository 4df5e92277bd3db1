"""A hundred e-mails full of personal data go through the desk; none of it is in anything that is kept or given out.

The real masker, the real records. Everything below the app's folder is searched as bytes, and all that was logged.
"""

from __future__ import annotations

import functools
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.desk.access import Role
from bot.door.offers import addresses, terms
from bot.privacy import build_masker
from tests.desk.support import desk_app, signed_in
from tests.guidance_support import CONTENT

EMAILS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("planted_emails.yml").read_text(encoding="utf-8")
)
PAGES = ("/desk/enquiries", "/desk/log", "/desk/learning", "/desk/use", "/desk/offers")
EXPORTS = ("/desk/use.csv", "/desk/offers/suffolk.csv", "/desk/learning/phrasings.yml")
SCHOOLS_LEFT = 0.05  # their names go by the kind of school beside them, which is not always there
HARMLESS = "flibbertigibbet"


def parse(text: str) -> dict[str, Any]:
    """What an engine would make of a letter: each line asks for a form, so that all of it can become questions."""
    lines = [match for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    clause = {"intent": "ask_how_to_refer", "confidence": 0.9, "similarity": 0.9, "ranking": []}
    return {"text": text, "clauses": [{**clause, "start": m.start(), "text": m[0]} for m in lines]}


def planted(*, schools: bool) -> list[str]:
    """The names of schools that were planted, or everything else; each once."""
    kinds = [(kind, texts) for email in EMAILS for kind, texts in email["planted"].items()]
    return sorted({text for kind, texts in kinds for text in texts if (kind == "school") == schools})


def held(content: str, words: list[str]) -> list[str]:
    """Those of the words that stand in a text as whole words, written as they were typed."""
    found = [word for word in words if word in content]
    return [word for word in found if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", content)]


def kept_in(folder: Path) -> str:
    """All files below a folder as text, databases and their journals among them."""
    return "\n".join(f.read_bytes().decode("utf-8", "replace") for f in sorted(folder.rglob("*")) if f.is_file())


@pytest.mark.timeout(400)
async def test_nothing_planted_in_a_hundred_emails_is_in_database_logs_statistics_or_exports(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mask = functools.partial(build_masker(terms(CONTENT)).mask, keep=addresses(CONTENT))
    shown = []
    async with desk_app(tmp_path, parse=parse, mask=mask) as app:
        person = signed_in(app, Role.ADVISER, Role.SUPERVISOR, Role.CONTENT_OWNER)
        for number, email in enumerate(EMAILS):
            text = email["email"] + (f"\n{HARMLESS}" if number == 0 else "")
            area = ("suffolk", "milton-keynes")[number % 2]
            added = await person.post_form("/desk/enquiries", text=text, area=area)
            assert added.status_code == 303, f"e-mail {number}: {added.text[:400]}"
            shown.append((await person.get(added.headers["location"])).text)
        for path in (*PAGES, *EXPORTS):
            answer = await person.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            shown.append(answer.text)
        kept = kept_in(tmp_path)
    assert HARMLESS in kept, "the search would not find what is stored"
    places = {
        "kept": kept + kept_in(tmp_path),
        "logged": "\n".join(record.getMessage() for record in caplog.records),
        "shown": "\n".join(shown),
    }
    assert {place: found for place, text in places.items() if (found := held(text, planted(schools=False)))} == {}
    schools = planted(schools=True)
    left = held("".join(places.values()), schools)
    assert len(left) <= SCHOOLS_LEFT * len(schools), left
