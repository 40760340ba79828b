"""The slot tables of a store: which one counts, and how a new one replaces it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from ..core.crypto import sha256
from ..core.errors import CyberlibError, IntegrityError, NeedsUnlock, UsageError
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
from ..core.format_v1.vault import VaultHeader
from ..core.ids import KIB, MIB, digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Store

Secret = Callable[[Slot], bytes | None]
"""The 32 bytes to try on a slot (stretched for a passphrase), or None when it is not for it."""

Stored = tuple[SlotTable, bytes]

LARGEST_TABLE: Final = 128 * KIB
_TOGETHER: Final = 32 * MIB
"""Bytes of tables that are read at all, small ones first: anybody may add tables, honest ones are small."""
_ATTEMPTS: Final = 3


def stored_tables(store: Store, vault_id: str = "") -> list[Stored]:
    """Tables that are what their names say, not authenticated yet: of `vault_id` first, then the newest.

    Raises UsageError("newer_format") when there is no other.
    """
    tables: list[Stored] = []
    for _ in range(_ATTEMPTS):
        tables, complete = _listed(store)
        if complete:
            break
    return sorted(tables, key=lambda t: (t[0].header.id != vault_id, -t[0].generation))


def _listed(store: Store) -> tuple[list[Stored], bool]:
    """(tables, False when one vanished meanwhile: a newer one was written, perhaps after the listing)."""
    tables: list[Stored] = []
    complete = True
    newer: UsageError | None = None
    room = _TOGETHER
    for name, size in sorted(store.list("slots"), key=lambda item: (item.size, item.name)):
        room -= size
        if size > LARGEST_TABLE or room < 0:
            continue
        try:
            data = store.get(name, 0, size)
            if digest_of(name) == sha256(data):
                tables.append((read_slot_table(data), data))
        except IntegrityError as error:  # one damaged table must not hide the others
            complete = complete and error.code != "object_missing"
        except UsageError as error:
            newer = error
    if newer is not None and not tables:
        raise newer
    return tables, complete


class Counting(NamedTuple):
    """The table that counts. `alone`: it is stored as it is, not put together from several."""

    table: SlotTable
    alone: bool


def counting(tables: list[Stored], keys: VaultKeys) -> Counting | None:
    """The newest table that a holder of the vault wrote; None when there is none.

    Two machines that change slots at the same moment leave two tables of one generation. Then all count
    together: every slot of any, but for those that any of them removed.
    """
    sound = [t for t, data in tables if t.header.vault_id == keys.vault_id and is_authentic(data, keys)]
    newest = max((table.generation for table in sound), default=0)
    states = {
        msgspec.json.encode(state): state
        for state in (msgspec.structs.replace(t, copy=1) for t in sound if t.generation == newest)
    }
    if not states:
        return None
    # In one order, whoever asks: two machines that mend it at the same moment write the same bytes.
    return Counting(_together([states[key] for key in sorted(states)]), len(states) == 1)


def _together(tables: list[SlotTable]) -> SlotTable:
    slots = {slot.id: slot for table in tables for slot in table.slots}
    gone = list(dict.fromkeys(slot_id for table in tables for slot_id in table.removed))
    if not any(opens_anywhere(slot) for slot in slots.values() if slot.id not in gone):
        # Each removed what the other one left: rather both ways in than none.
        gone = [slot_id for slot_id in gone if slot_id not in slots or not opens_anywhere(slots[slot_id])]
    left = [slot for slot in slots.values() if slot.id not in gone]
    return msgspec.structs.replace(tables[0], slots=left, removed=gone[-MAX_REMOVED:])


def opens_anywhere(slot: Slot) -> bool:
    """Whether a slot is of use on any machine: a device slot is not."""
    return slot.type in ("passphrase", "recovery")


def unlock(tables: list[Stored], secret: Secret) -> tuple[VaultKeys, SlotTable]:
    """The keys, and the table that counts.

    Anybody who can write to the store can add tables; what they say is not believed before their
    authentication holds, and a slot opens nothing unless the table that counts has it. Raises
    NeedsUnlock("wrong_secret"), IntegrityError("not_authentic"), ("kdf_out_of_bounds"), and what `secret`
    raises.
    """
    refused: list[CyberlibError] = []
    for keys, slot in _matches(tables, secret, refused):
        found = counting(tables, keys)
        if found is None:
            refused.append(IntegrityError("not_authentic"))
        elif any(_lock_of(slot) == _lock_of(standing) for standing in found.table.slots):
            return keys, found.table
        # Else it was removed since, and an older table is still there; the same secret may have a new slot.
    raise next(iter(refused), NeedsUnlock("wrong_secret"))


def _matches(
    tables: list[Stored], secret: Secret, refused: list[CyberlibError]
) -> Iterator[tuple[VaultKeys, Slot]]:
    for header, slot in _different(tables):
        try:
            offered = secret(slot)
            root = unwrap_root(slot, header.id, offered) if offered is not None else None
        except IntegrityError as error:
            refused.append(error)
            continue
        if root is not None:
            yield VaultKeys(root, header.vault_id), slot


def _different(tables: list[Stored]) -> Iterator[tuple[VaultHeader, Slot]]:
    """Each lock once: a passphrase is costly to try."""
    seen: set[tuple[str, Slot]] = set()
    for table, _ in tables:
        for slot in table.slots:
            lock = (table.header.id, _lock_of(slot))
            if lock not in seen:
                seen.add(lock)
                yield table.header, slot


def _lock_of(slot: Slot) -> Slot:
    """A slot without what its secret does not vouch for: a stranger's copy of it may have another name."""
    return msgspec.structs.replace(slot, name="", created=0)


def is_authentic(data: bytes, keys: VaultKeys) -> bool:
    try:
        authenticate_slot_table(data, keys)
    except IntegrityError:
        return False
    return True


def put_tables(store: Store, keys: VaultKeys, table: SlotTable) -> list[str]:
    """Stores the copies of a table; their names. IntegrityError("bad_memory")."""
    copies = [msgspec.structs.replace(table, copy=copy + 1) for copy in range(COPIES)]
    written = [write_slot_table(each, keys) for each in copies]
    for each, data in zip(copies, written, strict=True):
        # Without a table nothing opens: none replaces another before it was read again.
        if read_slot_table(data) != each:
            raise IntegrityError("bad_memory")
    names = [object_name("slots", sha256(data)) for data in written]
    for name, data in zip(names, written, strict=True):
        store.put(name, data)
    return names


def damaged_tables(store: Store, keys: VaultKeys) -> list[tuple[str, str]]:
    """(object, "damaged" or "missing"): tables that are not what they should be, copies that are absent."""
    sound = {
        object_name("slots", sha256(data)): msgspec.structs.replace(table, copy=1)
        for table, data in stored_tables(store)
        if table.header.vault_id == keys.vault_id and is_authentic(data, keys)
    }
    found = [(name, "damaged") for name, _ in sorted(store.list("slots")) if name not in sound]
    newest = max((table.generation for table in sound.values()), default=0)
    states = [table for table in sound.values() if table.generation == newest]
    if not states or any(states.count(state) < COPIES for state in states):
        found.append(("slots", "missing"))
    return found
