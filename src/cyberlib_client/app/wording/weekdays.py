"""Days of the week as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .language import Both

_NAMES: Final = (
    Both("lun", "mon"), Both("mar", "tue"), Both("mer", "wed"), Both("jeu", "thu"), Both("ven", "fri"),
    Both("sam", "sat"), Both("dim", "sun"),
)  # fmt: skip


def weekdays(days: Iterable[int]) -> str:
    """0 for Monday to 6: "lun-ven", "lun,mer,sam,dim"; as options take them."""
    spans: list[list[int]] = []
    for day in sorted(days):
        if spans and day == spans[-1][-1] + 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return ",".join(_span(span) for span in spans)


def _span(days: list[int]) -> str:
    if len(days) > 2:
        return f"{_NAMES[days[0]]}-{_NAMES[days[-1]]}"
    return ",".join(str(_NAMES[day]) for day in days)
