"""The small interfaces through which pure code meets the world; adapters live in the outer rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from .errors import Stopped, UsageError

Buffer = bytes | bytearray | memoryview


class StoredObject(NamedTuple):
    """One object of a store: its name (`packs/<hex>`) and its size in bytes."""

    name: str
    size: int


class Store(Protocol):
    """Immutable objects under names such as `vault`, `packs/<64 hex digits>`.

    A name is `vault` or `<kind>/<64 lower-case hex digits>` with kind in `OBJECT_KINDS` or `PARITY`. A put is
    whole or absent, whatever happens to the machine; once `put` returns the object survives a power
    cut. Methods may be called from several threads at once. Errors: `Failed("store_full")`,
    `Failed("store_denied")`, `IntegrityError("object_missing", name=…)`, `Unreachable(…)`, and
    `UsageError("bad_object_name", name=…)` for what `check_object_name` or `check_kind` refuses.
    """

    @property
    def location(self) -> str:
        """What the user calls this store: a folder path or an address, without secrets."""

    @property
    def puts_at_once(self) -> int:
        """How many puts at the same time make use of what lies between here and the store: 0 where whoever
        makes an object may as well put it, as on a disk."""

    @property
    def pack_size(self) -> int:
        """Bytes up to which a pack gets over in good time: where the line is slow, fewer than usual."""

    @property
    def may_delete(self) -> bool:
        """Whether `delete` is for whoever holds this store: at a host it is for no workstation."""

    def prefetch(self, names: Iterable[str]) -> None:
        """These small objects are about to be read whole: a store that is far away fetches them together.
        What cannot be had is told when it is read."""

    def announce(self, names: Sequence[str]) -> None:
        """These objects will be read in parts, in this order or nearly so."""

    def is_near(self, name: str) -> bool:
        """Whether a small object, or one of a store that is at hand, is read whole without a journey."""

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        """Bytes that `keep` was told of, where the store is far away and this machine has them yet."""

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        """These bytes of an object will be wanted again: a store that is far away keeps them near."""

    def put(self, name: str, *parts: Buffer) -> None:
        """Create the object from its parts laid end to end.

        If it exists already nothing is written: objects are never overwritten.
        """

    def replace(self, name: str, *parts: Buffer) -> None:
        """Put these parts in the place of an object that is damaged: at every moment the old bytes are
        there or the new ones, whole. Failed where `may_delete` is false."""

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Bytes `offset … offset+length` (to the end when `length` is None; shorter at the end)."""

    def size(self, name: str) -> int | None:
        """Size in bytes, or None when the object is absent."""

    def arrived(self, name: str) -> int | None:
        """When the object was put there, as the store has it (ns since 1970); None when it is absent, or not
        known. No writer of the object's bytes chose it."""

    def list(self, kind: str) -> Iterator[StoredObject]:
        """All objects of a kind, in no order. Half-written objects are never listed."""

    def delete(self, name: str) -> None:
        """Remove the object; absent is no error. Failed where `may_delete` is false."""

    def retire(self, names: Sequence[str]) -> None:
        """These objects may be deleted once their quarantine is over, by the clock of a store that counts it
        itself; other stores need not know."""

    def revive(self, names: Sequence[str]) -> None:
        """These objects stay, whatever `retire` said. IntegrityError("object_missing", name=…) when a store
        that counts by itself has deleted one."""

    def purge(self, names: Sequence[str]) -> Sequence[str]:
        """Deletes retired objects; those that are gone now. A store that counts by itself keeps what was not
        retired there for long enough. Failed where nobody may delete."""


OBJECT_KINDS = ("slots", "packs", "index", "lookups", "snapshots", "retired")

PARITY = "parity"
"""Objects that a second copy may have besides: no part of a vault (docs/format/parity.md)."""

_HEX_DIGITS = "0123456789abcdef"


def check_object_name(name: str) -> None:
    """UsageError("bad_object_name", name=…) for what cannot name an object of a store.

    Lower case only, since some disks ignore case; nothing else, so that no name leads out of a store.
    """
    kind, _, digits = name.partition("/")
    if name != "vault" and (not _is_kind(kind) or len(digits) != 64 or digits.strip(_HEX_DIGITS)):
        raise UsageError("bad_object_name", name=name)


def check_kind(kind: str) -> None:
    """UsageError("bad_object_name", name=…) for what is no kind of objects that can be listed."""
    if not _is_kind(kind):
        raise UsageError("bad_object_name", name=kind)


def _is_kind(kind: str) -> bool:
    return kind in OBJECT_KINDS or kind == PARITY


Clock = Callable[[], int]
"""Wall clock: nanoseconds since 1970-01-01 UTC."""

Random = Callable[[int], bytes]
"""`n` bytes fit for keys."""


class CancelToken:
    """Set from any thread; long work calls `check` often and stops with `Stopped`."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self.looks = 0
        """How often work asked. What asks no more, for hours, hangs."""

    def cancel(self, reason: str = "user") -> None:
        self._reason = reason

    @property
    def reason(self) -> str | None:
        """By whom or what it was cancelled."""
        return self._reason

    @property
    def cancelled(self) -> bool:
        return self._reason is not None

    def look(self) -> None:
        """For work that goes on to its end in any case: it does not hang."""
        self.looks += 1

    def check(self) -> None:
        """Raises Stopped once `cancel` was called."""
        self.looks += 1
        if self._reason is not None:
            raise Stopped(by=self._reason)
