"""Times as text that sorts and that every program reads."""

from __future__ import annotations

import time


def iso_time(nanoseconds: int) -> str:
    """RFC 3339 in UTC to the nanosecond; whole seconds without a fraction."""
    seconds, fraction = divmod(nanoseconds, 10**9)
    try:
        t = time.gmtime(seconds)
    except (OverflowError, ValueError, OSError):  # a date no calendar of this system reaches
        return f"@{nanoseconds}"
    day = f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d}"
    end = f".{fraction:09d}Z" if fraction else "Z"
    return f"{day}T{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}{end}"
