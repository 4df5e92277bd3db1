"""Texts to vectors: WordPiece, one ONNX session, mean pooling, length 1."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bot.embedding import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MAX_TOKENS = 128
MAX_BATCH = 32
RUNS_AT_ONCE = 2
DEFAULT_CACHE_SIZE = 4096
# A token has at least one character; what lies far beyond 128 tokens is cut before it is tokenised.
MAX_CHARACTERS = 4000

Vectors = npt.NDArray[np.float32]


class Embedder:
    """Turns sentences into vectors of length 1. Loads its model on first use; threads may share it."""

    def __init__(
        self,
        threads: int = 1,
        cache_size: int = DEFAULT_CACHE_SIZE,
        model: Path | None = None,
    ) -> None:
        """Prepare an embedder; no file is opened yet.

        Args:
            threads: threads that one call may use, at least 1.
            cache_size: sentences whose vectors are remembered (1.5 kB each), 0 for none.
            model: another place of the same `model.onnx`; None: the installed package's.
        """
        self._threads = max(1, threads)
        self._cache_size = max(0, cache_size)
        self._model = model
        self._cache: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._load_lock = threading.Lock()
        self._loaded: tuple[InferenceSession, Tokenizer] | None = None
        self._workers: ThreadPoolExecutor | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, in their order.

        A text's vector does not depend on its neighbours: only texts of equal token count share a run,
        so nothing is padded (also the faster way with one thread). Tokens after the 128th are ignored.

        Args: texts: any number, any content.
        Returns: float32, shape (len(texts), 384); rows have length 1, a blank text's row is zero.
        Raises: EmbeddingModelError: the model is missing or not the expected one (first call only).
        """
        vectors = np.zeros((len(texts), model_file.DIMENSIONS), dtype=np.float32)
        missing: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            if not text.strip():
                continue
            known = self._recall(text)
            if known is None:
                missing.setdefault(text, []).append(row)
            else:
                vectors[row] = known
        if missing:
            for text, vector in self._compute(list(missing)):
                vectors[missing[text]] = vector
                self._remember(text, vector)
        return vectors

    def warm_up(self) -> None:
        """Load and check the model now rather than at the first message. Raises as `embed` does."""
        self._load()

    def _compute(self, texts: list[str]) -> list[tuple[str, Vectors]]:
        session, tokenizer = self._load()
        # Lone surrogates can come out of JSON and cannot be encoded for the tokeniser.
        clean = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts]
        encoded = [encoding.ids for encoding in tokenizer.encode_batch(clean)]
        order = sorted(range(len(texts)), key=lambda index: len(encoded[index]))
        batches: list[list[int]] = []
        for _, group in groupby(order, key=lambda index: len(encoded[index])):
            members = list(group)
            batches += [members[begin : begin + MAX_BATCH] for begin in range(0, len(members), MAX_BATCH)]

        def run(rows: list[int]) -> Vectors:
            return self._run(session, [encoded[row] for row in rows])

        # The questions of a long message at the same time: a run holds no lock while it computes.
        pooled = map(run, batches) if len(batches) == 1 else self._pool().map(run, batches)
        pairs = zip(batches, pooled, strict=True)
        return [(texts[row], vector) for rows, found in pairs for row, vector in zip(rows, found, strict=True)]

    def _pool(self) -> ThreadPoolExecutor:
        with self._load_lock:
            if self._workers is None:
                self._workers = ThreadPoolExecutor(RUNS_AT_ONCE, thread_name_prefix="embedding")
            return self._workers

    @staticmethod
    def _run(session: InferenceSession, ids: list[list[int]]) -> Vectors:
        tokens = np.asarray(ids, dtype=np.int64)
        # Equal lengths: the attention mask is all ones, so the mean over it is the plain mean.
        feed = {
            "input_ids": tokens,
            "attention_mask": np.ones_like(tokens),
            "token_type_ids": np.zeros_like(tokens),
        }
        hidden: Any = session.run(["last_hidden_state"], feed)[0]
        pooled = np.asarray(hidden, dtype=np.float32).mean(axis=1)
        length = np.linalg.norm(pooled, axis=1, keepdims=True)
        return (pooled / np.maximum(length, 1e-12)).astype(np.float32)

    def _load(self) -> tuple[InferenceSession, Tokenizer]:
        with self._load_lock:
            if self._loaded is None:
                self._loaded = _open(self._model or model_file.model_path(), self._threads)
            return self._loaded

    # Keys are digests, so that no sentence a person typed stays in memory after its turn.
    def _recall(self, text: str) -> Vectors | None:
        with self._lock:
            vector = self._cache.get(_key(text))
            if vector is not None:
                self._cache.move_to_end(_key(text))
            return vector

    def _remember(self, text: str, vector: Vectors) -> None:
        if self._cache_size:
            with self._lock:
                self._cache[_key(text)] = vector.copy()
                while len(self._cache) > self._cache_size:
                    self._cache.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _open(path: Path, threads: int) -> tuple[InferenceSession, Tokenizer]:
    # Imported here: both take a noticeable time, and importing this module must stay free of cost.
    import onnxruntime
    from tokenizers import BertWordPieceTokenizer

    model_file.verify(path, model_file.MODEL_SHA256)
    model_file.verify(model_file.vocabulary_path(), model_file.VOCABULARY_SHA256)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(str(model_file.vocabulary_path()), lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    return session, tokenizer


@lru_cache(maxsize=4)
def shared_embedder(threads: int = 1) -> Embedder:
    """The one embedder of this process for that number of threads: its users share model and cache."""
    return Embedder(threads=threads)
