"""Small objects that went missing, put back by whoever has the vault open."""

from __future__ import annotations

from ..core.format_v1.vault import OBJECT_NAME, write_vault_header
from .slot_tables import put_tables
from .vault import Vault


def put_back(vault: Vault) -> list[str]:
    """Puts back the header, and the copy of the slot table, that are absent; their names.

    Nothing is replaced: what lies there damaged must be taken away first. A table that is not there at all
    is another one by now, or put together from several: that is for the next change of slots. Raises what
    the store raises.
    """
    store = vault.store
    names = vault.table_names
    absent = [name for name in names if store.size(name) is None]
    back: list[str] = []
    if absent and len(absent) < len(names):
        put_tables(store, vault.keys, vault.table)
        back += absent
    if store.size(OBJECT_NAME) is None:
        store.put(OBJECT_NAME, write_vault_header(vault.header, vault.keys))
        back.append(OBJECT_NAME)
    return back
