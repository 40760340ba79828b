"""Rates as they are typed."""

from __future__ import annotations

from ..core.bandwidth import Rate, read_rate
from ..core.errors import UsageError


def rate_of(text: str) -> Rate:
    """Bytes a second, or None for no limit. UsageError("bad_rate", text=…)."""
    try:
        return read_rate(text)
    except ValueError:
        raise UsageError("bad_rate", text=text) from None
