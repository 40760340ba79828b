"""A second copy of a vault: the objects that it lacks, the same bytes under the same names.

Nothing is opened, nothing is overwritten. Whatever happens in between, the copy is a vault: what opens it
comes first, a snapshot after all that it relies on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ..core.crypto import sha256
from ..core.errors import CyberlibError, Failed, IntegrityError, Unreachable
from ..core.events import Incident, Listener, Progress
from ..core.format_v1.parity import LARGEST_MEMBER
from ..core.ids import digest_of
from ..core.ports import OBJECT_KINDS, CancelToken, Store, StoredObject
from ..repository.copied_tables import check_is_copy, copy_header, follow_tables
from ..repository.vault import Vault

T = TypeVar("T")

_FIRST: Final = ("packs", "index", "lookups")
_LAST: Final = ("snapshots",)
ORDER: Final = (*_FIRST, *(k for k in OBJECT_KINDS if k not in ("slots", *_FIRST, *_LAST)), *_LAST)
"""Of what a copy gets behind its slot tables and its header."""

_LEAST: Final = 2
_MOST: Final = 8
"""Objects on the way at once: one is read while another is written, more where a line is long."""

_ROUNDS: Final = 3
"""Listings: what left the vault between the listing and the reading asks for another."""

_TICK: Final = 0.1


@dataclass(slots=True)
class Copied:
    """What a run did. `damaged`: names of objects that the vault holds damaged, or not at all, and that were
    not copied. `replaced`: those that the copy held in another size, and that were put anew. `lacks`:
    snapshots of the vault that the copy still has not."""

    objects: int = 0
    bytes: int = 0
    present: int = 0
    damaged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    lacks: int = 0
    seconds: float = 0.0


def begin_copy(vault: Vault, target: Store) -> None:
    """What opens the vault, and what tells what it is: from now on the target is a copy, known as such.

    Raises UsageError("copy_other_vault", at=…), and as `copied_tables` and `on_copy`."""
    on_copy(target, lambda: check_is_copy(target, vault))
    on_copy(target, lambda: follow_tables(vault, target))
    on_copy(target, lambda: copy_header(vault, target))


def copy_objects(source: Store, target: Store, *, listener: Listener, cancel: CancelToken) -> Copied:
    """Puts into `target` what `source` has and it lacks, but for slot tables and the header.

    Each object is compared with its name on the way; a damaged one is told as an incident and left. What the
    target holds is not read; what it holds in another size is replaced by what is whole.

    Raises Stopped, what the source raises when it cannot be reached, and of the target
    Unreachable("copy_gone", at=…), Failed("copy_full", at=…), ("copy_denied", at=…, reason=…).
    """
    begun = time.monotonic()
    done = Copied()
    listed: list[tuple[str, list[StoredObject]]] = []
    vanished: set[str] = set()
    for _ in range(_ROUNDS):
        # Snapshots are listed first, packs last: whatever a listed snapshot relies on is listed too.
        listed = [(kind, list(source.list(kind))) for kind in reversed(ORDER)]
        plans = [(kind, _lacking(items, target, kind, done)) for kind, items in reversed(listed)]
        run = _Run(source, target, done, plans, listener, cancel)
        for kind, lacking in plans:
            run.copy(kind, lacking)
        vanished = run.vanished
        if not vanished:
            break
    done.damaged = sorted({*done.damaged, *vanished})
    done.lacks = sum(1 for item in dict(listed)["snapshots"] if item.name in done.damaged)
    done.seconds = time.monotonic() - begun
    return done


def lacking(source: Store, target: Store, kind: str) -> list[StoredObject]:
    """The objects of a kind that the target has not, or in another size. Raises as `copy_objects`."""
    return _lacking(list(source.list(kind)), target, kind, Copied())


def _lacking(items: list[StoredObject], target: Store, kind: str, done: Copied) -> list[StoredObject]:
    there = dict(_listed(target, kind))
    found = []
    for item in items:
        size = there.get(item.name)
        if size == item.size:
            continue
        found.append(item)
        if size is not None:
            done.replaced.append(item.name)
    done.present += len(items) - len(found)
    found.sort(key=lambda item: item.name)
    return found


class _Run:
    """One round: all that is lacking, kind after kind."""

    def __init__(
        self,
        source: Store,
        target: Store,
        done: Copied,
        plans: list[tuple[str, list[StoredObject]]],
        listener: Listener,
        cancel: CancelToken,
    ) -> None:
        self._source, self._target = source, target
        self._done, self._listener, self._cancel = done, listener, cancel
        self._lock = threading.Lock()
        self._objects = sum(len(items) for _, items in plans)
        self._bytes = sum(item.size for _, items in plans for item in items)
        self._gone_through = self._read = 0
        self._next = 0.0
        self._replaced = frozenset(done.replaced)
        self.vanished: set[str] = set()

    def copy(self, kind: str, items: list[StoredObject]) -> None:
        """All of one kind; returns once they are there."""
        if kind != "packs":
            self._source.prefetch(item.name for item in items)
        work: queue.SimpleQueue[StoredObject] = queue.SimpleQueue()
        for item in items:
            work.put(item)
        failures: list[BaseException] = []

        def follow() -> None:
            while not failures and not self._cancel.cancelled:
                try:
                    item = work.get_nowait()
                except queue.Empty:
                    return
                try:
                    self._one(item)
                except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                    failures.append(error)

        number = min(_MOST, max(_LEAST, self._source.puts_at_once, self._target.puts_at_once), len(items))
        threads = [
            threading.Thread(target=follow, name=f"copy-{place}", daemon=True) for place in range(number)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._cancel.check()
        if failures:
            raise failures[0]

    def _one(self, item: StoredObject) -> None:
        self._cancel.check()
        data = self._bytes_of(item)
        if data is not None:
            put = self._target.replace if item.name in self._replaced else self._target.put
            on_copy(self._target, lambda: put(item.name, data))
        with self._lock:
            self._gone_through += 1
            self._read += item.size
            if data is not None:
                self._done.objects += 1
                self._done.bytes += len(data)
            self._tell()

    def _bytes_of(self, item: StoredObject) -> bytes | None:
        """What is to be copied; None for what is not what its name says."""
        try:
            # Anybody may make a larger one appear where objects lie: it is none.
            data = self._source.get(item.name) if item.size <= LARGEST_MEMBER else b""
        except IntegrityError as error:
            if error.code == "object_missing":
                with self._lock:
                    self.vanished.add(item.name)
                return None
            list(self._source.list("slots"))  # of a disk that is gone, no object is damaged
            data = b""
        if sha256(data) == digest_of(item.name):
            return data
        with self._lock:
            self._done.damaged.append(item.name)
            self._listener(Incident("copy_source_damaged", item.name))
        return None

    def _tell(self) -> None:
        now = time.monotonic()
        if now < self._next and self._gone_through < self._objects:
            return
        self._next = now + _TICK
        self._listener(
            Progress(
                "copy",
                files_done=self._gone_through,
                files_total=self._objects,
                bytes_done=self._read,
                bytes_total=self._bytes,
                bytes_stored=self._done.bytes,
            )
        )


def on_copy(target: Store, do: Callable[[], T]) -> T:
    """Does something with the copy's store, and tells its troubles as the copy's: the vault is well.

    Raises Unreachable("copy_gone", at=…, reason=…), Failed("copy_full", at=…), ("copy_denied", at=…,
    reason=…), and other errors as they are."""
    try:
        return do()
    except Unreachable as error:
        if error.code in ("store_absent", "store_unusable"):
            raise _gone(target, error) from None
        raise
    except IntegrityError as error:
        if error.code == "store_read_error":  # a disk that is pulled out says so of all that is asked of it
            raise _gone(target, error) from None
        raise
    except Failed as error:
        if error.code == "store_full":
            raise Failed("copy_full", at=target.location) from None
        if error.code == "store_denied":
            raise Failed("copy_denied", at=target.location, reason=error.facts.get("reason")) from None
        raise


def _gone(target: Store, error: CyberlibError) -> Unreachable:
    return Unreachable("copy_gone", at=target.location, reason=error.facts.get("reason"))


def sizes(store: Store, kinds: Iterable[str]) -> dict[str, int]:
    """The objects of a copy by name. Raises as `on_copy`."""
    found: dict[str, int] = {}
    for kind in kinds:
        found.update(_listed(store, kind))
    return found


def _listed(store: Store, kind: str) -> list[StoredObject]:
    return on_copy(store, lambda: list(store.list(kind)))
