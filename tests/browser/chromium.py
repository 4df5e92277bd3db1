"""The system's Chromium."""

import shutil

# Without these flags it calls other machines at every start, which a closed network refuses.
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def program() -> str | None:
    """Path of the browser; None where there is none."""
    return shutil.which("chromium")
