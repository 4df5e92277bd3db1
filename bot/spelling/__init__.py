"""Put plain misspellings right before a message is understood. Nothing is loaded at import."""

from bot.spelling.speller import Speller, build_speller

__all__ = ["Speller", "build_speller"]
