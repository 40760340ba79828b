"""What a user types of a retention policy."""

from __future__ import annotations

import msgspec


class RetentionChange(msgspec.Struct, frozen=True):
    """What a user types; None for what stays. Numbers: "all" without end. `preset`: "none" for no policy."""

    preset: str | None = None
    last: str | None = None
    within: str | None = None
    hourly: str | None = None
    daily: str | None = None
    weekly: str | None = None
    monthly: str | None = None
    yearly: str | None = None
    labelled: bool | None = None
    quarantine: int | None = None
