"""Personal data masked before anything sees it, and disclosures of harm recognised."""

from bot.privacy.masking import Masker, build_masker
from bot.privacy.safeguarding import disclosure
from bot.privacy.spans import Masked, Span

__all__ = ["Masked", "Masker", "Span", "build_masker", "disclosure"]
