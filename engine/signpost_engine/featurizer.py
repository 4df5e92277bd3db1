"""Rasa featurizer: one dense sentence vector for each message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.embedding import MODEL_SHA256, AreaNames, shared_embedder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLmFeaturizer(DenseFeaturizer, GraphComponent):
    """Sets the sentence vector of `bot.embedding`; a zero vector for a blank text.

    Training examples lose the names of areas first (lookup table `area`), as messages do in `ClauseClassifier`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threads`: threads for one embedding."""
        return {**DenseFeaturizer.get_default_config(), "threads": 1}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._embedder = shared_embedder(config["threads"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLmFeaturizer:
        """A featurizer that has loaded its model, so that the first message need not wait for it."""
        component = cls(config, execution_context.node_name)
        component._embedder.warm_up()
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the features of every message, also of one without text."""
        self._featurize(messages)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the features of every example that has a text."""
        names = area_names(names_in(training_data))
        self._featurize([example for example in training_data.training_examples if example.get(TEXT)], names)
        return training_data

    def _featurize(self, messages: list[Message], names: AreaNames | None = None) -> None:
        texts = [message.get(TEXT) or "" for message in messages]
        vectors = self._embedder.embed([names.without(text) for text in texts] if names else texts)
        for message, vector in zip(messages, vectors, strict=True):
            self.add_features_to_message(sequence=None, sentence=vector[np.newaxis, :], attribute=TEXT, message=message)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Another embedding model means training anew, whatever the training cache holds."""
        return MODEL_SHA256

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing in it can be wrong."""


def names_in(training_data: TrainingData) -> dict[str, list[str]]:
    """Lookup table -> its words, in lower case."""
    return {t["name"]: [str(w).casefold() for w in t["elements"]] for t in training_data.lookup_tables}


def area_names(names: Mapping[str, Sequence[str]]) -> AreaNames:
    """What leaves the names of areas out of a text."""
    return AreaNames(names.get("area", ()), [w for table, words in names.items() if table != "area" for w in words])


def sentence_vectors(messages: Sequence[Message]) -> npt.NDArray[np.float32]:
    """The vectors that `MiniLmFeaturizer` set, one row a message."""
    rows = [message.get_dense_features(attribute=TEXT)[1].features for message in messages]
    return np.ascontiguousarray(np.concatenate(rows), dtype=np.float32)
