"""Signpost in Microsoft Teams."""
