"""`signpost teams package`, as it is called on the machine: a process of its own, settings from its environment."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT

GOOD = {
    "SIGNPOST_TEAMS_APP_ID": "5f0c6d1e-9b3a-4c57-8e21-7a64d0b9f3c2",
    "SIGNPOST_TEAMS_APP_SECRET": "an-invented-secret-value",
    "SIGNPOST_TEAMS_TENANT": "0b7e2a94-63d1-4f08-b5ce-18f29d7ac640",
    "SIGNPOST_PUBLIC_URL": "https://signpost.suffolk.gov.uk",
    "SIGNPOST_TEAMS_DEVELOPER_NAME": "Suffolk County Council",
    "SIGNPOST_TEAMS_DEVELOPER_WEBSITE": "https://www.suffolk.gov.uk",
}


ALONE = ("-c", "from bot.cli_teams import app; app()")  # quicker than the whole command, and the same
WHOLE = ("-m", "bot.cli", "teams")


def signpost(
    folder: Path, *arguments: str, through: tuple[str, ...] = ALONE, **changed: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, with nothing of this machine's settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SIGNPOST_")}
    return subprocess.run(
        [sys.executable, *through, "package", *arguments],
        cwd=folder,
        env={**own, **GOOD, "SIGNPOST_VAR_DIR": str(folder / "var"), "PYTHONPATH": str(PROJECT_ROOT), **changed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("out", "file"),
    [
        ([], "var/signpost-teams.zip"),
        (["--out", "apps/pilot"], "apps/pilot/signpost-teams.zip"),
        (["--out", "pilot.zip"], "pilot.zip"),
    ],
)
def test_it_writes_the_package_where_it_is_told_to_and_says_so(tmp_path, out, file):
    done = signpost(tmp_path, *out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].endswith(file)
    assert "docs/teams.md" in done.stdout
    assert [name for name in files(tmp_path) if (tmp_path / name).is_file()] == [file]
    with zipfile.ZipFile(tmp_path / file) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == GOOD["SIGNPOST_TEAMS_APP_ID"]
    assert manifest["developer"]["name"] == "Suffolk County Council"


def test_no_secret_is_in_the_package_or_on_the_screen(tmp_path):
    done = signpost(tmp_path, "--out", "pilot.zip")
    assert GOOD["SIGNPOST_TEAMS_APP_SECRET"].encode() not in (tmp_path / "pilot.zip").read_bytes()  # it is stored plain
    assert GOOD["SIGNPOST_TEAMS_APP_SECRET"] not in done.stdout + done.stderr


def test_two_runs_write_the_same_bytes(tmp_path):
    signpost(tmp_path, "--out", "one.zip")
    signpost(tmp_path, "--out", "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_whole_command_does_the_same(tmp_path):
    alone = signpost(tmp_path, "--out", "pilot.zip")
    package = (tmp_path / "pilot.zip").read_bytes()
    (tmp_path / "pilot.zip").unlink()
    done = signpost(tmp_path, "--out", "pilot.zip", through=WHOLE)
    assert (done.returncode, done.stdout, done.stderr) == (0, alone.stdout, "")
    assert (tmp_path / "pilot.zip").read_bytes() == package
    assert files(tmp_path) == ["pilot.zip"]
    refused = signpost(tmp_path, through=WHOLE, SIGNPOST_TEAMS_DEVELOPER_NAME="TODO")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[1].startswith("SIGNPOST_TEAMS_DEVELOPER_NAME: ")
    assert len(refused.stderr.splitlines()) == 2
    assert files(tmp_path) == ["pilot.zip"]


def test_every_fault_has_its_line_and_nothing_is_written(tmp_path):
    done = signpost(
        tmp_path,
        *("--out", "apps/pilot.zip", "--schema", "none.json", "--version", "one"),
        SIGNPOST_PUBLIC_URL="https://localhost",
        SIGNPOST_TEAMS_DEVELOPER_NAME="TODO",
        SIGNPOST_TEAMS_DEVELOPER_WEBSITE="",
    )
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "No",
        "SIGNPOST_PUBLIC_URL:",
        "SIGNPOST_TEAMS_DEVELOPER_NAME:",
        "SIGNPOST_TEAMS_DEVELOPER_WEBSITE:",
        "There",
        "--version:",
    ]
    assert "make node_modules/.package-lock.json" in lines[4]
    assert files(tmp_path) == []


def test_a_package_that_is_there_stays_when_a_new_one_cannot_be_made(tmp_path):
    (tmp_path / "pilot.zip").write_bytes(b"the old one")
    assert signpost(tmp_path, "--out", "pilot.zip", SIGNPOST_TEAMS_DEVELOPER_NAME="TODO").returncode == 1
    assert (tmp_path / "pilot.zip").read_bytes() == b"the old one"
    assert signpost(tmp_path, "--out", "pilot.zip").returncode == 0
    assert (tmp_path / "pilot.zip").read_bytes() != b"the old one"
    assert files(tmp_path) == ["pilot.zip"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SIGNPOST_TEAMS_APPID": "x"}, "SIGNPOST_TEAMS_APPID is not a setting; did you mean SIGNPOST_TEAMS_APP_ID?"),
        ({"SIGNPOST_TEAMS_APP_ID": "bot"}, "SIGNPOST_TEAMS_APP_ID: an id has the form"),
        ({"SIGNPOST_TEAMS_TENANT": ""}, "SIGNPOST_TEAMS_TENANT"),
    ],
)
def test_settings_that_are_refused_are_told_without_a_traceback(tmp_path, changed, told):
    done = signpost(tmp_path, **changed)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == []


def test_a_place_that_cannot_be_written_is_told_without_a_traceback(tmp_path):
    (tmp_path / "apps").write_text("a file where a folder is meant")
    done = signpost(tmp_path, "--out", "apps/pilot.zip")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No package was written: apps")
    assert files(tmp_path) == ["apps"]
