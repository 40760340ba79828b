"""Rates as a user wants them, and as they are shown."""

from __future__ import annotations

import msgspec


class RateHours(msgspec.Struct, frozen=True):
    """Hours with rates of their own, as typed: `mon-fri`, `08:00-19:00`, by "upload" and "download"."""

    days: str
    times: str
    rates: dict[str, str]


class RatesWanted(msgspec.Struct, frozen=True):
    """All rates, as typed; "" for no limit."""

    upload: str
    download: str
    hours: list[RateHours]
