"""Sentence embedding with all-MiniLM-L6-v2 (int8), shared by the engine (Python 3.10) and the rest (3.12).

Nothing is loaded at import; the model is read when the first sentence is embedded.
"""

from bot.embedding.area_names import AreaNames
from bot.embedding.embedder import Embedder, shared_embedder
from bot.embedding.model_file import DIMENSIONS, MODEL_SHA256, EmbeddingModelError

__all__ = ["DIMENSIONS", "MODEL_SHA256", "AreaNames", "Embedder", "EmbeddingModelError", "shared_embedder"]
