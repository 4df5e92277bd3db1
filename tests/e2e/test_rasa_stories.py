"""Rasa's own test of the stories in tests/stories: sentences are parsed, intents and actions compared."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support import RunningSignpost

FEWEST = 12

pytestmark = pytest.mark.timeout(180)


def test_every_story_is_predicted(signpost_processes: RunningSignpost, project_root: Path, tmp_path: Path) -> None:
    # Depends on the running Signpost only for the model, which it has trained if it was out of date.
    python = project_root / "engine/.venv/bin/python"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIGNPOST_")}
    environment = {
        **clean,
        "PYTHONPATH": os.pathsep.join([str(project_root / "engine"), str(project_root)]),
        "SIGNPOST_MODELS_DIR": str(project_root / ".var/models"),
        "SIGNPOST_VAR_DIR": str(tmp_path),
        "RASA_TELEMETRY_ENABLED": "false",
    }
    done = subprocess.run(
        [
            *(str(python), "-m", "signpost_engine", "test", "core", "--e2e"),
            *(
                "--fail-on-prediction-errors",
                "--stories",
                "tests/stories",
                "--out",
                str(tmp_path),
                "--no-plot",
            ),
        ],
        cwd=project_root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
    )
    output = done.stdout + done.stderr
    failed = tmp_path / "failed_test_stories.yml"
    shown = failed.read_text(encoding="utf-8") if failed.exists() else ""
    assert done.returncode == 0, f"{output[-2000:]}\n{shown}"
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["total"] >= FEWEST, "fewer stories than there are: none were read?"
    assert report["conversation_accuracy"]["accuracy"] == 1.0
    stories = (project_root / "tests/stories/test_single_turns.yml").read_text(encoding="utf-8")
    assert report["conversation_accuracy"]["total"] == len(re.findall(r"^- story:", stories, re.MULTILINE))
