"""Times as text that sorts and that every program reads."""

from __future__ import annotations

from typing import Final

_DAY: Final = 86_400
_ERA: Final = 146_097  # days in 400 years


def iso_time(nanoseconds: int) -> str:
    """RFC 3339 in UTC to the nanosecond; whole seconds without a fraction. Beyond the year 9999, and before
    the year 1, the bare number after an `@`.

    Counted here: the systems' own calendars end at different dates.
    """
    seconds, fraction = divmod(nanoseconds, 10**9)
    days, of_day = divmod(seconds, _DAY)
    year, month, day = _civil(days)
    if not 1 <= year <= 9999:
        return f"@{nanoseconds}"
    clock = f"{of_day // 3600:02d}:{of_day // 60 % 60:02d}:{of_day % 60:02d}"
    end = f".{fraction:09d}Z" if fraction else "Z"
    return f"{year:04d}-{month:02d}-{day:02d}T{clock}{end}"


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date
    Algorithms": years begin in March, so that the leap day is the last)."""
    era, of_era = divmod(days + 719_468, _ERA)
    of_era_year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * of_era_year + of_era_year // 4 - of_era_year // 100)
    march_month = (5 * of_year + 2) // 153
    day = of_year - (153 * march_month + 2) // 5 + 1
    month = march_month + 3 if march_month < 10 else march_month - 9
    return of_era_year + era * 400 + (month <= 2), month, day
