"""Material and tests for the support desk."""
