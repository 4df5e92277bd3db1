"""Custom actions: thin, between Rasa and the guidance."""
