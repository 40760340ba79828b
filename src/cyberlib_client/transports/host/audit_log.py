"""The host's log of who did what with the organisation's devices and vaults (docs/protocol/logs.md).

A line's hash covers the one before: none can be changed, left out or put in without every later one changing.
Source: Haber and Stornetta, "How to time-stamp a digital document", Journal of Cryptology 3, 1991.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from ...core.errors import IntegrityError
from .client import HostClient
from .records import Standing

_BEGINNING: Final = "00" * 32
_SKEW: Final = timedelta(minutes=5)
"""Between clocks of a host's machines."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Line(msgspec.Struct, frozen=True):
    """`record`: as docs/protocol/logs.md tells; `hash` in hex."""

    sequence: int
    record: dict[str, Any]
    hash: str


class _Page(msgspec.Struct, frozen=True):
    first: int
    anchor: str
    lines: list[Line]
    next: int | None


class Begin(msgspec.Struct, frozen=True):
    """Before the first line there is: its number, and the hash that it hangs on."""

    first: int
    anchor: str


class AuditLog:
    """The log of the organisation whose device `client` speaks as."""

    def __init__(self, client: HostClient, device: str) -> None:
        self._client = client
        self._device = device
        # The host notes this very reading: what it gives must go on up to there.
        self._since = max(_moment(client.ask("GET", "/v1/device", Standing).time), _NEVER + _SKEW) - _SKEW
        page = self._page(0)
        self.begin = Begin(page.first, page.anchor)
        self._first = page

    def lines(self) -> Iterator[Line]:
        """All lines, oldest first, as they come; each is given before it is found wrong.

        Raises IntegrityError("host_audit_broken", at=…, line=…) at one that is not the next, and
        ("host_audit_shorter", at=…) when the end is missing.
        """
        number, previous = self.begin.first - 1, self.begin.anchor
        if not number and previous != _BEGINNING:
            raise self._broken(1)
        page, found = self._first, False
        while True:
            for line in page.lines:
                yield line
                number, previous = number + 1, _linked(previous, line.record)
                if (line.sequence, line.hash) != (number, previous):
                    raise self._broken(number)
                found = found or self._is_this_reading(line)
            if page.next is None:
                break
            if page.next != number:
                raise self._broken(number + 1)
            page = self._page(number)
        if not found:
            raise IntegrityError("host_audit_shorter", at=self._client.url)

    def _page(self, after: int) -> _Page:
        return self._client.ask("GET", "/v1/audit", _Page, query={"after": str(after)})

    def _is_this_reading(self, line: Line) -> bool:
        record = line.record
        if (record.get("actor"), record.get("action")) != (f"device:{self._device}", "audit_read"):
            return False
        return _moment(str(record.get("time"))) >= self._since

    def _broken(self, number: int) -> IntegrityError:
        return IntegrityError("host_audit_broken", at=self._client.url, line=number)


def _linked(previous: str, record: dict[str, Any]) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(previous) + msgspec.json.encode(record)).hexdigest()
    except ValueError:
        return ""


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return _NEVER
