"""Making and opening vaults: wrong secrets, damage, rollback, and what others may write into the store."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError, IntegrityError, NeedsUnlock
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.slots import MAX_SLOTS, KdfCost, read_slot_table, write_slot_table
from cyberlib_client.core.ids import MIB, object_name
from cyberlib_client.core.keys import MAX_EPOCH
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import (
    NewSlot,
    Vault,
    create_vault,
    header_is_intact,
    open_vault,
    read_header,
)
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree
from tests.support.vaults import (
    RECOVERY_KEY,
    FixedClock,
    SeededRandom,
    VaultKit,
    make_vault,
    open_with_key,
    open_with_passphrase,
    reopened,
)

CHEAP = KdfCost(memory=64 * 1024, passes=3, lanes=1)
"""The least that is allowed: some 0.1 s."""


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def slots_of(store: MemoryStore) -> list[str]:
    return sorted(name for name, _ in store.list("slots"))


def put_table(store: MemoryStore, data: bytes) -> str:
    name = object_name("slots", sha256(data))
    store.put(name, data)
    return name


def refused(code: str, door: Any, *args: Any, **kwargs: Any) -> CyberlibError:
    with pytest.raises(CyberlibError) as error:
        door(*args, **kwargs)
    assert error.value.code == code
    return error.value


def table_json(store: MemoryStore) -> dict[str, Any]:
    data = store.get(slots_of(store)[0])
    return json.loads(data.split(b"\n")[0])  # type: ignore[no-any-return]


def forge_tables(store: MemoryStore, change: dict[str, Any], slot_change: dict[str, Any]) -> None:
    """Replaces the tables by ones that somebody without the keys can write."""
    table = table_json(store)
    table.update(change)
    table["slots"][0].update(slot_change)
    for name in slots_of(store):
        store.delete(name)
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))


# ---- making ---------------------------------------------------------------------------------------


def test_a_new_vault_opens_with_its_secret(store: MemoryStore) -> None:
    made = make_vault(store)
    opened = reopened(store)
    assert (opened.id, opened.keys.root) == (made.id, made.keys.root)
    assert opened.header == made.header == read_header(store)
    assert header_is_intact(opened)


def test_two_vaults_share_nothing() -> None:
    a, b = make_vault(seed=1), make_vault(seed=2)
    assert a.id != b.id
    assert a.keys.root != b.keys.root


def test_never_over_another_vault(store: MemoryStore) -> None:
    make_vault(store)
    before = dict(store.objects)
    refused("vault_exists", make_vault, store, seed=2)
    assert store.objects == before


def test_never_over_a_vault_that_lost_its_header(tmp_path: Path) -> None:
    """What lies there may be all that somebody has."""
    kit = VaultKit()
    kit.backup(make_tree(tmp_path / "a", {"x": b"x"}))
    kit.store.delete("vault")
    before = dict(kit.store.objects)
    refused("vault_exists", make_vault, kit.store, seed=2)
    assert kit.store.objects == before
    assert len(load_snapshots(kit.store, reopened(kit.store).keys).items) == 1, "and it still opens"


def test_two_vaults_made_in_one_place_at_the_same_moment(store: MemoryStore) -> None:
    """One of them is made; whoever came second is told, whenever the first one came in between."""

    class Late(MemoryStore):
        def __init__(self, before: int) -> None:
            super().__init__()
            self.before = before
            self.other: Vault | None = None

        def put(self, name: str, *parts: Any) -> None:
            self.before -= 1
            if self.before == 0:
                first = MemoryStore()
                first.objects = self.objects
                self.other = make_vault(first, seed=1)
            super().put(name, *parts)

    for before in (1, 2, 3):
        store = Late(before)
        refused("vault_exists", make_vault, store, seed=2)
        assert store.other is not None
        opened = reopened(store)
        assert opened.keys.root == store.other.keys.root
        assert opened.table.header == store.other.header
        assert read_header(store).id == opened.id


def test_a_creation_that_was_cut_short_can_be_repeated(store: MemoryStore) -> None:
    make_vault(store, seed=1)
    store.delete("vault")
    made = make_vault(store, seed=2)
    assert len(slots_of(store)) == 2
    assert reopened(store).keys.root == made.keys.root


def test_what_would_not_open_again_is_not_made(store: MemoryStore) -> None:
    clock, random = FixedClock(), SeededRandom()
    with pytest.raises(ValueError, match="slot"):
        create_vault(store, [], clock=clock, random=random)
    with pytest.raises(ValueError, match="secret"):
        create_vault(store, [NewSlot("recovery", "kit", secret=b"")], clock=clock, random=random)
    same = NewSlot("recovery", "kit", secret=RECOVERY_KEY)
    refused("slot_name_taken", create_vault, store, [same, same], clock=clock, random=random)
    assert store.objects == {}


def test_no_vault() -> None:
    assert refused("not_a_vault", reopened, MemoryStore()).exit_code == 2
    refused("not_a_vault", read_header, MemoryStore())


# ---- opening --------------------------------------------------------------------------------------


def test_wrong_secrets(store: MemoryStore) -> None:
    make_vault(store)
    for attempt in (
        lambda: open_with_key(store, "recovery", bytes(32)),
        lambda: open_with_key(store, "device", RECOVERY_KEY),
        lambda: open_with_passphrase(store, "secret"),
        lambda: open_vault(store, lambda _: None),
        lambda: open_vault(store, lambda _: b""),
    ):
        with pytest.raises(NeedsUnlock) as wrong:
            attempt()
        assert wrong.value.code == "wrong_secret"


def test_passphrases(store: MemoryStore) -> None:
    vault = make_vault(store)
    vault.add_slot(
        NewSlot("passphrase", "mine", passphrase="née à Orléans", cost=CHEAP), FixedClock(), SeededRandom(3)
    )
    assert open_with_passphrase(store, "née à Orléans").keys.root == vault.keys.root
    # The same letters as another keyboard composes them.
    assert open_with_passphrase(store, "ne\u0301e a\u0300 Orle\u0301ans").id == vault.id
    refused("wrong_secret", open_with_passphrase, store, "nee a Orleans")


@pytest.mark.parametrize(
    "cost",
    [
        {"memory": 8, "passes": 1, "lanes": 1},
        {"memory": 64 * 1024 - 1, "passes": 3, "lanes": 4},
        {"memory": 256 * 1024, "passes": 2, "lanes": 4},
        {"memory": 256 * 1024, "passes": 3, "lanes": 0},
        {"memory": 2**31, "passes": 3, "lanes": 4},
        {"memory": 256 * 1024, "passes": 10**6, "lanes": 4},
        {"memory": 256 * 1024, "passes": 3, "lanes": 1000},
        {"memory": -1, "passes": 3, "lanes": 4},
    ],
)
def test_another_cost_is_refused_before_the_passphrase_is_used(
    store: MemoryStore, cost: dict[str, int]
) -> None:
    vault = make_vault(store)
    vault.add_slot(NewSlot("passphrase", "a", passphrase="x", cost=CHEAP), FixedClock(), SeededRandom(3))
    table = table_json(store)
    table["slots"][1]["kdf"] = cost
    for name in slots_of(store):
        store.delete(name)
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    tracemalloc.start()
    try:
        refused("kdf_out_of_bounds", open_with_passphrase, store, "x")
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


def test_a_cheaper_cost_within_bounds_opens_nothing(store: MemoryStore) -> None:
    """The cost is part of what the wrapping key is derived from."""
    vault = make_vault(store)
    dear = KdfCost(memory=64 * 1024, passes=4, lanes=1)
    vault.add_slot(NewSlot("passphrase", "a", passphrase="x", cost=dear), FixedClock(), SeededRandom(3))
    table = table_json(store)
    table["slots"][1]["kdf"]["passes"] = 3
    for name in slots_of(store):
        store.delete(name)
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    refused("wrong_secret", open_with_passphrase, store, "x")


# ---- damage ---------------------------------------------------------------------------------------


def test_one_of_two_tables_may_be_damaged(store: MemoryStore) -> None:
    made = make_vault(store)
    sound = dict(store.objects)
    for name in slots_of(store):
        data = sound[name]
        for wrong in (b"", data[:-1], data[:50], data.replace(b"wrapped", b"wrappee"), b"\0" * len(data)):
            store.objects = {**sound, name: wrong}
            assert reopened(store).keys.root == made.keys.root
        store.objects = {n: d for n, d in sound.items() if n != name}
        assert reopened(store).keys.root == made.keys.root
    store.objects = {n: d[:-1] if n.startswith("slots/") else d for n, d in sound.items()}
    refused("slots_missing", reopened, store)


def test_any_flipped_bit_of_the_header_leaves_the_vault_open(store: MemoryStore) -> None:
    """Among them those that turn version 1 into version 3, and one vault id into another."""
    made = make_vault(store)
    sound = store.objects["vault"]
    for bit in range(len(sound) * 8):
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << bit % 8
        store.objects["vault"] = bytes(flipped)
        opened = reopened(store)
        assert (opened.header, opened.keys.root) == (made.header, made.keys.root)
        assert not header_is_intact(opened)


def test_without_its_header_the_vault_opens(store: MemoryStore) -> None:
    made = make_vault(store)
    store.delete("vault")
    opened = reopened(store)
    assert opened.header == made.header
    assert not header_is_intact(opened)


def test_a_newer_version_is_told(store: MemoryStore) -> None:
    make_vault(store)
    for name in ("vault", *slots_of(store)):
        data = store.objects.pop(name).replace(b'"version":1', b'"version":3')
        put_table(store, data) if name != "vault" else store.put("vault", data)
    error = refused("newer_format", reopened, store)
    assert error.facts["version"] == 3
    assert error.exit_code == 2


# ---- what others may write ------------------------------------------------------------------------


def test_forged_tables_are_refused(store: MemoryStore) -> None:
    make_vault(store)
    forge_tables(store, {"generation": 7}, {})
    refused("not_authentic", reopened, store)


def test_a_slot_of_another_vault_opens_nothing(store: MemoryStore) -> None:
    make_vault(store, seed=1)
    other = MemoryStore()
    make_vault(other, seed=2)
    forge_tables(store, {"slots": table_json(other)["slots"]}, {})
    refused("wrong_secret", reopened, store)


@pytest.mark.parametrize("field", ["id", "salt", "commitment"])
def test_altered_slots_open_nothing(store: MemoryStore, field: str) -> None:
    make_vault(store)
    value = table_json(store)["slots"][0][field]
    forge_tables(store, {}, {field: ("0" if value[0] != "0" else "1") + value[1:]})
    refused("wrong_secret", reopened, store)


def test_an_altered_wrapped_secret_is_told(store: MemoryStore) -> None:
    make_vault(store)
    value = table_json(store)["slots"][0]["wrapped"]
    forge_tables(store, {}, {"wrapped": ("0" if value[0] != "0" else "1") + value[1:]})
    refused("not_authentic", reopened, store)


def test_a_slot_of_another_kind_opens_nothing(store: MemoryStore) -> None:
    make_vault(store)
    forge_tables(store, {}, {"type": "device"})
    refused("wrong_secret", open_with_key, store, "device", RECOVERY_KEY)


def test_altered_parameters_are_refused(store: MemoryStore) -> None:
    """The vault's own header lies in the table: chunk sizes are not for others to choose."""
    made = make_vault(store)
    header = {**table_json(store)["header"], "chunking": {"minimum": 64, "average": 256, "maximum": 1024}}
    forge_tables(store, {"header": header}, {})
    refused("not_authentic", reopened, store)
    assert made.header.chunking.minimum != 64


def test_a_stranger_cannot_lock_us_out_by_adding_tables(store: MemoryStore) -> None:
    """Whoever may create objects but neither change nor delete them."""
    made = make_vault(store)
    table = table_json(store)
    table["generation"] = 10**6
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    table["slots"][0]["commitment"] = "00" * 32
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    table["header"]["version"] = 9
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    put_table(store, b"[" * 100_000)
    opened = reopened(store)
    assert (opened.keys.root, opened.table.generation) == (made.keys.root, 1)


@pytest.mark.parametrize("change", [{"name": "x"}, {"created": 1}])
def test_a_renamed_copy_of_a_slot_locks_nobody_out(store: MemoryStore, change: dict[str, Any]) -> None:
    """It opens, since name and time are no part of the lock; what counts is the authentic table."""
    made = make_vault(store)
    table = table_json(store)
    table["generation"] = 10**6
    table["slots"][0].update(change)
    put_table(store, write_lines(json.dumps(table).encode(), bytes(32)))
    opened = reopened(store)
    assert (opened.keys.root, opened.table) == (made.keys.root, made.table)


def test_rollback_of_the_table_is_told(store: MemoryStore) -> None:
    vault = make_vault(store)
    old = {n: store.objects[n] for n in slots_of(store)}
    vault.add_slot(NewSlot("device", "poste-1", secret=b"d" * 32), FixedClock(), SeededRandom(2))
    assert vault.table.generation == 2
    for name in slots_of(store):
        store.delete(name)
    store.objects.update(old)
    error = refused("slots_rolled_back", open_with_key, store, "recovery", RECOVERY_KEY, least_generation=2)
    assert error.facts == {"seen": 2, "got": 1}
    assert isinstance(error, IntegrityError)


def test_huge_objects_cost_no_memory(tmp_path: Path) -> None:
    """Whoever writes to the store can put anything there."""
    store = FolderStore.make(str(tmp_path / "coffre"))
    vault = make_vault(store)
    for kind in ("slots", "index", "snapshots"):
        path = tmp_path / "coffre" / kind / ("ab" * 32)
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.truncate(path, 300 * MIB)
    os.truncate(tmp_path / "coffre" / "vault", 300 * MIB)
    tracemalloc.start()
    try:
        opened = reopened(store)
        assert opened.keys.root == vault.keys.root
        snapshots = load_snapshots(store, opened.keys)
        assert [p.code for p in snapshots.problems] == ["snapshot_damaged"]
        _, report = opened.load_index()
        assert report.damaged == ["index/" + "ab" * 32]
        assert not header_is_intact(opened)
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


# ---- adding and removing secrets ------------------------------------------------------------------


def add_device(vault: Vault, name: str) -> bytes:
    secret = sha256(name.encode())
    vault.add_slot(NewSlot("device", name, secret=secret), FixedClock(), SeededRandom(crc32(secret)))
    return secret


def test_slots_come_and_go(store: MemoryStore) -> None:
    vault = make_vault(store)
    secret = add_device(vault, "poste-1")
    assert open_with_key(store, "device", secret).id == vault.id
    assert [s.name for s in reopened(store).table.slots] == ["kit", "poste-1"]
    removed = vault.remove_slot("poste-1")
    assert removed.name == "poste-1"
    refused("wrong_secret", open_with_key, store, "device", secret)
    assert reopened(store).table.generation == 3
    assert len(slots_of(store)) == 2, "a removed secret must not open an older table"


def test_a_removed_secret_stays_removed_though_its_table_is_left(store: MemoryStore) -> None:
    """The machine died between writing the new table and removing the old one."""
    vault = make_vault(store)
    secret = add_device(vault, "poste-1")
    old = {n: store.objects[n] for n in slots_of(store)}
    vault.remove_slot("poste-1")
    store.objects.update(old)
    refused("wrong_secret", open_with_key, store, "device", secret)
    assert reopened(store).table.generation == 3
    add_device(reopened(store), "poste-2")
    assert len(slots_of(store)) == 2, "and the next change cleans up"


def test_a_removed_slot_does_not_come_back_with_the_next_one(store: MemoryStore) -> None:
    """Whoever holds the store puts an older table back while a new slot is being made."""
    vault = make_vault(store)
    secret = add_device(vault, "poste-1")
    old = {n: store.objects[n] for n in slots_of(store)}
    vault.remove_slot("poste-1")
    opened, newest = reopened(store), {n: store.objects[n] for n in slots_of(store)}
    for name in newest:
        store.delete(name)
    store.objects.update(old)
    for change in (lambda: add_device(opened, "poste-2"), lambda: opened.remove_slot("poste-1")):
        error = refused("slots_rolled_back", change)
        assert error.facts == {"seen": 3, "got": 2}
    assert slots_of(store) == sorted(old)
    store.objects.update(newest)
    add_device(opened, "poste-2")
    refused("wrong_secret", open_with_key, store, "device", secret)


def test_what_another_process_added_is_kept(store: MemoryStore) -> None:
    here, there = make_vault(store), reopened(store)
    secret = add_device(there, "poste-2")
    add_device(here, "poste-1")
    assert [s.name for s in reopened(store).table.slots] == ["kit", "poste-2", "poste-1"]
    there.remove_slot("poste-1")
    assert open_with_key(store, "device", secret).table.generation == 4
    refused("slot_unknown", here.remove_slot, "poste-1")


def test_the_last_way_in_from_any_machine_stays(store: MemoryStore) -> None:
    vault = make_vault(store)
    add_device(vault, "poste-1")
    refused("slot_last", vault.remove_slot, "kit")
    assert len(reopened(store).table.slots) == 2


def test_slots_are_named_by_id_prefix_or_name(store: MemoryStore) -> None:
    vault = make_vault(store)
    add_device(vault, "poste-1")
    slot = vault.table.slots[1]
    refused("slot_unknown", vault.remove_slot, "")
    refused("slot_unknown", vault.remove_slot, "poste")
    refused("slot_unknown", vault.remove_slot, slot.id + "0")
    vault.add_slot(NewSlot("recovery", "poste-1", secret=b"r" * 32), FixedClock(), SeededRandom(9))
    refused("slot_ambiguous", vault.remove_slot, "poste-1")
    assert vault.remove_slot(slot.id[:10]).id == slot.id


@pytest.mark.parametrize("name", ["", "a\nb", "\x1b[31m", "\udcff", "é" * 101, "x" * 2_000_000, "\u202eabc"])
def test_names_that_would_harm_are_refused(store: MemoryStore, name: str) -> None:
    vault = make_vault(store)
    before = dict(store.objects)
    new = NewSlot("recovery", name, secret=RECOVERY_KEY)
    refused("bad_slot_name", vault.add_slot, new, FixedClock(), SeededRandom())
    assert store.objects == before


def test_a_table_never_grows_beyond_what_can_be_read(store: MemoryStore) -> None:
    vault = make_vault(store)
    for number in range(MAX_SLOTS - 1):
        add_device(vault, f"poste-{number}" + "é" * 80)
    refused("slots_full", add_device, vault, "un de trop")
    assert len(reopened(store).table.slots) == MAX_SLOTS


def test_tables_are_written_twice_and_tell_their_copy(store: MemoryStore) -> None:
    vault = make_vault(store)
    tables = [read_slot_table(store.get(name)) for name in slots_of(store)]
    assert sorted(t.copy for t in tables) == [1, 2]
    assert all(t.slots == vault.table.slots and t.header == vault.header for t in tables)
    assert sorted(write_slot_table(t, vault.keys) for t in tables) == sorted(
        store.get(name) for name in slots_of(store)
    )


# ---- time -----------------------------------------------------------------------------------------


def test_epochs_are_months_for_any_clock(store: MemoryStore) -> None:
    vault = make_vault(store)
    second, created = 10**9, vault.header.created
    assert vault.epoch(created * second) == 0
    assert vault.epoch((created + 31 * 86400) * second) == 1
    assert vault.epoch((created + 366 * 86400) * second) == 12
    assert vault.epoch((created - 10 * 365 * 86400) * second) == 0, "a clock ten years behind"
    assert vault.epoch(0) == 0
    assert vault.epoch(2**63 - 1) <= MAX_EPOCH
    assert vault.epoch(2**80) == MAX_EPOCH
