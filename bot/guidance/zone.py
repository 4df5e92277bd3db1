"""The zone of all dates that people read."""

from zoneinfo import ZoneInfo


def london() -> ZoneInfo:
    """Read when it is first needed, since it opens a file; kept by zoneinfo."""
    return ZoneInfo("Europe/London")
