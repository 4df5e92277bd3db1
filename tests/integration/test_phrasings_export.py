"""The file of accepted wordings: the command writes it, the engine's own reader takes it, the real data is known."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.desk.phrasings import Accepted, Training, phrasing, phrasings_file
from bot.launcher.parts import ENGINE_PYTHON, QUIET, engine_environment
from bot.records.marks import MarkKind, Marks, Members
from bot.settings import PROJECT_ROOT
from tests.integration.test_marks import OLIVE, add_questions
from tests.records_support import NAMES, NOW, Clock, add_staff
from tests.unit.test_phrasings import HOSTILE

SCRIPT = """
import json, sys
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

read = RasaYAMLReader().reads(open(sys.argv[1], encoding="utf-8").read())
json.dump([[m.get("intent"), m.get("text"), m.get("entities") or []] for m in read.training_examples], sys.stdout)
"""


def test_the_engines_own_reader_gets_every_text_as_it_was_accepted(tmp_path: Path) -> None:
    if not ENGINE_PYTHON.exists():
        pytest.skip("engine/.venv is missing: see engine/README.md")
    texts = tuple(dict.fromkeys(made for text in HOSTILE if (made := phrasing(text))))
    file = tmp_path / "phrasings.yml"
    file.write_text(phrasings_file([Accepted(1, NOW, "ask_cost", texts)]), encoding="utf-8")
    script = tmp_path / "read.py"
    script.write_text(SCRIPT)
    ended = subprocess.run(
        [str(ENGINE_PYTHON), str(script), str(file)],
        env={**os.environ, **QUIET, **engine_environment()},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert sorted(text for _, text, _ in found) == sorted(texts)
    assert {intent for intent, _, _ in found} == {"ask_cost"}
    assert [entities for _, _, entities in found if entities] == []


def test_the_real_training_data_is_read() -> None:
    training = Training(PROJECT_ROOT)
    intents, trained = training.intents(), training.trained()
    assert len(intents) > 50
    assert len(trained) > 2000
    assert set(trained.values()) == set(intents)


def test_the_command_prints_or_writes_what_was_accepted(database, tmp_path, monkeypatch) -> None:
    add_staff(database, names={**NAMES, "olive": "Olive Owner"})
    monkeypatch.setattr(bootstrap, "records", lambda: database)
    nothing = CliRunner().invoke(app, ["learning", "export"])
    assert yaml.safe_load(nothing.output)["nlu"] == []
    ids = add_questions(database, "is it free", "any fee")
    Marks(database, Clock()).mark(
        MarkKind.PHRASING, Members(questions=ids), intent="ask_cost", phrasings=["is it free – or not"], **OLIVE
    )
    printed = CliRunner().invoke(app, ["learning", "export"])
    assert printed.exit_code == 0
    assert yaml.safe_load(printed.output)["nlu"] == [{"intent": "ask_cost", "examples": "- is it free – or not\n"}]
    file = tmp_path / "phrasings.yml"
    written = CliRunner().invoke(app, ["learning", "export", "--output", str(file)])
    assert "1 decision(s)" in written.output
    assert file.read_text(encoding="utf-8") == printed.output


def test_what_is_merged_already_can_be_left_out(database, monkeypatch) -> None:
    monkeypatch.setattr(bootstrap, "records", lambda: database)
    add_staff(database, names={**NAMES, "olive": "Olive Owner"})
    merged = next(text for text, intent in Training(PROJECT_ROOT).trained().items() if intent == "ask_cost")
    for texts in ([merged.upper(), "is the example tower free"], [merged]):
        ids = add_questions(database, *texts)
        Marks(database, Clock()).mark(
            MarkKind.PHRASING, Members(questions=ids), intent="ask_cost", phrasings=texts, **OLIVE
        )
    everything = CliRunner().invoke(app, ["learning", "export"]).output
    assert merged.upper() in everything
    new = yaml.safe_load(CliRunner().invoke(app, ["learning", "export", "--only-new"]).output)
    assert new["nlu"] == [{"intent": "ask_cost", "examples": "- is the example tower free\n"}]
