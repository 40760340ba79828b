"""Where the objects of a vault at a host are to be read: links to its storage, and to another zone where the
usual one gives nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ...core.errors import CyberlibError, IntegrityError, Unreachable
from . import records
from .client import HostClient

_MOST_LINKS: Final = 4096
_LINKS_TOGETHER: Final = 64
_JUST_NOW: Final = 5.0
_MARGIN_SECONDS: Final = 120
_SHORT_SECONDS: Final = 4.0
"""How long the usual place is tried before another is asked for."""

_LOST: Final = "object_not_here"
_AGAIN: Final = frozenset(("link_expired", "link_not_valid", _LOST, "storage_refused"))
"""Refusals after which another link may do. A storage says of an old one that it refuses it, and no more."""


class Place(NamedTuple):
    """Where an object is to be read; `asked`: when that was asked, by the monotonic clock. `zone`: which one
    stands in for the usual, or None; `elsewhere`: the host was told that the usual one gave nothing."""

    size: int
    link: records.Link
    asked: float
    zone: str | None
    elsewhere: bool

    @property
    def until(self) -> float:
        """When it is too old to be used."""
        return self.asked + self.link.expires_in - _MARGIN_SECONDS


class Places:
    """Of the vault at `path`. Safe to use from several threads.

    `stands_in`: hears, once, the name of the zone that something is read from in place of the usual one.
    """

    def __init__(self, client: HostClient, path: str, stands_in: Callable[[str], None]) -> None:
        self._client = client
        self._path = path
        self._stands_in = stands_in
        self._lock = threading.Lock()
        self._known: dict[str, Place] = {}
        self._order: list[str] = []
        self._announced: dict[str, int] = {}
        self._down = False  # the usual zone was found so, and nobody waits for it again
        self._told = False

    def announce(self, names: Sequence[str]) -> None:
        """In which order objects are going to be read: their links are asked for together."""
        with self._lock:
            self._order = list(names)
            self._announced = {name: at for at, name in enumerate(self._order)}

    def read(self, name: str, offset: int, length: int | None) -> tuple[bytes, int]:
        """Bytes of an object, and its whole size. Raises IntegrityError("object_missing", name=…)."""
        place = self._find(name)
        if place is None:
            raise IntegrityError("object_missing", name=name)
        end = place.size if length is None else min(place.size, offset + length)
        if offset >= end:
            return b"", place.size
        # What is in the usual zone alone is not waited for either, once that was found down.
        short = not place.elsewhere or (self._down and place.zone is None)
        try:
            patience = _SHORT_SECONDS if short else None
            return self._client.get_content(place.link, offset, end, patience), place.size
        except CyberlibError as error:
            if begins_again(error) and self._forgot(name):
                return self.read(name, offset, length)
            if place.elsewhere or not (begins_again(error) or _is_silence(error)):
                raise absent(error, name) from None
            return self._from_elsewhere(name, error, offset, end), place.size

    def _from_elsewhere(self, name: str, why: CyberlibError, start: int, end: int) -> bytes:
        place = self._find(name, elsewhere=True)
        if place is None:
            raise absent(why, name)
        try:
            data = self._client.get_content(place.link, start, end)
        except CyberlibError as error:
            raise absent(error, name) from None
        if place.zone is not None:
            self._turn_to(place.zone, down=_is_silence(why))
        return data

    def _turn_to(self, zone: str, *, down: bool) -> None:
        """Tells of it, once. An object that the usual zone lost says nothing about the others."""
        with self._lock:
            first, self._told = not self._told, True
            if down and not self._down:
                self._down = True
                self._known = {name: place for name, place in self._known.items() if place.elsewhere}
        if first:
            self._stands_in(zone)

    def _find(self, name: str, *, elsewhere: bool = False) -> Place | None:
        """Where to read an object; with it, where to read those that were announced to follow."""
        asked = time.monotonic()
        with self._lock:
            follow = not elsewhere  # one that was lost says nothing about those that follow
            elsewhere = elsewhere or self._down
            known = self._known.get(name)
            if known is not None and known.until > asked and (known.elsewhere or not elsewhere):
                return known
            names = [name, *(self._after(name) if follow else ())]
        wanted: dict[str, Any] = {"names": names} | ({"elsewhere": True} if elsewhere else {})
        found = self._client.ask("POST", f"{self._path}/downloads", records.DownloadList, wanted).objects
        if len(found) != len(names):
            raise IntegrityError("host_answer_short")
        with self._lock:
            if len(self._known) >= _MOST_LINKS:
                self._known.clear()
            for each, one in zip(names, found, strict=True):
                if one.get is not None:
                    self._known[each] = Place(one.size, one.get, asked, one.zone, elsewhere)
            place = self._known.get(name) if found[0].get is not None else None
        if place is not None and place.zone is not None and not elsewhere:  # the host knows already
            self._turn_to(place.zone, down=False)
        return place

    def _after(self, name: str) -> Sequence[str]:
        """Announced objects from this one on, as many as one request takes."""
        at = self._announced.get(name)
        if at is None:
            return []
        return [each for each in self._order[at + 1 : at + _LINKS_TOGETHER] if each not in self._known]

    def _forgot(self, name: str) -> bool:
        """Forgets where an object was to be read; False when that was asked a moment ago."""
        with self._lock:
            known = self._known.pop(name, None)
        return known is not None and time.monotonic() - known.asked > _JUST_NOW


def begins_again(error: CyberlibError) -> bool:
    """Whether an upload or a download is worth beginning anew, with another link."""
    return error.code == "host_upload_damaged" or error.facts.get("reason") in _AGAIN


def absent(error: CyberlibError, name: str) -> CyberlibError:
    """Of what the host counts and no longer has: IntegrityError("object_missing", name=…); else as it is."""
    lost = error.facts.get("reason") == _LOST
    return IntegrityError("object_missing", name=name) if lost else error


def _is_silence(error: CyberlibError) -> bool:
    """Whether a storage did not answer, or not well; a wrong certificate is no such thing."""
    silent = isinstance(error, Unreachable) and error.code != "host_certificate"
    return silent or error.code == "host_answer_short"
