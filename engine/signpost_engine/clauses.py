"""Rasa intent classifier that also looks at each clause of a message, and at how familiar it is."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.embedding import AreaNames, shared_embedder
from signpost_engine.featurizer import area_names, names_in, sentence_vectors
from signpost_engine.kernel import KernelIntents, Rows
from signpost_engine.ranking import Ranking, clause_entry, combined_ask, ranking_of
from signpost_engine.splitting import split_clauses

NAMES_FILE = "area_names.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClauseClassifier(IntentClassifier, GraphComponent):
    """Kernel ridge regression, applied to the message and to each of its clauses, without the names of areas.

    Adds to the parse: `clauses` (see engine/README.md), `similarity` (highest cosine of the whole message to
    a training sentence, 0 to 1), `scope_score` (confidence times similarity; where several ask, the best
    clause's).
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """A featurizer stands before this component."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`gamma`, `penalty`: of the regression; `several_threshold`: confidence at which a clause counts as asking."""
        return {
            "gamma": 1.0,
            "penalty": 0.5,
            "ranking_length": 10,
            "several_threshold": 0.4,
            "several_intent": "ask_several",
            "ask_prefix": "ask_",
            "clause_ranking_length": 6,
            "threads": 1,
        }

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        self.config = {**self.get_default_config(), **config}
        self._model_storage, self._resource = model_storage, resource
        self._embedder = shared_embedder(self.config["threads"])
        self._intents: KernelIntents | None = None
        self._names: dict[str, list[str]] = {}
        self._area_names = AreaNames(())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClauseClassifier:
        """An untrained component."""
        return cls(config, execution_context.node_name, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit to the vectors that the featurizer made, and keep the names of areas that it left out."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        if examples:
            vectors = sentence_vectors(examples)
            intents = [str(e.get(INTENT)) for e in examples]
            self._intents = KernelIntents.fit(vectors, intents, self.config["gamma"], self.config["penalty"])
            self._names = names_in(training_data)
            self._area_names = area_names(self._names)
            with self._model_storage.write_to(self._resource) as directory:
                self._intents.save(directory)
                (directory / NAMES_FILE).write_text(json.dumps(self._names), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClauseClassifier:
        """Load what `train` wrote; untrained where there was nothing to train from."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        try:
            with model_storage.read_from(resource) as directory:
                component._intents = KernelIntents.load(directory)
                component._names = json.loads((directory / NAMES_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return component
        component._area_names = area_names(component._names)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent`, `intent_ranking`, `clauses`, `similarity` and `scope_score` of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._intents is not None and text.strip():
                self._classify(message, text, self._intents)
            else:
                _set(message, {"name": None, "confidence": 0.0}, [], [], 0.0, 0.0)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing that is trained later reads what this component predicts."""
        return training_data

    def _classify(self, message: Message, text: str, intents: KernelIntents) -> None:
        spans = split_clauses(text)
        parts = [text[start:end] for start, end in spans]
        # Often the one clause is all of the message, which the featurizer has embedded: looked at once.
        asked = [self._area_names.without(part) for part in (text, *parts)]
        texts = list(dict.fromkeys(asked))
        found = dict(zip(texts, self._look_up(intents, self._embedder.embed(texts)), strict=True))
        rankings, similarities = [found[part][0] for part in asked], [found[part][1] for part in asked]
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

    def _look_up(self, intents: KernelIntents, vectors: Rows) -> list[tuple[Ranking, float]]:
        chances, nearest = intents.look_up(vectors)
        similarities = [round(min(max(value, 0.0), 1.0), 4) for value in nearest]
        return [(ranking_of(intents.names, row), s) for row, s in zip(chances, similarities, strict=True)]


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
