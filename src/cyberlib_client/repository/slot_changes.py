"""Slots added and removed: a new generation of the table that holds what other machines did meanwhile.

A store has no locks and no compare-and-swap. A change is stored, the store is looked at again, and what
another machine stored at the same moment is stored together with it as the next generation, until the
table that counts has the change and stands alone. Only then older tables go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from ..core.crypto import sha256
from ..core.errors import Busy, IntegrityError, NeedsUnlock, UsageError
from ..core.format_v1.renewed import is_succeeded
from ..core.format_v1.slots import MAX_REMOVED, MAX_SLOTS, Slot, SlotTable, SlotType, read_slot_table
from ..core.ids import digest_of
from ..core.keys import VaultKeys
from ..core.ports import Store
from .slot_tables import (
    LARGEST_TABLE,
    Counting,
    Tables,
    counting,
    is_authentic,
    opens_anywhere,
    put_tables,
    table_names,
)
from .unlocking import MAX_PASSPHRASES

_LONGEST_NAME: Final = 100
_CHANGES: Final = 10
"""Generations that one change may take: each further one means that another machine was as quick."""


def check_new_slot(slots: list[Slot], kind: str, name: str) -> None:
    """UsageError("slot_name_taken"), ("bad_slot_name"), ("slots_full"), ("passphrases_full").

    A table must stay readable.
    """
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise UsageError("bad_slot_name", most=_LONGEST_NAME)
    if any(s.name == name and s.type == kind for s in slots):
        raise UsageError("slot_name_taken", name=name)
    if len(slots) >= MAX_SLOTS:
        raise UsageError("slots_full", most=MAX_SLOTS)
    if kind == "passphrase" and sum(s.type == kind for s in slots) >= MAX_PASSPHRASES:
        raise UsageError("passphrases_full", most=MAX_PASSPHRASES)


Change = Callable[[SlotTable], SlotTable]
"""Makes the slots wanted from those that are there; the very table it was given when nothing is left to do.
Called again after each of its tables was stored: another machine may have stored one at the same moment."""


def change_slots(store: Store, keys: VaultKeys, known: SlotTable, change: Change) -> SlotTable:
    """Stores new generations until the one that counts is what `change` wants; then removes older ones.

    `known`: the newest table that this run has seen; never goes on from an older one, in which a slot that
    was removed still stands. Raises what `change` raises, IntegrityError("slots_rolled_back"),
    ("slots_crowded"), UsageError("slots_full"), ("newer_format"), NeedsUnlock("key_renewed"),
    Busy("slots_busy") when others go on changing slots all the time.
    """
    for _ in range(_CHANGES):
        tables = Tables(store, table_names(keys, known))
        found = counting(tables, keys) or Counting(known, alone=False)
        tables.check_all_seen()  # a newer one among the rest would be undone
        tables.check_any()
        table = found.table
        if found.succeeded:  # no slot of this root opens any more
            raise NeedsUnlock("key_renewed")
        if table.generation < known.generation:
            raise IntegrityError("slots_rolled_back", seen=known.generation, got=table.generation)
        wanted = change(table)
        if wanted is table and found.alone:
            drop_others(store, keys, table)
            return table
        if len(wanted.slots) > MAX_SLOTS:
            raise UsageError("slots_full", most=MAX_SLOTS)
        known = msgspec.structs.replace(wanted, generation=table.generation + 1)
        put_tables(store, keys, known)
    raise Busy("slots_busy", at=store.location)


def add_slot(
    store: Store, keys: VaultKeys, known: SlotTable, kind: SlotType, name: str, make: Callable[[], Slot]
) -> tuple[SlotTable, Slot]:
    """The table with a slot that `make` makes. Raises as `check_new_slot` and `change_slots`."""
    made: Slot | None = None
    withdrawn = False

    def added(table: SlotTable) -> SlotTable:
        nonlocal made, withdrawn
        if made is not None and made.id in (*(slot.id for slot in table.slots), *table.removed):
            if len(table.slots) <= MAX_SLOTS:
                return table
            withdrawn = True  # another machine took the last place at the same moment
            return _without(table, made.id)
        check_new_slot(table.slots, kind, name)
        made = made or make()
        return msgspec.structs.replace(table, slots=[*table.slots, made])

    table = change_slots(store, keys, known, added)
    if made is None or withdrawn:
        raise UsageError("slots_full", most=MAX_SLOTS)
    return table, made


def remove_slot(store: Store, keys: VaultKeys, known: SlotTable, wanted: str) -> tuple[SlotTable, Slot]:
    """The table without a slot. Raises as `removable` and `change_slots`."""
    chosen: Slot | None = None

    def removed(table: SlotTable) -> SlotTable:
        nonlocal chosen
        if chosen is not None and chosen.id not in (slot.id for slot in table.slots):
            return table
        chosen = removable(table.slots, chosen.id if chosen is not None else wanted)
        return _without(table, chosen.id)

    table = change_slots(store, keys, known, removed)
    if chosen is None:
        raise UsageError("slot_unknown", slot=wanted)
    return table, chosen


def removable(slots: list[Slot], wanted: str) -> Slot:
    """The slot of this id, beginning of an id, or name.

    Raises UsageError("slot_unknown"), ("slot_ambiguous"), ("slot_last").
    """
    found = [s for s in slots if s.name == wanted]
    found = found or [s for s in slots if wanted and s.id.startswith(wanted)]
    if len(found) != 1:
        raise UsageError("slot_ambiguous" if found else "slot_unknown", slot=wanted)
    # What is left must open the vault from any machine: a device slot alone does not.
    if not any(opens_anywhere(s) for s in slots if s is not found[0]):
        raise UsageError("slot_last", slot=wanted)
    return found[0]


def _without(table: SlotTable, slot_id: str) -> SlotTable:
    """The table without a slot, and with the word that it was removed."""
    left = [slot for slot in table.slots if slot.id != slot_id]
    return msgspec.structs.replace(table, slots=left, removed=[*table.removed, slot_id][-MAX_REMOVED:])


def drop_others(store: Store, keys: VaultKeys, table: SlotTable) -> None:
    """Removes older tables, which a removed passphrase would go on opening, and what is no table.

    Not one that another machine has just stored, that cannot be read now, or is of another vault. Copies
    that somebody made are out of reach: documents say so. A host keeps them all.
    """
    if not store.may_delete:
        return
    for name, size in store.list("slots"):
        if size > LARGEST_TABLE:
            continue  # nobody reads it
        try:
            data = store.get(name, 0, size)
        except IntegrityError:
            continue
        if digest_of(name) != sha256(data) or _is_replaced(data, keys, table):
            store.delete(name)


def _is_replaced(data: bytes, keys: VaultKeys, table: SlotTable) -> bool:
    try:
        other = read_slot_table(data)
    except IntegrityError:
        return True
    except UsageError:  # of a newer version
        return False
    if other.header.vault_id != keys.vault_id or is_succeeded(keys, other.root):
        return False  # of another vault, or of the root that has just come after this one
    return other.generation < table.generation or not is_authentic(data, keys)
