"""Reading packs in full, in several threads: is each what was stored?"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ..core.crypto import sha256
from ..core.errors import CyberlibError, IntegrityError
from ..core.ids import ID_SIZE, object_name
from ..core.ports import CancelToken
from ..repository.index import Index
from ..repository.reader import Reader
from ..repository.vault import Vault

_WORKERS: Final = 6

OnRead = Callable[[int, str], None]
"""Told of each pack that was read: its number, and what is wrong with it, "" when nothing is."""


class _Read(NamedTuple):
    """`bad`: numbers of segments that do not hold what they should."""

    bad: set[int]
    reason: str


def read_packs(
    vault: Vault,
    index: Index,
    rows: Sequence[int],
    cancel: CancelToken,
    on_read: OnRead,
    proven: Callable[[bytes], bool] = lambda _pack: False,
) -> set[int]:
    """Reads packs in this order; the numbers of segments that cannot be read. `on_read` is called by one
    thread at a time. `proven`: whether a pack of that name was opened and compared chunk by chunk before:
    then the same bytes, by the name, are proof enough. Raises Stopped, and what the store raises."""
    wanted = set(rows)
    segments: dict[int, list[int]] = {}
    for number in index.segments():
        if index.pack_of(number) in wanted:
            segments.setdefault(index.pack_of(number), []).append(number)
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    for row in rows:
        work.put(row)
    bad: set[int] = set()
    failures: list[BaseException] = []
    lock = threading.Lock()

    def run() -> None:
        reader = vault.reader_on(index)
        while not failures and not cancel.cancelled:
            try:
                row = work.get_nowait()
            except queue.Empty:
                return
            try:
                found = _read_pack(vault, reader, index, row, segments.get(row, []), proven)
                cancel.look()
                with lock:
                    bad.update(found.bad)
                    on_read(row, found.reason)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)
                return

    threads = [threading.Thread(target=run, name=f"verify-{i}", daemon=True) for i in range(_WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cancel.check()
    if failures:
        raise failures[0]
    return bad


def _read_pack(
    vault: Vault,
    reader: Reader,
    index: Index,
    row: int,
    numbers: list[int],
    proven: Callable[[bytes], bool],
) -> _Read:
    """ "altered": every chunk is whole, but header, padding or footer are not what was stored."""
    pack = index.packs[row]
    try:
        data = vault.store.get(object_name("packs", pack.name), 0, pack.size)
    except IntegrityError as error:
        return _Read(set(numbers), "missing" if error.code == "object_missing" else "damaged")
    is_stored = sha256(data) == pack.name
    if is_stored and proven(pack.name):
        return _Read(set(), "")
    bad: set[int] = set()
    for number in numbers:
        try:
            reader.prove(number, data)
        except IntegrityError:
            bad.add(number)
    if bad:
        return _Read(bad, "damaged")
    return _Read(bad, "" if is_stored else "altered")


def bad_ids(vault: Vault, index: Index, bad: set[int]) -> set[bytes]:
    """Ids of the chunks that no readable segment holds."""
    ids: set[bytes] = set()
    reader = vault.reader_on(index)
    for number in bad:
        kind = index.place(number).kind
        try:
            listed = reader.layout(number).ids
        except CyberlibError:
            continue  # told by nothing: what needs its chunks finds them missing
        for at in range(0, len(listed), ID_SIZE):
            chunk_id = listed[at : at + ID_SIZE]
            if all(place in bad for place in index.places(kind, chunk_id)):
                ids.add(chunk_id)
    return ids
