"""`signpost switch`, as it is called on the machine."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from bot.records.database import Database
from bot.records.switches import ALL, Switches


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/records.db"


def signpost(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["switch", *arguments], env={"SIGNPOST_RECORDS_URL": url})


def turns(url: str) -> list[tuple[str, str, bool, str, str]]:
    database = Database(url)
    database.upgrade()
    found = [(s.area, s.channel, s.is_off, s.reason, s.by_name) for s in Switches(database).history()]
    database.close()
    return found


def test_it_switches_off_lists_and_switches_on(url: str) -> None:
    off = signpost(url, "off", "--area", "suffolk", "--channel", "web", "--reason", "wrong address")
    assert (off.exit_code, off.stderr) == (0, "")
    assert "off suffolk, web: wrong address (command line, " in off.stdout
    assert "off suffolk, web: wrong address" in signpost(url, "list").stdout
    everything = signpost(url, "off", "--reason", "masking is broken")
    assert "off all areas, all channels: masking is broken" in everything.stdout
    on = signpost(url, "on", "--reason", "masking works")
    assert "on  all areas, all channels: masking works" in on.stdout
    assert "Still off: off suffolk, web: wrong address" in on.stdout
    signpost(url, "on", "--area", "suffolk", "--channel", "web", "--reason", "right again")
    assert "Nothing is switched off." in signpost(url, "list").stdout
    assert len(signpost(url, "list", "--history").stdout.splitlines()) == 4
    assert turns(url) == [
        ("suffolk", "web", False, "right again", "command line"),
        (ALL, ALL, False, "masking works", "command line"),
        (ALL, ALL, True, "masking is broken", "command line"),
        ("suffolk", "web", True, "wrong address", "command line"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--area", "suffok", "--reason", "x"], "'suffok' is no area. There are: milton-keynes, suffolk."),
        (["--area", "../suffolk", "--reason", "x"], "is no area"),
        (["--channel", "wbe", "--reason", "x"], "'wbe' is no channel. There are: web, teams, desk."),
        (["--area", "suffolk", "--reason", " "], "--reason is empty"),
        (["--area", "suffolk"], "--reason"),
    ],
)
def test_what_is_unknown_or_has_no_reason_is_refused_and_changes_nothing(
    arguments: list[str], told: str, url: str
) -> None:
    for command in ("off", "on"):
        refused = signpost(url, command, *arguments)
        assert refused.exit_code != 0
        assert told in refused.stderr
    assert turns(url) == []


def test_a_database_that_is_down_is_told_in_words() -> None:
    down = signpost("postgresql+psycopg://signpost@127.0.0.1:9/records", "off", "--reason", "wrong address")
    assert down.exit_code == 1
    assert "Stop the front door instead." in down.stderr
    assert isinstance(down.exception, SystemExit)
