"""A vault whose root secret was renewed: all of it restores, and the former secret reads nothing new."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from msgspec import structs

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import Busy, CyberlibError, IntegrityError, NeedsUnlock, UsageError
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.renewed import Link
from cyberlib_client.core.format_v1.slots import read_slot_table, write_slot_table
from cyberlib_client.core.ids import object_name
from cyberlib_client.core.keys import MAX_ROOT, VaultKeys
from cyberlib_client.core.ports import Buffer, Store
from cyberlib_client.core.words import encode
from cyberlib_client.repository.loading import indexed
from cyberlib_client.repository.vault import NewSlot, Vault
from cyberlib_client.resources import resource
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree
from tests.support.vaults import (
    DAY,
    RECOVERY_KEY,
    FixedClock,
    SeededRandom,
    VaultKit,
    make_vault,
    open_with_key,
    reopened,
    restored_path,
)

pytestmark = pytest.mark.portable

SECOND: Final = bytes(range(1, 33))
THIRD: Final = bytes(range(2, 34))
_OBJECTS: Final = {
    "packs": head.PACK,
    "index": head.INDEX,
    "lookups": head.LOOKUP,
    "snapshots": head.SNAPSHOT,
}


class RenewedKit(VaultKit):
    """A vault that is opened with another key from a renewal on."""

    key = RECOVERY_KEY

    def open(self) -> Vault:
        return open_with_key(self.store, "recovery", self.key)

    def renew(self, key: bytes) -> None:
        renew(self.open(), key, len(key) + key[0])
        self.key = key


def renew(vault: Vault, key: bytes, seed: int) -> None:
    vault.renew([NewSlot("recovery", "kit", secret=key)], FixedClock(), SeededRandom(seed + 100))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _restored(kit: VaultKit, source: Path, to: Path, snapshot: str = "latest") -> dict[str, bytes]:
    kit.restore(to, snapshot)
    return _files(restored_path(to, source))


def _names(store: Store) -> set[str]:
    return {name for kind in _OBJECTS for name, _ in store.list(kind)}


def _opens(store: Store, key: bytes) -> str:
    """ "" when the key opens the vault, else why not."""
    try:
        open_with_key(store, "recovery", key)
    except CyberlibError as error:
        return error.code
    return ""


def _two_runs(
    tmp_path: Path, store: Store | None = None
) -> tuple[RenewedKit, Path, list[dict[str, bytes]], set[str]]:
    """(kit, source, what each of three runs held, objects of the first root)."""
    kit, source = RenewedKit(store), tmp_path / "source"
    states: list[dict[str, bytes]] = []
    old: set[str] = set()
    for run, key in enumerate((None, SECOND, THIRD)):
        if key is not None:
            kit.renew(key)
        make_tree(source, {"patients": {f"{run}.txt": f"ordonnance {run} ".encode() * 900}})
        kit.backup(source)
        states.append(_files(source))
        old = old or _names(kit.store)
    return kit, source, states, old


def test_what_was_written_before_and_since_restores_byte_by_byte(tmp_path: Path) -> None:
    kit, source, states, _ = _two_runs(tmp_path)
    listed = kit.snapshots()
    assert not listed.problems and len(listed.items) == 3
    runs = sorted(listed.items, key=lambda item: item.snapshot.sequence)
    for number, (item, state) in enumerate(zip(runs, states, strict=True)):
        assert _restored(kit, source, tmp_path / f"to{number}", item.id) == state
    assert not kit.verify().damaged
    numbers = {head.root_and_epoch(kit.store.get(name, 0, head.HEADER_SIZE))[0] for name in _names(kit.store)}
    assert numbers == {0, 1, 2}


def test_who_held_the_former_root_opens_nothing_that_came_since(tmp_path: Path) -> None:
    """By trying every key of theirs on every object."""
    kit = RenewedKit()
    stolen = kit.open().keys
    source = make_tree(tmp_path / "source", {"a.txt": b"avant" * 500})
    kit.backup(source)
    before = _names(kit.store)
    kit.renew(SECOND)
    (source / "b.txt").write_bytes(b"apres" * 500)
    kit.backup(source)
    since = _names(kit.store) - before
    assert {name.partition("/")[0] for name in since} >= {"packs", "index", "snapshots"}
    for name in _names(kit.store):
        raw = head.parse_header(kit.store.get(name, 0, head.HEADER_SIZE), _OBJECTS[name.partition("/")[0]])
        opened = False
        for number in (0, raw.root):
            base = [stolen.index, stolen.snapshots, *(stolen.epoch(month) for month in range(3))]
            told = raw.raw[:6] + (number * 4096 + raw.epoch).to_bytes(2, "big") + raw.raw[8:24]
            for key in base:
                opened = opened or stolen.object_key(key, raw.salt, told)[1] == raw.commitment
        assert opened == (name in before)
    with pytest.raises(IntegrityError):
        for name in since:
            kind = _OBJECTS[name.partition("/")[0]]
            head.open_header(stolen, head.parse_header(kit.store.get(name, 0, head.HEADER_SIZE), kind))


def test_what_a_former_root_opens_is_written_anew(tmp_path: Path) -> None:
    kit = RenewedKit()
    source = make_tree(tmp_path / "source", {"a.txt": b"avant" * 500})
    kit.backup(source)
    (source / "b.bin").write_bytes(SeededRandom(7)(40_000))
    kit.backup(source)
    kit.renew(SECOND)
    former = {name for name, _ in kit.store.list("packs")}
    assert kit.sweep(renew=0).rewritten == 0 and {name for name, _ in kit.store.list("packs")} == former
    some = kit.sweep(renew=1)  # one pack: what is asked for at a time is bounded
    assert some.rewritten in {kit.store.size(name) for name in former}
    done = kit.sweep(renew=1 << 30)
    assert done.rewritten and kit.sweep(renew=1 << 30).rewritten == 0
    vault = kit.open()
    numbers = {head.root_and_epoch(info.header)[0] for info in indexed(kit.store, vault.keys, [])}
    assert 1 in numbers
    kit.clock.advance(60 * DAY)
    kit.sweep()
    left = {name for name, _ in kit.store.list("packs")}
    assert left and not left & former
    assert _restored(kit, source, tmp_path / "to") == _files(source)
    assert not kit.verify().damaged


def test_what_the_vault_holds_is_not_sent_again(tmp_path: Path) -> None:
    kit = RenewedKit()
    source = make_tree(tmp_path / "source", {f"{n}.txt": bytes([n]) * 5000 for n in range(20)})
    kit.backup(source)
    before = {name for name, _ in kit.store.list("packs")}
    kit.renew(SECOND)
    kit.backup(source)
    assert {name for name, _ in kit.store.list("packs")} == before


def test_the_former_slots_open_nothing_even_where_nothing_is_deleted() -> None:
    class Keeping(MemoryStore):
        may_delete = False

    store = Keeping()
    make_vault(store)
    renew(reopened(store), SECOND, 1)
    assert _opens(store, RECOVERY_KEY) == "key_renewed"
    assert _opens(store, SECOND) == ""
    renew(open_with_key(store, "recovery", SECOND), THIRD, 2)
    assert [_opens(store, key) for key in (RECOVERY_KEY, SECOND, THIRD)] == ["key_renewed", "key_renewed", ""]
    deleting = MemoryStore()
    make_vault(deleting)
    renew(reopened(deleting), SECOND, 1)
    assert (_opens(deleting, RECOVERY_KEY), _opens(deleting, SECOND)) == ("wrong_secret", "")


class Died(BaseException):
    """The machine lost its power."""


class Dying(MemoryStore):
    """Loses power before the change with this number, from 0."""

    left = -1

    def _step(self) -> None:
        if self.left == 0:
            raise Died
        self.left -= 1

    def put(self, name: str, *parts: Buffer) -> None:
        self._step()
        super().put(name, *parts)

    def delete(self, name: str) -> None:
        self._step()
        super().delete(name)


@pytest.mark.parametrize("step", range(5))
def test_a_power_cut_leaves_one_secret_that_opens(step: int, tmp_path: Path) -> None:
    store = Dying()
    kit = RenewedKit(store)
    source = make_tree(tmp_path / "source", {"a.txt": b"contenu" * 300})
    kit.backup(source)
    store.left = step
    try:
        kit.renew(SECOND)
    except Died:
        assert step < 4
    else:
        assert step == 4  # two copies put, two former ones deleted
    store.left = -1
    kit.key = RECOVERY_KEY if step == 0 else SECOND
    assert (_opens(store, RECOVERY_KEY) == "", _opens(store, SECOND) == "") == (step == 0, step > 0)
    kit.backup(source)
    assert _restored(kit, source, tmp_path / "to") == _files(source)
    kit.renew(THIRD)  # and it can be done again
    assert not _opens(store, THIRD) and _opens(store, SECOND) and _opens(store, RECOVERY_KEY)


class Meeting(MemoryStore):
    """Calls `meanwhile` once, before the object with this number is put."""

    def __init__(self) -> None:
        super().__init__()
        self.at = -1
        self.meanwhile: Callable[[], None] = lambda: None

    def put(self, name: str, *parts: Buffer) -> None:
        self.at -= 1
        if self.at == -1:
            self.meanwhile()
        super().put(name, *parts)


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("seeds", [(1, 2), (2, 1), (3, 4), (4, 3)])
def test_of_two_machines_at_once_one_prevails(at: int, seeds: tuple[int, int]) -> None:
    store = Meeting()
    make_vault(store)
    one, other = reopened(store), reopened(store)
    outcomes: dict[bytes, str] = {}

    def attempt(vault: Vault, key: bytes, seed: int) -> None:
        try:
            renew(vault, key, seed)
            outcomes[key] = ""
        except (Busy, NeedsUnlock) as error:
            outcomes[key] = error.code

    store.meanwhile, store.at = (lambda: attempt(other, THIRD, seeds[1])), at
    attempt(one, SECOND, seeds[0])
    working = [key for key in (SECOND, THIRD) if not _opens(store, key)]
    assert len(working) == 1
    assert outcomes[working[0]] == "" or at == 1
    assert _opens(store, RECOVERY_KEY)
    vault = open_with_key(store, "recovery", working[0])
    assert vault.keys.former[0].root == one.keys.every[-1].root


def test_a_machine_that_was_at_work_meanwhile_undoes_nothing() -> None:
    store = Meeting()
    make_vault(store)
    late = reopened(store)
    renew(reopened(store), SECOND, 1)
    for change in (
        lambda: late.add_slot(NewSlot("device", "poste", secret=THIRD), FixedClock(), SeededRandom(5)),
        lambda: renew(late, THIRD, 6),
    ):
        with pytest.raises(NeedsUnlock, match="key_renewed"):
            change()
    assert not _opens(store, SECOND)
    # And where the renewal falls between its look and its cleaning up.
    fresh = Meeting()
    make_vault(fresh)
    late = reopened(fresh)
    fresh.meanwhile, fresh.at = (lambda: renew(reopened(fresh), SECOND, 1)), 1
    with pytest.raises(NeedsUnlock, match="key_renewed"):
        late.add_slot(NewSlot("device", "poste", secret=THIRD), FixedClock(), SeededRandom(5))
    assert not _opens(fresh, SECOND)


def test_a_stranger_s_table_and_an_older_one_count_for_nothing() -> None:
    store = MemoryStore()
    make_vault(store)
    first = {name: store.get(name, 0, size) for name, size in store.list("slots")}
    renew(reopened(store), SECOND, 1)
    vault = open_with_key(store, "recovery", SECOND)
    root = vault.table.root
    assert root is not None
    forged = structs.replace(root, chain=[Link("00" * 16, "11" * 32)])
    for table in (
        structs.replace(vault.table, root=forged, generation=9),
        structs.replace(vault.table, root=structs.replace(root, former="22" * len(root.former))),
    ):
        data = write_lines(write_slot_table(table, vault.keys).split(b"\n")[0], bytes(32))
        try:
            read_slot_table(data)
        except IntegrityError:
            continue
        store.put(object_name("slots", sha256(data)), data)
    for name, data in first.items():
        store.put(name, data)
    assert _opens(store, SECOND) == "" and _opens(store, RECOVERY_KEY) == "key_renewed"
    with pytest.raises(IntegrityError, match="slots_rolled_back"):
        open_with_key(store, "recovery", SECOND, least_generation=vault.table.generation + 1)


def test_it_can_be_done_fifteen_times() -> None:
    store = MemoryStore()
    make_vault(store)
    vault = reopened(store)
    ids = vault.keys.chunk_ids.of(b"contenu")
    for number in range(MAX_ROOT):
        renew(vault, SECOND, number)
    opened = open_with_key(store, "recovery", SECOND)
    assert (opened.keys.number, opened.keys.chunk_ids.of(b"contenu")) == (MAX_ROOT, ids)
    assert len({each.root for each in opened.keys.every}) == MAX_ROOT + 1
    with pytest.raises(UsageError, match="roots_full"):
        renew(vault, THIRD, 99)
    assert not _opens(store, SECOND)


def _rescue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rescue_of_renewed", resource("rescue/cyberlib_rescue.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rescue_program_reads_it(tmp_path: Path) -> None:
    _, source, states, _ = _two_runs(tmp_path, FolderStore.make(str(tmp_path / "vault")))
    words = tmp_path / "words"
    words.write_text(" ".join(encode(THIRD)), encoding="utf-8")
    code = _rescue().main([str(tmp_path / "vault"), str(tmp_path / "out"), "--words-file", str(words)])
    assert code == 0
    assert _files(next((tmp_path / "out").rglob(source.name))) == states[-1]
    words.write_text(" ".join(encode(RECOVERY_KEY)), encoding="utf-8")
    assert _rescue().main([str(tmp_path / "vault"), str(tmp_path / "none"), "--words-file", str(words)]) == 1


def test_keys_of_the_first_root_are_what_they_always_were() -> None:
    bare, renewed = VaultKeys(bytes(32), bytes(16)), VaultKeys(bytes([1]) * 32, bytes(16), [bytes(32)])
    assert renewed.header == bare.header and renewed.chunker_seed() == bare.chunker_seed()
    assert renewed.tree_ids.of(b"x") == bare.tree_ids.of(b"x")
    for name in ("index", "snapshots", "slots", "sign_seed", "local", "hedge"):
        assert getattr(renewed, name) != getattr(bare, name)
    assert renewed.epoch(0) != bare.epoch(0)
