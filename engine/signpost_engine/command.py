"""From our short commands to Rasa's. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

MODEL_NAME = "signpost"
LOOPBACK = "127.0.0.1"
COMMANDS = ("run", "train", "validate", "test")
USAGE = """usage: python -m signpost_engine <command> [options of Rasa]

  run       serve the trained model on 127.0.0.1 (--port, default 5005)
  train     train from config.yml, domain.yml and data/ into .var/models/signpost.tar.gz
  validate  check domain and training data (rasa data validate)
  test      rasa test, e.g. "test nlu --nlu FILE" or "test core --stories FOLDER"

Run it in the project's folder, with engine/ and that folder on PYTHONPATH.
"""
# With the HTTP API anyone who reaches the port reads every conversation; debug logs hold what people wrote.
_REFUSED = {
    "--enable-api": "the engine runs without Rasa's HTTP API",
    "--remote-storage": "models come from this machine only",
    "--debug": "debug logs hold what people wrote",
    "--verbose": "verbose logs may hold what people wrote",
    "-v": "verbose logs may hold what people wrote",
    "-vv": "debug logs hold what people wrote",
}


class UsageError(ValueError):
    """The command line asks for something that is not there or not allowed."""


def rasa_arguments(arguments: Sequence[str], models: Path) -> list[str]:
    """Arguments for Rasa's own command line, without the program's name.

    Args:
        arguments: one of COMMANDS, then options of Rasa; those given win over ours.
        models: folder of the trained model.
    Raises: UsageError: unknown command, or an option that would open the engine or log what people wrote.
    """
    command, *options = arguments or [""]
    model = str(models / f"{MODEL_NAME}.tar.gz")
    if command == "run":
        return ["run", *_serving(options, model)]
    if command == "train":
        fixed = ["--config", "config.yml", "--domain", "domain.yml", "--data", "data"]
        return ["train", *fixed, "--out", str(models), "--fixed-model-name", MODEL_NAME, *options]
    if command == "validate":
        return ["data", "validate", *_unless_given(options, "--domain", "domain.yml", "-d"), *options]
    if command == "test":
        kind = [options.pop(0)] if options and options[0] in {"nlu", "core"} else []
        out = _unless_given(options, "--out", str(models.parent / "results"))
        return ["test", *kind, *_unless_given(options, "--model", model, "-m"), *out, *options]
    raise UsageError(f"unknown command: {command}" if command else "no command given")


def _serving(options: list[str], model: str) -> list[str]:
    for option in options:
        reason = _REFUSED.get(option.partition("=")[0])
        if reason:
            raise UsageError(f"{option} is not allowed: {reason}")
    for value in _values_of(options, "--interface", "-i"):
        if value != LOOPBACK:
            raise UsageError(f"the engine listens on {LOOPBACK} only, not on {value}")
    return [
        *_unless_given(options, "--model", model, "-m"),
        *_unless_given(options, "--endpoints", "endpoints.yml"),
        *_unless_given(options, "--credentials", "credentials.yml"),
        *options,
        *("--interface", LOOPBACK),
    ]


def _unless_given(options: Sequence[str], name: str, value: str, short: str | None = None) -> list[str]:
    return [] if _values_of(options, name, short) else [name, value]


def _values_of(options: Sequence[str], name: str, short: str | None = None) -> list[str]:
    values = [after for option, after in zip(options, [*options[1:], ""], strict=False) if option in {name, short}]
    return values + [option.partition("=")[2] for option in options if option.startswith(f"{name}=")]
