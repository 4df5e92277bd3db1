"""The sentence embedding, with the real model: small enough (23 MB) to need no stand-in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.embedding import DIMENSIONS, Embedder, EmbeddingModelError, shared_embedder
from bot.embedding.model_file import MODEL_SHA256, VOCABULARY_SHA256, model_path, verify, vocabulary_path

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / "engine/.venv/bin/python"
# Computed once with this model; another value means that trained models and thresholds no longer fit.
KNOWN_COSINE = 0.702


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def test_vectors_are_float32_rows_of_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(["who do I send the form to", "how long does it take", "x"])

    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0"])
def test_a_blank_text_is_a_zero_row_between_others(embedder: Embedder, blank: str) -> None:
    vectors = embedder.embed(["form", blank, "deadline"])

    assert not vectors[1].any()
    assert vectors[0].any()
    assert vectors[2].any()


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


def test_likeness_follows_meaning_rather_than_words(embedder: Embedder) -> None:
    asked, same, other = embedder.embed(
        ["How long until we hear back?", "When will there be a decision?", "Is the tuba made of brass?"]
    )

    assert float(asked @ same) > float(asked @ other) + 0.2


def test_known_values_hold_so_that_thresholds_keep_their_meaning(embedder: Embedder) -> None:
    first, second = embedder.embed(["who do I send the form to", "which address does the form go to"])

    assert float(first @ second) == pytest.approx(KNOWN_COSINE, abs=0.01)


def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    texts = ["form", "how long does it take until somebody comes to see us at our school", "form", "deadline"]
    together = Embedder(cache_size=0).embed(texts)
    alone = np.vstack([Embedder(cache_size=0).embed([text]) for text in texts])

    assert np.abs(together - alone).max() < 1e-5
    assert (together[0] == together[2]).all()


def test_case_and_accents_make_no_difference(embedder: Embedder) -> None:
    vectors = embedder.embed(["SEND café", "send cafe"])

    assert vectors[0] == pytest.approx(vectors[1])


def test_only_the_first_128_tokens_count(embedder: Embedder) -> None:
    begin = "word " * 126
    first, same, differs = embedder.embed([begin, begin + "and more " * 500, "other " + begin])

    assert first == pytest.approx(same)
    assert first != pytest.approx(differs)


@pytest.mark.parametrize(
    "text", ["\ud800 lone surrogate", "\x00", "🙂🙂", "لغة", "x" * 100_000, "zero\u200bwidth", "[PAD] [CLS]"]
)
def test_strange_texts_are_embedded(embedder: Embedder, text: str) -> None:
    vector = embedder.embed([text])[0]

    assert np.isfinite(vector).all()


def test_the_cache_gives_the_same_vectors_and_stays_small() -> None:
    embedder = Embedder(cache_size=2)
    texts = ["one", "two", "three"]
    first = embedder.embed(texts)

    assert (embedder.embed(texts) == first).all()
    assert len(embedder._cache) == 2


def test_a_caller_cannot_spoil_the_cache() -> None:
    embedder = Embedder()
    embedder.embed(["form"])[0][:] = 7

    assert float(np.abs(embedder.embed(["form"])).max()) < 1.01


def test_the_cache_holds_no_sentence() -> None:
    embedder = Embedder()
    embedder.embed(["zebedee quuxington"])

    assert all(b"zebedee" not in key for key in embedder._cache)


def test_a_wrong_model_is_refused_with_both_hashes(tmp_path: Path) -> None:
    wrong = tmp_path / "model.onnx"
    wrong.write_bytes(model_path().read_bytes()[:-1] + b"x")

    with pytest.raises(EmbeddingModelError, match=f"wanted {MODEL_SHA256}"):
        Embedder(model=wrong).embed(["form"])


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelError, match=r"model\.onnx"):
        Embedder(model=tmp_path / "model.onnx").warm_up()


def test_the_vocabulary_is_the_one_that_the_notice_names() -> None:
    verify(vocabulary_path(), VOCABULARY_SHA256)
    assert VOCABULARY_SHA256 in vocabulary_path().with_name("NOTICE").read_text()


def test_users_of_one_process_share_one_embedder() -> None:
    assert shared_embedder(1) is shared_embedder(1)
    assert shared_embedder(1) is not shared_embedder(2)


def test_importing_loads_no_model_and_no_runtime() -> None:
    code = (
        "import sys, bot.embedding as e; e.Embedder(); e.shared_embedder();"
        "sys.exit(bool({'onnxruntime', 'tokenizers'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_both_pythons_compute_the_same_vector(embedder: Embedder) -> None:
    if not ENGINE_PYTHON.exists():
        pytest.skip("engine/.venv is missing: see engine/README.md")
    code = "from bot.embedding import Embedder; print(*Embedder().embed(['who do I send the form to'])[0])"
    printed = subprocess.run(
        [str(ENGINE_PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    theirs = np.array([float(value) for value in printed.split()], dtype=np.float32)

    assert float(theirs @ embedder.embed(["who do I send the form to"])[0]) > 0.999
