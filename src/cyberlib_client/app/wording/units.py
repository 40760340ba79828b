"""Sizes, counts, times and durations as people of each language write them."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from .language import Both, Language, language, say

if TYPE_CHECKING:
    from ..listed import EntryInfo, Listed

_NARROW = "\u202f"  # the space the French put between thousands


def size(count: int) -> str:
    """Bytes in decimal units, three figures: "1,24 Go", "1.24 GB"."""
    units = ("o", "Ko", "Mo", "Go", "To", "Po") if language() == "fr" else ("B", "kB", "MB", "GB", "TB", "PB")
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(units) - 1:
        value /= 1000
        unit += 1
    digits = 0 if unit == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{decimal(value, digits)} {units[unit]}"


def bit_rate(bits: int | None) -> str:
    """Bits a second: "2 Mbit/s", "1,5 Mbit/s"; "sans limite", "no limit"."""
    if bits is None:
        return say("sans limite", "no limit")
    value, unit = float(bits), 0
    while value >= 1000 and unit < 3:
        value /= 1000
        unit += 1
    digits = next(d for d in range(4) if d == 3 or abs(round(value, d) - value) < 0.0005)
    return f"{decimal(value, digits)} {('', 'k', 'M', 'G')[unit]}bit/s"


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", _NARROW) if language() == "fr" else f"{number:,}"


def many(number: int, one: Both, more: Both) -> str:
    """A number with what it counts: "1 fichier", "2 fichiers"; nought is one in French, many in English."""
    single = number < 2 if language() == "fr" else number == 1
    return f"{count(number)} {one if single else more}"


FILE: Final = (Both("fichier", "file"), Both("fichiers", "files"))
FOLDER: Final = (Both("dossier", "folder"), Both("dossiers", "folders"))
SNAPSHOT: Final = (Both("version", "snapshot"), Both("versions", "snapshots"))
WORD: Final = (Both("mot", "word"), Both("mots", "words"))
NAME: Final = (Both("nom", "name"), Both("noms", "names"))
ITEM: Final = (Both("élément", "item"), Both("éléments", "items"))


def percent(part: float, whole: float) -> str:
    """A share: "12 %", "12%"; one digit more below ten."""
    share = 100 * part / whole if whole else 0.0
    text = decimal(share, 1 if 0 < share < 10 else 0)
    return say(f"{text} %", f"{text}%")


def duration(seconds: float) -> str:
    """How long: "0,4 s", "12 s", "3 min 20 s", "2 h 05 min"."""
    if seconds < 0.1:
        return say("moins de 0,1 s", "less than 0.1 s")
    if seconds < 10:
        return f"{decimal(seconds, 1)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def span(seconds: int) -> str:
    """As it is typed: "60 s", "10 min", "4 h", "2 j"."""
    for length, unit in ((86_400, say("j", "d")), (3600, "h"), (60, "min")):
        if seconds % length == 0 and (seconds > length or unit != "min"):
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def moment(iso: str) -> str:
    """A time of a result, in this machine's own time zone, to the minute."""
    return iso if iso.startswith("@") else _minute(iso[:16], language())


def day(iso: str) -> str:
    """A day as people write it: "22/11/2026", "2026-11-22"."""
    return "/".join(reversed(iso.split("-"))) if language() == "fr" else iso


_MONTHS: Final = (
    Both("janvier", "January"), Both("février", "February"), Both("mars", "March"),
    Both("avril", "April"), Both("mai", "May"), Both("juin", "June"), Both("juillet", "July"),
    Both("août", "August"), Both("septembre", "September"), Both("octobre", "October"),
    Both("novembre", "November"), Both("décembre", "December"),
)  # fmt: skip


def month(iso: str) -> str:
    """A month as people write it: "mars 2027", "March 2027"."""
    return f"{_MONTHS[int(iso[5:7]) - 1]} {iso[:4]}"


def long_day(iso: str) -> Both:
    """A day in words: "12 mars 2026", "12 March 2026"."""
    year, number, at = iso.split("-")
    of_year = _MONTHS[int(number) - 1]
    first = "1er" if int(at) == 1 else str(int(at))
    return Both(f"{first} {of_year.fr} {year}", f"{int(at)} {of_year.en} {year}")


@lru_cache(maxsize=4096)  # of the files of a folder, many were written in the same minute
def _minute(iso: str, chosen: Language) -> str:
    try:
        t = time.localtime(_seconds(iso + ":00"))
    except (OverflowError, ValueError, OSError):  # Windows has no time before 1970
        return iso.replace("T", " ")
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}"
    if chosen == "fr":
        return f"{t.tm_mday:02d}/{t.tm_mon:02d}/{t.tm_year:04d} {clock}"
    return f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d} {clock}"


def _seconds(iso: str) -> int:
    """Seconds since 1970 of `2026-11-22T02:48:14`, in UTC."""
    year, month, day = (int(part) for part in iso[: iso.index("T")].rsplit("-", 2))
    hour, minute, second = (int(part) for part in iso[iso.index("T") + 1 :][:8].split(":"))
    # Days from civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    y = year - (month <= 2)
    era, of_era = divmod(y, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days * 86400 + hour * 3600 + minute * 60 + second


def decimal(value: float, digits: int, *, sign: Literal["-", "+"] = "-") -> str:
    """A number with so many digits after the comma; `sign`: "+" shows it for more than nought too."""
    text = f"{value:{sign}.{digits}f}"
    return text.replace(".", ",") if language() == "fr" else text


def modified(entry: EntryInfo | Listed) -> str:
    """When an item of the vault was changed last; a folder that only leads to a source has no times there."""
    untold = entry.kind == "directory" and entry.modified == "1970-01-01T00:00:00Z"
    return "—" if untold else moment(entry.modified)
