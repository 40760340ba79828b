"""A new root secret for what is written from now on; what was written stays readable through it.

One object is what counts: a table of the new root, which holds the former roots sealed and the word of the
one before that it is succeeded. Before it is there, nothing changed; once it is, no slot of the former tables
opens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ..core.crypto import KEY_SIZE
from ..core.errors import Busy, IntegrityError, NeedsUnlock, UsageError
from ..core.format_v1.renewed import succeed
from ..core.format_v1.slots import MAX_REMOVED, Slot, SlotTable
from ..core.format_v1.vault import RENEWED_VERSION
from ..core.keys import MAX_ROOT, VaultKeys
from ..core.ports import Random, Store
from .slot_changes import check_new_slot, drop_others
from .slot_tables import Tables, counting, displaced, opens_anywhere, put_tables, table_names

_SALT = 32


def renew_root(
    store: Store,
    keys: VaultKeys,
    known: SlotTable,
    make: Sequence[Callable[[VaultKeys], Slot]],
    random: Random,
) -> tuple[VaultKeys, SlotTable]:
    """The keys of a new root and its table, whose slots `make` makes for them; no other opens from then on.

    `known`: the newest table that this run has seen. Raises NeedsUnlock("key_renewed") when another machine
    did it before, Busy("slots_busy") when one did at the same moment, UsageError("roots_full"),
    ("slot_last"), as `check_new_slot`, IntegrityError("slots_rolled_back"), ("slots_crowded").
    """
    tables = Tables(store, table_names(keys, known))
    found = counting(tables, keys)
    tables.check_all_seen()
    tables.check_any()
    table = found.table if found is not None else known
    if found is not None and found.succeeded:
        raise NeedsUnlock("key_renewed")
    if table.generation < known.generation:
        raise IntegrityError("slots_rolled_back", seen=known.generation, got=table.generation)
    if keys.number >= MAX_ROOT:
        raise UsageError("roots_full", most=MAX_ROOT)
    new = VaultKeys(random(KEY_SIZE), keys.vault_id, [each.root for each in (*keys.former, keys)])
    slots: list[Slot] = []
    for each in make:
        slot = each(new)
        check_new_slot(slots, slot.type, slot.name)
        slots.append(slot)
    if not any(map(opens_anywhere, slots)):
        raise UsageError("slot_last", slot="")
    gone = [*table.removed, *(slot.id for slot in table.slots)]
    made = SlotTable(
        header=msgspec.structs.replace(table.header, version=RENEWED_VERSION),
        generation=table.generation + 1,
        copy=1,
        slots=slots,
        removed=gone[-MAX_REMOVED:],
        root=succeed(new, table.root.chain if table.root is not None else [], random(_SALT)),
    )
    put_tables(store, new, made)
    if displaced(Tables(store), new):
        raise Busy("slots_busy", at=store.location)
    drop_others(store, new, made)
    return new, made
