"""How much of a line may be used: rates and hours as people write them, and a bucket that holds to them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .ports import CancelToken

Direction = Literal["upload", "download"]
Rate = int | None
"""Bytes a second, without those of TLS and of headers; None: no limit."""

LEAST: Final = 2_000
"""Below, a line seems dead to whoever waits at its other end."""

_DAY: Final = 24 * 60
_NAP: Final = 0.25  # seconds: Ctrl-C and a change of hour are heard between naps
_SHORTEST: Final = 0.005
_SMALLEST: Final = 512
_LARGEST: Final = 256 << 10
_RATE: Final = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?) ?([kKmMgG]?)(bits?|b|o|B)(?:/s|ps)")
_THOUSANDS: Final = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_NONE: Final = ("", "none", "unlimited", "aucune", "illimité")
_TIME: Final = re.compile(r"([01]?\d|2[0-3])(?::|\s?[hH]\s?)([0-5]\d)|24[:hH]00")
_DAYS: Final = {
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
    "lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
}  # fmt: skip


def read_rate(text: str) -> Rate:
    """`2 Mbit/s`, `500 kbit/s`, `250 kB/s` (`ko/s`), `none`. Raises ValueError."""
    written = text.strip()
    if written.lower() in _NONE:
        return None
    match = _RATE.fullmatch(written)
    if match is None:
        raise ValueError(text)
    number = float(match[1].replace(",", ".")) * _THOUSANDS[match[2].lower()]
    rate = int(number if match[3] in ("B", "o") else number / 8)
    if rate < LEAST:
        raise ValueError(text)
    return rate


def read_days(text: str) -> frozenset[int]:
    """`mon-fri`, `sat,sun`, `lundi-vendredi`, `fri-mon`: 0 for Monday to 6. Raises ValueError."""
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise ValueError(text)
        begin, end = _DAYS[first], _DAYS[last if dash else first]
        days.update((begin + each) % 7 for each in range((end - begin) % 7 + 1))
    return frozenset(days)


def read_time(text: str) -> int:
    """`08:00`, `19h30`, `19 h 30`, `24:00`: minutes since midnight. Raises ValueError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return _DAY if match[1] is None else int(match[1]) * 60 + int(match[2])


def read_clock(text: str) -> int:
    """As `read_time`, and `19h`, where nobody means a length of time. Raises ValueError."""
    written = text.strip()
    return read_time(f"{written}00" if written.lower().endswith("h") else written)


@dataclass(frozen=True)
class Hours:
    """From `start` to `end`, minutes of the local day, on days that begin on `days`; the night after when
    `end` is not later than `start`. `rates`: of the directions they change."""

    days: frozenset[int]
    start: int
    end: int
    rates: dict[Direction, Rate]

    def hold(self, day: int, minute: int) -> bool:
        """Whether this local moment is among them."""
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        return (day in self.days and minute >= self.start) or (
            (day - 1) % 7 in self.days and minute < self.end
        )


@dataclass(frozen=True)
class Schedule:
    """The rates that hold at all times, and the hours that have others; of several the first counts."""

    rates: dict[Direction, Rate]
    hours: Sequence[Hours] = ()

    def rate(self, direction: Direction, day: int, minute: int) -> Rate:
        """That of a local moment: what the clock on the wall shows, whatever it was put forward or back."""
        for each in self.hours:
            if direction in each.rates and each.hold(day, minute):
                return each.rates[direction]
        return self.rates.get(direction)

    def lowest(self, direction: Direction) -> Rate:
        """The least of all times."""
        found = [self.rates.get(direction), *(each.rates.get(direction) for each in self.hours)]
        return min((rate for rate in found if rate is not None), default=None)

    def always(self, direction: Direction, rate: Rate) -> Schedule:
        """The same with one rate at all times for a direction."""
        hours = [
            Hours(each.days, each.start, each.end, {k: v for k, v in each.rates.items() if k != direction})
            for each in self.hours
        ]
        return Schedule({**self.rates, direction: rate}, hours)


class Bucket:
    """Fills at a rate, and is emptied by all that goes over a line in one direction: never more than the rate
    times the time, and one `burst`. Whoever asks first is served first. Safe to use from several threads.

    `rate`: as it is now. `now`: seconds that never go back. `lowest`: the least that `rate` ever says.
    """

    def __init__(
        self,
        rate: Callable[[], Rate],
        now: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        lowest: Rate = None,
    ) -> None:
        self._rate = rate
        self._now = now
        self._sleep = sleep
        self.lowest = lowest
        self._lock = threading.Lock()
        self._waiting: list[list[int]] = []
        self._there = 0.0
        self._seen: Rate = None
        self._last = now()
        self.passed = 0
        """Bytes that were let through."""

    def take(self, most: int, cancel: CancelToken) -> int:
        """How many of `most` bytes (1 at least) may go now; waits until some may. Raises Stopped."""
        mine = [most]
        with self._lock:
            self._waiting.append(mine)
        try:
            while True:
                cancel.check()
                with self._lock:
                    granted, pause = self._turn(mine)
                if granted:
                    return granted
                self._sleep(pause)
        finally:
            with self._lock:
                self._waiting = [each for each in self._waiting if each is not mine]

    def _turn(self, mine: list[int]) -> tuple[int, float]:
        rate, now, most = self._rate(), self._now(), mine[0]
        if self._seen is not None:
            self._there += max(0.0, now - self._last) * self._seen
        self._seen, self._last = rate, now
        if rate is None:
            self._there = 0.0
            self.passed += most
            return most, 0.0
        self._there = min(self._there, burst(rate))
        piece = min(most, _piece(rate))
        place = next(at for at, each in enumerate(self._waiting) if each is mine)
        ahead = sum(min(each[0], _piece(rate)) for each in self._waiting[:place])
        missing = ahead + piece - self._there
        if place == 0 and missing <= 0:
            self._there -= piece
            self.passed += piece
            return piece, 0.0
        return 0, min(_NAP, max(_SHORTEST, missing / rate))


def burst(rate: int) -> float:
    """Bytes that may go at once after a rest."""
    return max(rate / 4, 2 * _SMALLEST)


def _piece(rate: int) -> int:
    """An eighth of a second's: a low rate is a steady trickle, and nobody waits long for his turn."""
    return max(_SMALLEST, min(_LARGEST, rate // 8))
