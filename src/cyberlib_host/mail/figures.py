"""Days, hours and sizes as people write them, in French and in English."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from ..core.times import SECOND, at_zone

_NARROW: Final = "\u202f"
_WIDE: Final = "\u00a0"
_MONTHS: Final = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_DAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_UNITS: Final = {
    "fr": ("octets", "ko", "Mo", "Go", "To", "Po"),
    "en": ("bytes", "kB", "MB", "GB", "TB", "PB"),
}


def day_of(day: date, language: str) -> str:
    """`lundi 23 novembre 2026`."""
    name, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{name} {number} {month} {day.year}"


def month_of(year: int, month: int, language: str) -> str:
    """`novembre 2026`."""
    return f"{_MONTHS[language][month - 1]} {year}"


def moment_of(moment: int, zone: str, language: str) -> str:
    """`lundi 23 novembre 2026 à 19:00`, by the clocks of the zone; `moment` in µs."""
    local = datetime.fromtimestamp(moment // SECOND, UTC).astimezone(at_zone(zone))
    at = "à" if language == "fr" else "at"
    return f"{day_of(local.date(), language)} {at} {local:%H:%M}"


def size_of(size: int, language: str) -> str:
    """`1,5 Go`: decimal units, three digits at most before the point."""
    units, value, at = _UNITS[language], float(size), 0
    while round(value, 1) >= 1000 and at < len(units) - 1:
        value, at = value / 1000, at + 1
    written = str(size) if at == 0 else f"{value:.1f}"
    return f"{written.replace('.', ',') if language == 'fr' else written}{_WIDE}{units[at]}"


def number_of(number: int, language: str) -> str:
    """`12 345` in French, `12,345` in English."""
    return f"{number:,}".replace(",", _NARROW) if language == "fr" else f"{number:,}"
