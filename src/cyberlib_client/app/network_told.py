"""How much of the line may be used, as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

from typing import Final

import msgspec

from ..core.bandwidth import Rate
from .rates_wanted import RateHours, RatesWanted

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HoursShown(msgspec.Struct, frozen=True):
    """Hours with rates of their own. `days`: 0 for Monday to 6; times as `08:00`, local. Rates in bits a
    second, null for none, absent for that of all other times."""

    days: list[int]
    start: str
    end: str
    upload: Rate | msgspec.UnsetType = msgspec.UNSET
    download: Rate | msgspec.UnsetType = msgspec.UNSET


class NetworkShown(msgspec.Struct, frozen=True):
    """The settings in force. Rates in bits a second, null for none; `…_now`: at this hour. `proxy`: its
    address, "system", or "none". `proxy_user`: whether a name and password are kept for it. `trust`:
    "system", or "file" for certificates that were given."""

    upload: Rate
    download: Rate
    upload_now: Rate
    download_now: Rate
    hours: list[HoursShown]
    proxy: str
    proxy_user: bool
    trust: str


def rates_of(shown: NetworkShown) -> RatesWanted:
    """What leads to the rates that are shown."""
    return RatesWanted(
        _typed(shown.upload),
        _typed(shown.download),
        [
            RateHours(
                ",".join(_WEEK[day] for day in each.days),
                f"{each.start}-{each.end}",
                {
                    name: _typed(rate)
                    for name, rate in (("upload", each.upload), ("download", each.download))
                    if rate is not msgspec.UNSET
                },
            )
            for each in shown.hours
        ],
    )


def _typed(bits: Rate | msgspec.UnsetType) -> str:
    """Bits a second as they are typed; "" for no limit."""
    if not isinstance(bits, int):
        return ""
    for length, unit in ((10**9, "G"), (10**6, "M"), (1000, "k")):
        if bits >= length and bits * 1000 % length == 0:
            return f"{bits / length:.3f}".rstrip("0").rstrip(".") + f" {unit}bit/s"
    return f"{bits} bit/s"
