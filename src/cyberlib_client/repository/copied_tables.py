"""What opens a second copy: the vault's slot tables and its header, and none that they replaced."""

from __future__ import annotations

import msgspec

from ..core.crypto import sha256
from ..core.errors import UsageError
from ..core.format_v1.slots import MAX_REMOVED, SlotTable
from ..core.format_v1.vault import OBJECT_NAME, write_vault_header
from ..core.ids import object_name
from ..core.ports import Store
from .slot_changes import change_slots, drop_others
from .slot_tables import Tables, counting, is_authentic, put_tables
from .vault import Vault, header_is_intact, read_header


def check_is_copy(target: Store, vault: Vault) -> bool:
    """Whether a store holds a copy of this vault; False when it holds nothing.

    Raises UsageError("copy_other_vault", at=…) for another vault, and as `read_header` for what is left of
    one.
    """
    try:
        header = read_header(target)
    except UsageError as error:
        if error.code == "not_a_vault":
            return False
        raise
    # What the objects say of themselves; somebody may have edited the header.
    if header.id == vault.id or any(table.header.id == vault.id for table, _ in Tables(target)):
        return True
    raise UsageError("copy_other_vault", at=target.location)


def follow_tables(vault: Vault, target: Store) -> None:
    """Gives a copy the vault's slots, whatever it had: a secret that opens the vault no more must not open
    the copy either. Where the copy was changed by itself meanwhile, it gets a table of its own that says the
    same. Raises what the stores raise, and as `change_slots`."""
    keys, table = vault.keys, vault.table
    there = counting(Tables(target), keys)
    if there is None or there.table.generation < table.generation or _same(there.table, table):
        stored = [
            data
            for each, data in Tables(vault.store)
            if each.header.id == vault.id and each.generation == table.generation and is_authentic(data, keys)
        ]
        for data in stored:
            target.put(object_name("slots", sha256(data)), data)
        if not stored:
            put_tables(target, keys, table)
        drop_others(target, keys, table)
        return

    def wanted(found: SlotTable) -> SlotTable:
        ours = {slot.id for slot in table.slots}
        if found.slots == table.slots:
            return found
        removed = [*found.removed, *(slot.id for slot in found.slots if slot.id not in ours)]
        removed = [each for each in dict.fromkeys((*removed, *table.removed)) if each not in ours]
        return msgspec.structs.replace(found, slots=table.slots, removed=removed[-MAX_REMOVED:])

    change_slots(target, keys, there.table, wanted)


def _same(one: SlotTable, other: SlotTable) -> bool:
    return one.generation == other.generation and one.slots == other.slots


def copy_header(vault: Vault, target: Store) -> None:
    """The object `vault`, last of what makes a store a vault, unless it is there."""
    if target.size(OBJECT_NAME) is not None:
        return
    intact = header_is_intact(vault)
    data = vault.store.get(OBJECT_NAME) if intact else write_vault_header(vault.header, vault.keys)
    target.put(OBJECT_NAME, data)
