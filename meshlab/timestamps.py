"""Times as Kubernetes, container engines and proxies write them (RFC 3339), read as Unix seconds."""

from __future__ import annotations

from datetime import datetime


def unix(text: str) -> float:
    """Unix seconds, to the microsecond (Go writes nanoseconds). 0.0 for the year 1, which Go writes where there is no time yet.

    ValueError when the text is no time, or says no offset from UTC.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return max(0.0, time.timestamp())
