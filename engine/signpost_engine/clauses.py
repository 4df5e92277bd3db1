"""Rasa intent classifier that also looks at each clause of a message, and at how familiar it is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from bot.embedding import shared_embedder
from signpost_engine.ranking import Ranking, clause_entry, combined_ask, ranking_of
from signpost_engine.splitting import split_clauses

VECTORS_FILE = "training_vectors.npy"
SCALE_FILE = "scale.json"

Vectors = npt.NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClauseClassifier(LogisticRegressionClassifier):
    """Rasa's logistic regression, applied to the message and to each of its clauses.

    Adds to the parse: `clauses` (see engine/README.md), `similarity` (highest cosine of the whole message to
    a training sentence, 0 to 1), `scope_score` (confidence times similarity; where several ask, the best
    clause's).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`several_threshold`: confidence at which a clause counts as asking; the rest as Rasa's."""
        return {
            **LogisticRegressionClassifier.get_default_config(),
            "several_threshold": 0.4,
            "several_intent": "ask_several",
            "ask_prefix": "ask_",
            "clause_ranking_length": 6,
            "threads": 1,
        }

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        self._embedder = shared_embedder(self.config["threads"])
        self._known: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._scale = 1.0

    def train(self, training_data: TrainingData) -> Resource:
        """Fit as Rasa does, and keep the distinct training sentences as vectors of length 1."""
        features, _ = self._create_training_matrix(training_data)
        rows = np.asarray(features.toarray(), dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        # The featurizer's scale is the length of its vectors: read off here, so that it is configured once.
        self._scale = float(np.median(lengths)) if len(rows) else 1.0
        self._known = np.unique((rows / np.maximum(lengths, 1e-9)).astype(np.float32), axis=0)
        return super().train(training_data)

    def persist(self) -> None:
        """Write classifier (.skops), vectors (.npy, float32, n x 384) and scale (.json)."""
        super().persist()
        with self._model_storage.write_to(self._resource) as directory:
            np.save(directory / VECTORS_FILE, self._known, allow_pickle=False)
            (directory / SCALE_FILE).write_text(json.dumps({"scale": self._scale}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClauseClassifier:
        """Load what `persist` wrote; untrained where there was nothing to train from."""
        component = super().load(config, model_storage, resource, execution_context, **kwargs)
        assert isinstance(component, ClauseClassifier)
        if component._is_fitted():
            with model_storage.read_from(resource) as directory:
                component._known = np.load(directory / VECTORS_FILE, allow_pickle=False)
                component._scale = float(json.loads((directory / SCALE_FILE).read_text())["scale"])
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent`, `intent_ranking`, `clauses`, `similarity` and `scope_score` of each message."""
        fitted = self._is_fitted()
        for message in messages:
            text = message.get(TEXT) or ""
            if fitted and text.strip():
                self._classify(message, text)
            else:
                _set(message, {"name": None, "confidence": 0.0}, [], [], 0.0, 0.0)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing that is trained later reads what this component predicts."""
        return training_data

    def _is_fitted(self) -> bool:
        try:
            check_is_fitted(self.clf)
        except NotFittedError:
            return False
        return True

    def _classify(self, message: Message, text: str) -> None:
        spans = split_clauses(text)
        parts = [text[start:end] for start, end in spans]
        # Often the one clause is all of the message, which the featurizer has embedded: looked at once.
        texts = list(dict.fromkeys([text, *parts]))
        rows = [texts.index(part) for part in (text, *parts)]
        vectors = self._embedder.embed(texts)
        rankings, similarities = self._rankings(vectors), self._similarities(vectors)
        rankings, similarities = [rankings[row] for row in rows], [similarities[row] for row in rows]
        limit = self.config["clause_ranking_length"]
        clauses = [
            clause_entry(text, span, ranking[:limit], similarity)
            for span, ranking, similarity in zip(spans, rankings[1:], similarities[1:], strict=True)
        ]
        whole, similarity = rankings[0], similarities[0]
        intent, scope_score = whole[0], whole[0]["confidence"] * similarity
        several = combined_ask(
            clauses,
            self.config["ask_prefix"],
            self.config["several_threshold"],
            self.config["several_intent"],
        )
        if several is not None:
            intent, whole = several, [several, *whole]
            scope_score = max(clause["confidence"] * clause["similarity"] for clause in clauses)
        ranking = whole[: self.config["ranking_length"] or None]
        _set(message, intent, ranking, clauses, similarity, scope_score)

    def _rankings(self, vectors: Vectors) -> list[Ranking]:
        names = [str(name) for name in self.clf.classes_]
        chances = self.clf.predict_proba(vectors.astype(np.float64) * self._scale)
        return [ranking_of(names, row) for row in chances]

    def _similarities(self, vectors: Vectors) -> list[float]:
        if not len(self._known):
            return [0.0] * len(vectors)
        # One product for each vector: for so few of them several times faster than one of two matrices.
        highest = [float((self._known @ vector).max()) for vector in vectors]
        return [round(min(max(value, 0.0), 1.0), 4) for value in highest]


def _set(
    message: Message,
    intent: dict[str, Any],
    ranking: Ranking,
    clauses: list[dict[str, Any]],
    similarity: float,
    scope_score: float,
) -> None:
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    message.set("clauses", clauses, add_to_output=True)
    message.set("similarity", similarity, add_to_output=True)
    message.set("scope_score", round(scope_score, 4), add_to_output=True)
