"""The trained model: whether it still fits what it is trained from, and training it when it does not.

Beside the model `signpost.tar.gz` stands `signpost.sha256`: two lines in the form of `sha256sum`, the hash of
the model itself and that of everything that it is made from. A model whose hash differs was not made here and
is not used: model files can run code.
"""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.launcher.parts import ENGINE_PYTHON, engine_environment, environment_of
from bot.settings import PROJECT_ROOT, Settings, load_settings

TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data",
    "engine/requirements.lock",
    "engine/signpost_engine",
    "bot/embedding",
)
LEFT_OUT = ("__pycache__",)


class TrainingError(Exception):
    """Training failed; the text says why, in one line."""


def inputs_hash(root: Path = PROJECT_ROOT) -> str:
    """SHA-256 of the names and bytes of all files that a model is made from, in a fixed order.

    Raises: FileNotFoundError: one of `TRAINED_FROM` is missing.
    """
    digest = hashlib.sha256()
    for entry in TRAINED_FROM:
        top = root / entry
        if not top.exists():
            raise FileNotFoundError(f"{entry} is missing")
        files = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for file in files:
            if not set(LEFT_OUT) & set(file.parts):
                digest.update(f"{file.relative_to(root).as_posix()}\0{file_hash(file)}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_file(model: Path) -> Path:
    """The file of hashes beside a model: `signpost.tar.gz` -> `signpost.sha256`."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".sha256")


def why_train(model: Path, root: Path = PROJECT_ROOT) -> str | None:
    """Why the model has to be trained (again), in words; None when it is as it should be."""
    stamp = stamp_file(model)
    if not model.is_file() or not stamp.is_file():
        return "there is no trained model yet"
    hashes = {name: digest for digest, name in (line.split() for line in stamp.read_text().splitlines())}
    if hashes.get(model.name) != file_hash(model):
        return "the model is not the one that was trained here (its hash differs)"
    if hashes.get("inputs") != inputs_hash(root):
        return "what the model is trained from has changed"
    return None


def ensure_model(settings: Settings) -> bool:
    """Train if need be; whether it was needed. Two programs that ask at once train once.

    Raises: TrainingError: the engine's training failed.
    """
    model = settings.model_file
    model.parent.mkdir(parents=True, exist_ok=True)
    with _lock(model.parent / "lock"):
        if why_train(model) is None:
            return False
        _train(settings, model)
        return True


def _train(settings: Settings, model: Path) -> None:
    """Train into a folder of its own, then put model and hashes in place."""
    trained_from = inputs_hash()
    with tempfile.TemporaryDirectory(dir=model.parent, prefix="training-") as folder:
        command = [
            *(str(ENGINE_PYTHON), "-m", "signpost_engine", "train"),
            *("--out", folder, "--fixed-model-name", model.name.removesuffix(".tar.gz")),
        ]
        environment = environment_of(settings, engine_environment())
        ended = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
        made = Path(folder) / model.name
        if ended.returncode != 0 or not made.is_file():
            raise TrainingError(f"the engine's training ended with exit code {ended.returncode} and no model")
        if inputs_hash() != trained_from:
            raise TrainingError("files that the model is trained from changed during the training; start again")
        stamp = stamp_file(model)
        stamp.unlink(missing_ok=True)  # at no time stands a stamp beside a model that it does not describe
        shutil.move(made, model)
        new = stamp.with_suffix(".new")
        new.write_text(f"{file_hash(model)}  {model.name}\n{trained_from}  inputs\n")
        new.replace(stamp)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Train if need be; the exit code. What the engine prints is passed on."""
    try:
        ensure_model(load_settings())
    except (TrainingError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
