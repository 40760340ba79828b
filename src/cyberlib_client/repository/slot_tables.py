"""The slot tables of a store: which one counts, and how a new one replaces it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from ..core.crypto import sha256
from ..core.errors import IntegrityError, NeedsUnlock, UsageError
from ..core.format_v1.slots import (
    COPIES,
    MAX_SLOTS,
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

_LONGEST_NAME: Final = 100
_LARGEST: Final = 128 * KIB
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
        if size > _LARGEST or room < 0:
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


def unlock(tables: list[Stored], secret: Secret) -> tuple[VaultKeys, SlotTable]:
    """The keys, and the newest table that a holder of them wrote.

    Anybody who can write to the store can add tables; what they say is not believed before their
    authentication holds, and a slot opens nothing unless the newest authentic table has it. Raises
    NeedsUnlock("wrong_secret"), IntegrityError("not_authentic"), ("kdf_out_of_bounds").
    """
    keys, slot = _first_match(tables, secret)
    for table, data in tables:
        if table.header.vault_id == keys.vault_id and _is_authentic(data, keys):
            if not any(_lock_of(slot) == _lock_of(standing) for standing in table.slots):
                raise NeedsUnlock("wrong_secret")  # removed since, and the older table is still there
            return keys, table
    raise IntegrityError("not_authentic")


def _first_match(tables: list[Stored], secret: Secret) -> tuple[VaultKeys, Slot]:
    refused: IntegrityError | None = None
    for header, slot in _different(tables):
        try:
            offered = secret(slot)
            root = unwrap_root(slot, header.id, offered) if offered is not None else None
        except IntegrityError as error:
            refused = refused or error
            continue
        if root is not None:
            return VaultKeys(root, header.vault_id), slot
    raise refused or NeedsUnlock("wrong_secret")


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


def _is_authentic(data: bytes, keys: VaultKeys) -> bool:
    try:
        authenticate_slot_table(data, keys)
    except IntegrityError:
        return False
    return True


def newest_table(store: Store, keys: VaultKeys) -> SlotTable | None:
    """The newest table that a holder of the vault wrote."""
    for table, data in stored_tables(store, keys.vault_id.hex()):
        if table.header.vault_id == keys.vault_id and _is_authentic(data, keys):
            return table
    return None


def check_new_slot(slots: list[Slot], kind: str, name: str) -> None:
    """UsageError("slot_name_taken"), ("bad_slot_name"), ("slots_full"): a table must stay readable."""
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise UsageError("bad_slot_name", most=_LONGEST_NAME)
    if any(s.name == name and s.type == kind for s in slots):
        raise UsageError("slot_name_taken", name=name)
    if len(slots) >= MAX_SLOTS:
        raise UsageError("slots_full", most=MAX_SLOTS)


def put_tables(
    store: Store, keys: VaultKeys, header: VaultHeader, generation: int, slots: list[Slot]
) -> SlotTable:
    """Stores a new generation, and removes the older ones: a removed passphrase must not go on opening them.

    Copies that somebody made are out of reach: documents say so.
    """
    tables = [SlotTable(header, generation, copy + 1, slots) for copy in range(COPIES)]
    written = [write_slot_table(table, keys) for table in tables]
    for table, data in zip(tables, written, strict=True):
        # Without a table nothing opens: none replaces another before it was read again.
        if read_slot_table(data) != table:
            raise IntegrityError("bad_memory")
    older = [name for name, _ in store.list("slots")]
    for data in written:
        store.put(object_name("slots", sha256(data)), data)
    for name in older:
        store.delete(name)
    return tables[0]


def damaged_tables(store: Store, keys: VaultKeys) -> list[tuple[str, str]]:
    """(object, "damaged" or "missing"): tables that are not what they should be, copies that are absent."""
    sound = {
        object_name("slots", sha256(data)): table.generation
        for table, data in stored_tables(store)
        if table.header.vault_id == keys.vault_id and _is_authentic(data, keys)
    }
    found = [(name, "damaged") for name, _ in sorted(store.list("slots")) if name not in sound]
    newest = max(sound.values(), default=0)
    if sum(generation == newest for generation in sound.values()) < COPIES:
        found.append(("slots", "missing"))
    return found
