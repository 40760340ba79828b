"""French public holidays, reckoned for any year.

Source: Code du travail, articles L3133-1 (the eleven of all), L3134-13 (Alsace and Moselle) and L3422-2
(abolition of slavery, overseas); Easter by the method of Meeus, Jones and Butcher.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal

Region = Literal[
    "none", "france", "alsace-moselle", "guadeloupe", "guyane", "martinique", "mayotte", "reunion",
    "saint-barthelemy", "saint-martin",
]  # fmt: skip
"""Where a practice is, as far as its holidays hang on it. "none": no day is a holiday."""

_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)
"""Days: Easter Monday, Ascension, Whit Monday."""

_OVERSEAS: Final = {
    "guadeloupe": (5, 27),
    "guyane": (6, 10),
    "martinique": (5, 22),
    "mayotte": (4, 27),
    "reunion": (12, 20),
    "saint-barthelemy": (10, 9),
    "saint-martin": (5, 28),
}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    shift = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + shift - 7 * ((a + 11 * h + 22 * shift) // 451) + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int, region: Region = "france") -> frozenset[date]:
    """The public holidays of a year in a region."""
    if region == "none":
        return frozenset()
    sunday = easter(year)
    found = {date(year, month, day) for month, day in _FIXED}
    found |= {sunday + timedelta(days) for days in _AFTER_EASTER}
    if region == "alsace-moselle":
        found |= {sunday - timedelta(2), date(year, 12, 26)}
    if region in _OVERSEAS:
        found.add(date(year, *_OVERSEAS[region]))
    return frozenset(found)
