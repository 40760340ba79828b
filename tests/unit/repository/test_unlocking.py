"""Passphrases offered to slots: how much work a stranger's slots can make of it, and who is accepted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError, IntegrityError, NeedsUnlock, UsageError
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.slots import DEFAULT_COST, KdfCost
from cyberlib_client.core.ids import MIB, object_name
from cyberlib_client.repository.unlocking import (
    MAX_PASSPHRASES,
    MOST_WORK,
    but_for,
    offered_key,
    offered_passphrase,
    work_of,
)
from cyberlib_client.repository.vault import NewSlot, Vault, open_vault, read_header
from cyberlib_client.transports.memory import MemoryStore
from tests.support.command_line import PASSPHRASE
from tests.support.vaults import RECOVERY_KEY, FixedClock, SeededRandom, make_vault, reopened

pytestmark = pytest.mark.portable

CHEAP = KdfCost(memory=64 * 1024, passes=3, lanes=1)
DEAR = KdfCost(memory=1024 * 1024, passes=16, lanes=16)


def _vault(store: MemoryStore) -> Vault:
    vault = make_vault(store)
    vault.add_slot(
        NewSlot("passphrase", "mine", passphrase=PASSPHRASE, cost=CHEAP), FixedClock(), SeededRandom(3)
    )
    return vault


def _forge_slots(store: MemoryStore, *costs: KdfCost) -> None:
    """Adds tables as somebody without the keys can write them: newer, smaller, so that ours comes last."""
    sizes = [size for _, size in store.list("slots")]
    data = next(store.get(name) for name, _ in store.list("slots"))
    table = json.loads(data.split(b"\n")[0])
    (model,) = [s for s in table["slots"] if s["type"] == "passphrase"]
    table["generation"] = 10**6
    for n, cost in enumerate(costs):
        table["slots"] = [{**model, "id": f"{n:016x}", "kdf": msgspec.to_builtins(cost)}]
        forged = write_lines(json.dumps(table).encode(), bytes(32))
        assert len(forged) < min(sizes)
        store.put(object_name("slots", sha256(forged)), forged)


def test_a_strangers_slots_cost_so_much_and_no_more() -> None:
    store = MemoryStore()
    vault = _vault(store)
    _forge_slots(store, *[CHEAP] * 4)
    room = work_of(CHEAP)
    with pytest.raises(IntegrityError) as bound:
        open_vault(store, offered_passphrase(PASSPHRASE, 4 * room))
    assert bound.value.code == "passphrase_slots_many"
    assert open_vault(store, offered_passphrase(PASSPHRASE, 5 * room)).keys.root == vault.keys.root
    # Words and device secrets cost nothing to try: nobody is locked out for good.
    assert reopened(store).keys.root == vault.keys.root
    # And whoever was there before begins with what counted then.
    again = open_vault(store, offered_passphrase(PASSPHRASE, room), first=vault.table_names)
    assert again.keys.root == vault.keys.root


def test_a_slot_that_does_not_count_opens_nothing() -> None:
    store = MemoryStore()
    vault = _vault(store)
    kit = next(slot.id for slot in vault.table.slots if slot.name == "kit")
    offered = offered_key("recovery", RECOVERY_KEY)
    assert vault.accepts(but_for(offered, {"00" * 8}))
    assert not vault.accepts(but_for(offered, {kit}))
    with pytest.raises(NeedsUnlock):
        open_vault(store, but_for(offered, {kit}))


def test_slots_beyond_the_bound_do_not_hide_the_ones_within() -> None:
    """A derivation at the highest cost that is allowed takes many seconds: none is begun here."""
    store = MemoryStore()
    vault = _vault(store)
    _forge_slots(store, *[DEAR] * 64)
    opened = open_vault(store, offered_passphrase(PASSPHRASE, work_of(DEAR) - 1))
    assert opened.keys.root == vault.keys.root


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited with Linux's own means")
def test_a_slot_beyond_this_machines_memory_does_not_hide_the_others() -> None:
    """One that anybody may plant: 1 GiB is within the bounds, but not every machine has it."""
    import resource

    store = MemoryStore()
    vault = _vault(store)
    _forge_slots(store, KdfCost(memory=1024 * 1024, passes=3, lanes=1))
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 512 * MIB, before[1]))
    try:
        assert open_vault(store, offered_passphrase(PASSPHRASE)).keys.root == vault.keys.root
        with pytest.raises(CyberlibError) as refused:
            open_vault(store, offered_passphrase("another"))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert refused.value.code == "no_memory"


def test_no_cost_gives_work_back() -> None:
    store = MemoryStore()
    _vault(store)
    _forge_slots(store, KdfCost(memory=-(2**40), passes=3, lanes=1), CHEAP, CHEAP)
    with pytest.raises(IntegrityError) as bound:
        open_vault(store, offered_passphrase(PASSPHRASE, 2 * work_of(CHEAP)))
    assert bound.value.code in ("kdf_out_of_bounds", "passphrase_slots_many")


def test_every_table_that_we_write_can_be_tried_whole() -> None:
    store = MemoryStore()
    vault = make_vault(store)
    new = NewSlot("passphrase", "0", passphrase=PASSPHRASE, cost=CHEAP)
    for n in range(MAX_PASSPHRASES):
        vault.add_slot(_named(new, str(n)), FixedClock(), SeededRandom(n))
    with pytest.raises(UsageError) as full:
        vault.add_slot(_named(new, "one more"), FixedClock(), SeededRandom(99))
    assert (full.value.code, full.value.facts) == ("passphrases_full", {"most": MAX_PASSPHRASES})
    vault.add_slot(NewSlot("recovery", "second", secret=bytes(32)), FixedClock(), SeededRandom(99))
    # Beside it the one it replaces, every slot of which might differ.
    assert 2 * MAX_PASSPHRASES * work_of(DEFAULT_COST) <= MOST_WORK
    assert 2 * work_of(DEAR) > MOST_WORK, "one dear slot at most"


def _named(slot: NewSlot, name: str) -> NewSlot:
    return NewSlot(slot.kind, name, passphrase=slot.passphrase, cost=slot.cost)


def test_who_is_accepted_is_who_has_a_slot_now() -> None:
    store = MemoryStore()
    vault = _vault(store)
    vault.add_slot(NewSlot("device", "poste", secret=b"d" * 32), FixedClock(), SeededRandom(4))
    _forge_slots(store, CHEAP)
    assert vault.accepts(offered_key("recovery", RECOVERY_KEY))
    assert vault.accepts(offered_passphrase(PASSPHRASE, work_of(CHEAP))), "a stranger's slots are not tried"
    assert not vault.accepts(offered_passphrase("autre chose"))
    assert not vault.accepts(offered_key("recovery", b"d" * 32)), "a device is not a person"
    vault.remove_slot("mine")
    assert not vault.accepts(offered_passphrase(PASSPHRASE))


def test_what_is_left_of_a_vault_is_told_from_none() -> None:
    store = MemoryStore()
    make_vault(store)
    tables = {name: store.objects.pop(name) for name, _ in list(store.list("slots"))}
    pack = object_name("packs", sha256(b"x"))

    def refused() -> CyberlibError:
        with pytest.raises(CyberlibError) as error:
            open_vault(store, lambda _: None)
        return error.value

    assert (refused().code, refused().facts["missing"]) == ("slots_missing", "slots")
    header = store.objects.pop("vault")
    assert refused().code == "not_a_vault", "an empty folder"
    store.objects["vault"] = b"somebody's own file of that name"
    assert refused().code == "not_a_vault"
    store.put(pack, b"x")
    assert (refused().code, refused().facts["missing"]) == ("slots_missing", "vault, slots")
    store.objects["vault"] = header
    assert refused().facts["missing"] == "slots"
    store.objects.update(tables)
    with pytest.raises(NeedsUnlock):
        open_vault(store, lambda _: None)
    assert read_header(store).id
