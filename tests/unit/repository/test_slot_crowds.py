"""Objects that somebody who can only add puts beside the tables of a vault: they lock nobody out."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Collection, Iterator

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError, IntegrityError
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.ids import KIB, MIB, digest_of, object_name
from cyberlib_client.core.ports import StoredObject
from cyberlib_client.repository import slot_tables
from cyberlib_client.repository.slot_tables import LARGEST_TABLE, damaged_tables
from cyberlib_client.repository.unlocking import offered_key
from cyberlib_client.repository.vault import NewSlot, Vault, open_vault, read_header
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import RECOVERY_KEY, FixedClock, SeededRandom, make_vault, reopened

pytestmark = pytest.mark.portable


class Crowded(MemoryStore):
    """Lists `number` more objects of `size` bytes each, which take no room here."""

    def __init__(self, vault: MemoryStore, number: int, size: int) -> None:
        super().__init__()
        self.objects = vault.objects
        self.number, self.size_of_each = number, size
        self.gone: set[str] = set()

    def _is_added(self, name: str) -> bool:
        return name.startswith("slots/0000000000") and name not in self.gone

    def list(self, kind: str) -> Iterator[StoredObject]:
        yield from super().list(kind)
        if kind == "slots":
            for number in range(self.number):
                name = f"slots/{number:064x}"
                if name not in self.gone:
                    yield StoredObject(name, self.size_of_each)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if not self._is_added(name):
            return super().get(name, offset, length)
        size = self.size_of_each - offset
        return bytes(size if length is None else min(size, length))

    def delete(self, name: str) -> None:
        self.gone.add(name)
        super().delete(name)


def least_size(store: MemoryStore) -> int:
    return min(size for _, size in store.list("slots"))


def crowded(number: int) -> tuple[Crowded, Vault]:
    """A vault among that many objects that are each a byte smaller than its tables."""
    store = MemoryStore()
    vault = make_vault(store)
    return Crowded(store, number, least_size(store) - 1), vault


def forge(store: MemoryStore, number: int) -> int:
    """Adds tables of this vault's id, which nobody with its keys wrote, smaller than its own; their bytes."""
    data = next(store.get(name) for name, _ in store.list("slots"))
    table = json.loads(data.split(b"\n")[0])
    table["generation"] = 9
    (slot,) = table["slots"]
    most, size = least_size(store), 0
    for n in range(number):
        table["slots"] = [{**slot, "id": f"{n:016x}", "name": "", "created": 0}]
        forged = write_lines(json.dumps(table, separators=(",", ":")).encode(), bytes(32))
        assert len(forged) <= most
        store.put(object_name("slots", sha256(forged)), forged)
        size += len(forged)
    return size


def refused(store: MemoryStore, first: Collection[str] = ()) -> CyberlibError:
    with pytest.raises(CyberlibError) as error:
        open_vault(store, offered_key("recovery", RECOVERY_KEY), first=first)
    return error.value


def test_junk_hides_no_table() -> None:
    store, vault = crowded(60_000)
    assert store.number * store.size_of_each > 32 * MIB
    assert reopened(store).keys.root == vault.keys.root
    store.objects["vault"] = b"damaged, so that the tables are asked for the header"
    assert read_header(store) == vault.header


def test_junk_as_large_as_a_table_may_be_hides_none_and_takes_no_memory() -> None:
    store, vault = crowded(0)
    large = Crowded(store, 600, LARGEST_TABLE)
    assert large.number * LARGEST_TABLE > 64 * MIB
    reopened(large)
    tracemalloc.start()
    try:
        assert reopened(large).keys.root == vault.keys.root
        assert damaged_tables(large, vault.keys) == [
            (f"slots/{number:064x}", "damaged") for number in range(large.number)
        ]
        assert tracemalloc.get_traced_memory()[1] < 2 * MIB
    finally:
        tracemalloc.stop()


def test_tables_that_nobody_with_the_keys_wrote_are_not_kept() -> None:
    """They have the vault's id, which everybody can read, and are smaller than its own."""
    store, vault = crowded(0)
    size = forge(store, 5_000)
    assert size > 3_000_000
    reopened(store)
    tracemalloc.start()
    try:
        assert reopened(store).keys.root == vault.keys.root
        # The list of their names, and little else.
        assert tracemalloc.get_traced_memory()[1] < size * 2 // 3
    finally:
        tracemalloc.stop()


def test_a_change_of_slots_takes_the_junk_away() -> None:
    store, vault = crowded(3_000)
    forge(store, 100)
    vault.store = store
    vault.add_slot(NewSlot("device", "poste", secret=b"d" * 32), FixedClock(), SeededRandom(4))
    assert len(list(store.list("slots"))) == 2
    assert damaged_tables(store, vault.keys) == []


def test_more_than_can_be_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_tables, "MOST_OBJECTS", 500)
    store, vault = crowded(499)
    known = vault.table_names
    assert reopened(store).table == vault.table
    store.number = 600
    error = refused(store)
    assert (error.code, error.facts) == (
        "slots_crowded",
        {"at": "memory", "count": 602, "most": 500},
    )
    # Whoever was there before begins with what counted then, but changes nothing it cannot see whole.
    opened = open_vault(store, offered_key("recovery", RECOVERY_KEY), first=known)
    assert opened.table == vault.table
    before = dict(store.objects)
    with pytest.raises(IntegrityError) as busy:
        opened.add_slot(NewSlot("device", "poste", secret=b"d" * 32), FixedClock(), SeededRandom(4))
    assert busy.value.code == "slots_crowded"
    assert store.objects == before


def test_names_that_counted_and_are_gone_do_no_harm() -> None:
    store, vault = crowded(3)
    gone = ["slots/" + "ab" * 32, "vault", ""]
    assert open_vault(store, offered_key("recovery", RECOVERY_KEY), first=gone).table == vault.table


def test_the_names_of_a_table_are_those_it_is_stored_under() -> None:
    store, vault = crowded(0)
    assert sorted(vault.table_names) == sorted(name for name, _ in store.list("slots"))
    vault.add_slot(NewSlot("device", "poste", secret=b"d" * 32), FixedClock(), SeededRandom(4))
    assert sorted(vault.table_names) == sorted(name for name, _ in store.list("slots"))
    assert all(digest_of(name) for name in vault.table_names)
    assert sum(size for _, size in store.list("slots")) < 4 * KIB
