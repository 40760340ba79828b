"""The slot tables of a store: which one counts, and how a new one replaces it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from ..core.crypto import sha256
from ..core.errors import CyberlibError, Failed, IntegrityError, NeedsUnlock, UsageError
from ..core.format_v1.renewed import is_displaced, is_succeeded, with_former
from ..core.format_v1.slots import (
    COPIES,
    MAX_REMOVED,
    Slot,
    SlotTable,
    authenticate_slot_table,
    read_slot_table,
    unwrap_root,
    write_slot_table,
)
from ..core.ids import KIB, digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Store, StoredObject

Secret = Callable[[Slot], bytes | None]
"""The 32 bytes to try on a slot (stretched for a passphrase), or None when it is not for it."""

Stored = tuple[SlotTable, bytes]

LARGEST_TABLE: Final = 128 * KIB
MOST_OBJECTS: Final = 65_536
"""Objects below `slots/` that are looked at. A vault has two; anybody may add more, each costs a request."""
_ATTEMPTS: Final = 3


class Tables:
    """The tables in a store that are what their names say, not authenticated yet, each time as they are now.

    Anybody may add objects: they are read one after the other and none is kept. `first`: names of those to
    begin with, which counted the last time; then small ones, as honest ones are. A table may come twice.
    `found`: whether any was.
    """

    def __init__(self, store: Store, first: Collection[str] = ()) -> None:
        self.store = store
        self._first = first
        self._listed = 0
        self._newer: UsageError | None = None
        self.found = False

    def __iter__(self) -> Iterator[Stored]:
        for _ in range(_ATTEMPTS):
            vanished = False
            for name, size in self._list():
                try:
                    data = self.store.get(name, 0, size)
                    table = read_slot_table(data) if digest_of(name) == sha256(data) else None
                except IntegrityError as error:  # one damaged table must not hide the others
                    vanished = vanished or error.code == "object_missing"
                except UsageError as error:
                    self._newer = error
                else:
                    if table is not None:
                        self.found = True
                        yield table, data
            if not vanished:
                return  # else a newer one was written, perhaps after the listing

    def _list(self) -> list[StoredObject]:
        fit = [item for item in self.store.list("slots") if item.size <= LARGEST_TABLE]
        self._listed = len(fit)
        fit.sort(key=lambda item: (item.name not in self._first, item.size, item.name))
        return fit[:MOST_OBJECTS]

    def check_all_seen(self) -> None:
        """After they were read: IntegrityError("slots_crowded") when some were not, for their number."""
        if self._listed > MOST_OBJECTS:
            raise IntegrityError(
                "slots_crowded", at=self.store.location, count=self._listed, most=MOST_OBJECTS
            )

    def check_any(self) -> None:
        """After they were read: UsageError("newer_format") when there is none but of a later version."""
        if self._newer is not None and not self.found:
            raise self._newer


class Counting(NamedTuple):
    """The table that counts. `alone`: it is stored as it is, not put together from several. `succeeded`:
    another root secret came after the one that wrote it."""

    table: SlotTable
    alone: bool
    succeeded: bool = False


def counting(tables: Tables, keys: VaultKeys) -> Counting | None:
    """The newest table that a holder of the vault wrote; None when there is none.

    Two machines that change slots at the same moment leave two tables of one generation. Then all count
    together: every slot of any, but for those that any of them removed.
    """
    newest = 0
    states: dict[bytes, SlotTable] = {}
    succeeded = False
    for table, data in tables:
        succeeded = succeeded or is_succeeded(keys, table.root)
        if table.generation < newest or not _is_of(table, data, keys):
            continue
        if table.generation > newest:
            newest, states = table.generation, {}
        state = msgspec.structs.replace(table, copy=1)
        states[msgspec.json.encode(state)] = state
    if not states:
        return None
    # In one order, whoever asks: two machines that mend it at the same moment write the same bytes.
    return Counting(_together([states[key] for key in sorted(states)]), len(states) == 1, succeeded)


def displaced(tables: Tables, keys: VaultKeys) -> bool:
    """Whether another root counts in the place of this one: two machines renewed it at the same moment."""
    return bool(keys.former) and any(is_displaced(keys, table.root) for table, _ in tables)


def _is_of(table: SlotTable, data: bytes, keys: VaultKeys) -> bool:
    return table.header.vault_id == keys.vault_id and is_authentic(data, keys)


def _together(tables: list[SlotTable]) -> SlotTable:
    slots = {slot.id: slot for table in tables for slot in table.slots}
    gone = list(dict.fromkeys(slot_id for table in tables for slot_id in table.removed))
    if not any(opens_anywhere(slot) for slot in slots.values() if slot.id not in gone):
        # Each removed what the other one left: rather both ways in than none.
        gone = [slot_id for slot_id in gone if slot_id not in slots or not opens_anywhere(slots[slot_id])]
    left = [slot for slot in slots.values() if slot.id not in gone]
    return msgspec.structs.replace(tables[0], slots=left, removed=gone[-MAX_REMOVED:])


def opens_anywhere(slot: Slot) -> bool:
    """Whether a slot is of use to its owner on any machine: a device's is not, nor what others hold."""
    return slot.type in ("passphrase", "recovery")


def unlock(tables: Tables, secret: Secret, vault_id: str) -> tuple[VaultKeys, SlotTable]:
    """The keys, and the table that counts. Tables that say they are of `vault_id` are tried before others.

    Anybody who can write to the store can add tables; what they say is not believed before their
    authentication holds, and a slot opens nothing unless the table that counts has it. Raises
    NeedsUnlock("wrong_secret"), ("key_renewed"), IntegrityError("not_authentic"), ("kdf_out_of_bounds"),
    ("slots_missing"), ("slots_crowded"), UsageError("newer_format"), and what `secret` raises.
    """
    refused: list[CyberlibError] = []
    known: dict[tuple[bytes, bytes], Counting | None] = {}
    for keys, slot in _matches(_own_first(tables, vault_id), secret, refused):
        vault = (keys.root, keys.vault_id)
        if vault not in known:
            known[vault] = counting(tables, keys)
        found = known[vault]
        if found is None:
            if not refused:
                refused.append(IntegrityError("not_authentic"))
        elif any(_lock_of(slot) == _lock_of(standing) for standing in found.table.slots):
            whole = with_former(keys.root, keys.vault_id, found.table.root)
            if not found.succeeded and not displaced(tables, whole):
                return whole, found.table
            refused.insert(0, NeedsUnlock("key_renewed"))
        # Else it was removed since, and an older table is still there; the same secret may have a new slot.
    tables.check_all_seen()
    tables.check_any()
    if not tables.found:
        raise IntegrityError("slots_missing", at=tables.store.location, missing="slots")
    raise next(iter(refused), NeedsUnlock("wrong_secret"))


def _own_first(tables: Tables, vault_id: str) -> Iterator[SlotTable]:
    others = False
    for table, _ in tables:
        if table.header.id == vault_id:
            yield table
        else:
            others = True
    if others:
        yield from (table for table, _ in tables if table.header.id != vault_id)


def _matches(
    tables: Iterable[SlotTable], secret: Secret, refused: list[CyberlibError]
) -> Iterator[tuple[VaultKeys, Slot]]:
    """What opens with the secret. `refused`: gets the first thing that was wrong."""
    stretched: set[tuple[str, Slot]] = set()  # few: `secret` bounds what that may cost
    for table in tables:
        for slot in table.slots:
            lock = (table.header.id, _lock_of(slot))
            if lock in stretched:
                continue
            try:
                offered = secret(slot)
                if offered is not None and slot.kdf is not None:
                    stretched.add(lock)
                root = unwrap_root(slot, table.header.id, offered) if offered is not None else None
            except IntegrityError as error:
                if not refused:
                    refused.append(error)
                continue
            except MemoryError:  # a cost within bounds, but not of this machine: another slot may cost less
                if not refused:
                    refused.append(Failed("no_memory"))
                continue
            if root is not None:
                yield VaultKeys(root, table.header.vault_id), slot


def _lock_of(slot: Slot) -> Slot:
    """A slot without what its secret does not vouch for: a stranger's copy of it may have another name."""
    return msgspec.structs.replace(slot, name="", created=0)


def is_authentic(data: bytes, keys: VaultKeys) -> bool:
    try:
        authenticate_slot_table(data, keys)
    except IntegrityError:
        return False
    return True


def put_tables(store: Store, keys: VaultKeys, table: SlotTable, damaged: Container[str] = ()) -> list[str]:
    """Stores the copies of a table; their names. `damaged`: those that lie there and are not what their names
    say. IntegrityError("bad_memory")."""
    copies = _copies(table)
    written = [write_slot_table(each, keys) for each in copies]
    for each, data in zip(copies, written, strict=True):
        # Without a table nothing opens: none replaces another before it was read again.
        if read_slot_table(data) != each:
            raise IntegrityError("bad_memory")
    names = [object_name("slots", sha256(data)) for data in written]
    for name, data in zip(names, written, strict=True):
        (store.replace if name in damaged else store.put)(name, data)
    return names


def table_names(keys: VaultKeys, table: SlotTable) -> list[str]:
    """The objects in which a table is stored, if it is stored alone."""
    return [object_name("slots", sha256(write_slot_table(each, keys))) for each in _copies(table)]


def _copies(table: SlotTable) -> list[SlotTable]:
    return [msgspec.structs.replace(table, copy=copy + 1) for copy in range(COPIES)]


def damaged_tables(store: Store, keys: VaultKeys) -> list[tuple[str, str]]:
    """(object, "damaged" or "missing"): tables that are not what they should be, copies that are absent."""
    sound = {
        object_name("slots", sha256(data)): msgspec.structs.replace(table, copy=1)
        for table, data in Tables(store)
        if any(_is_of(table, data, each) for each in keys.every)  # a host keeps those of former roots
    }
    found = [(name, "damaged") for name, _ in sorted(store.list("slots")) if name not in sound]
    newest = max((table.generation for table in sound.values()), default=0)
    states = [table for table in sound.values() if table.generation == newest]
    if not states or any(states.count(state) < COPIES for state in states):
        found.append(("slots", "missing"))
    return found
