"""The set-up script: what it decides, and what it says when a step fails. The real one begins `make test`."""

import sys
from pathlib import Path

import pytest

from scripts import prepare

ENVIRONMENT = prepare.Environment("example", ".venv", "3.12", "requirements.lock", with_project=False)


def test_the_fingerprint_changes_with_the_lock_the_python_and_the_place(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        (folder / "requirements.lock").write_text("example==1.0\n")
    before = prepare.fingerprint(first, ENVIRONMENT)
    other_python = prepare.Environment("example", ".venv", "3.10", "requirements.lock", with_project=False)
    assert prepare.fingerprint(first, ENVIRONMENT) == before
    assert prepare.fingerprint(second, ENVIRONMENT) != before
    assert prepare.fingerprint(first, other_python) != before
    (first / "requirements.lock").write_text("example==1.1\n")
    assert prepare.fingerprint(first, ENVIRONMENT) != before


def test_a_missing_lock_is_named(tmp_path):
    with pytest.raises(prepare.PreparationError, match=r"requirements\.lock cannot be read \(No such file"):
        prepare.fingerprint(tmp_path, ENVIRONMENT)


def test_an_environment_that_is_up_to_date_is_left_alone(tmp_path, capsys):
    (tmp_path / "requirements.lock").write_text("example==1.0\n")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    stamp = tmp_path / ".var/setup/example.sha256"
    stamp.parent.mkdir(parents=True)
    stamp.write_text(prepare.fingerprint(tmp_path, ENVIRONMENT) + "\n")
    prepare.prepare(tmp_path, ENVIRONMENT)
    assert capsys.readouterr().out == ""


def test_a_failed_step_says_which_and_why_in_one_line_and_keeps_the_whole_in_the_log(tmp_path):
    program = "print('looking'); print('error: no such package: exmple'); raise SystemExit(2)"
    with pytest.raises(prepare.PreparationError) as caught:
        prepare.run_step(tmp_path, "installing requirements.lock", [sys.executable, "-c", program])
    text = str(caught.value)
    assert text.startswith("installing requirements.lock: error: no such package: exmple (all of it: ")
    assert "\n" not in text
    assert "looking" in (tmp_path / ".var/logs/setup.log").read_text()


def test_what_a_sync_took_away_for_good_is_named():
    output = "Uninstalled 3 packages\n - extra==1.0\n - kept==1.0\n - signpost==0.1.0\n + kept==1.1\n + new==2.0\n"
    assert prepare.removed_packages(output) == ["extra==1.0"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("", "it gave no reason"),
        ("one\ntwo\n", "two"),
        ("  × No solution found\n  ╰─▶ because of x\n", "× No solution found ╰─▶ because of x"),
        ("\x1b[31merror\x1b[0m: bad\n", "error: bad"),
        ("error: " + "x" * 500, "error: " + "x" * 290 + "..."),
    ],
)
def test_the_reason_is_the_telling_line(output, expected):
    assert prepare.reason(output) == expected


def test_a_python_that_is_not_there_or_does_not_work_has_no_version(tmp_path):
    assert prepare.python_version(tmp_path / "python") is None
    assert prepare.python_version(Path(sys.executable)) == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_an_activated_environment_does_not_mislead_the_installer():
    cleaned = prepare.clean_environment({"VIRTUAL_ENV": "/x", "PYTHONPATH": "/y", "PATH": "/bin"})
    assert cleaned == {"PATH": "/bin"}
