"""Versions written anew without something: killed anywhere, by two at once, beside backups."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed
from cyberlib_client.core.events import ignore
from cyberlib_client.core.ids import KIB, KIND_DATA, KIND_TREE
from cyberlib_client.core.ports import Buffer, CancelToken
from cyberlib_client.repository.index import ABSENT
from cyberlib_client.services.erasure import Holding, holding, remains, rewrite
from cyberlib_client.services.revive import undelete
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import DAY, VaultKit, make_identity, vault_path

pytestmark = pytest.mark.portable


class Dying(MemoryStore):
    """Fails at the call number `left`, and at every later one."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 10**9

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Failed("store_full", at="memory")

    def put(self, name: str, *parts: Buffer) -> None:
        self._count()
        super().put(name, *parts)

    def delete(self, name: str) -> None:
        self._count()
        super().delete(name)


class Case:
    """Three versions of a folder, of which `secret` is to go."""

    def __init__(self, folder: Path) -> None:
        self.store = Dying()
        self.kit = VaultKit(self.store)
        self.folder = folder
        (folder / "secret").mkdir()
        self.shared = self.kit.random(8 * KIB)
        (folder / "form").write_bytes(self.shared)
        (folder / "secret" / "form").write_bytes(self.shared)
        for number in range(3):
            (folder / "secret" / str(number)).write_bytes(self.kit.random(12 * KIB))
            (folder / str(number)).write_bytes(self.kit.random(12 * KIB))
            self.kit.backup(folder)
        self.paths = [vault_path(folder / "secret")]
        self.old = self.kit.snapshots().items
        vault = self.kit.open()
        self.ids = ids_of(holding(vault, self.old, self.paths, CancelToken(), ignore))

    def erase(self, device: str = "poste-1") -> None:
        """All of it, without a quarantine, as the command does."""
        kit, vault = self.kit, self.kit.open()
        snapshots = kit.snapshots()
        held = holding(vault, [*snapshots.items, *snapshots.retired], self.paths, CancelToken(), ignore)
        rewrite(
            vault,
            make_identity(vault, device),
            held,
            snapshots,
            clock=kit.clock,
            random=kit.random,
            listener=ignore,
            cancel=CancelToken(),
        )
        old = {each.stored.digest for each in held}
        going = [s for s in kit.snapshots().items if s.digest in old]
        kit.sweep(*going, device=device, reason="erasure", erase=self.ids)
        retirements = kit.open().retirements()
        early = frozenset(retirements.for_reason("erasure"))
        kit.sweep(device=device, reason="erasure", erase=self.ids, early=early)

    def live(self) -> set[int]:
        """Numbers of versions that can be restored whole, with or without the secret."""
        found = set()
        for stored in self.kit.snapshots().items:
            out = self.folder.parent / f"out-{stored.id[:8]}"
            done = self.kit.restore(out, stored.id)
            assert not self.kit.incidents, done
            found.add(stored.snapshot.sequence)
        return found

    def is_gone(self) -> bool:
        """By the index alone: nothing but the shared form is anywhere."""
        vault = self.kit.open()
        index, _ = vault.load_index(check_packs=True)
        left = [each for each in self.ids[KIND_DATA] if index.data.find(each) != ABSENT]
        reader = vault.reader(check_packs=True)
        more = [each for each in left if reader.chunk(each) not in self.shared]
        assert not more, "more than the shared form is left"
        snapshots = self.kit.snapshots()
        return not remains(vault, snapshots.items, self.ids, CancelToken()).held


def ids_of(held: list[Holding]) -> dict[int, frozenset[bytes]]:
    return {
        KIND_DATA: frozenset[bytes]().union(*(each.removed.data for each in held)),
        KIND_TREE: frozenset[bytes]().union(*(each.removed.trees for each in held)),
    }


@pytest.fixture
def case(tmp_path: Path) -> Case:
    (tmp_path / "files").mkdir()
    return Case(tmp_path / "files")


def test_it_is_gone_and_the_rest_is_there(case: Case) -> None:
    assert not remains(case.kit.open(), case.old, case.ids, CancelToken()).held
    case.erase()
    assert case.is_gone()
    listed = case.kit.snapshots()
    assert not listed.problems
    assert {s.snapshot.replaces for s in listed.items} == {s.digest for s in case.old}
    assert [s.snapshot.time for s in listed.items] == [s.snapshot.time for s in case.old]
    assert case.live() == {1, 2, 3}
    assert case.kit.verify().ok
    case.kit.backup(case.folder)
    assert [s.snapshot.sequence for s in case.kit.snapshots().items] == [1, 2, 3, 4]
    assert not case.kit.snapshots().problems


def test_killed_at_each_write_it_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    at = 0
    while True:
        folder = tmp_path / f"{at}" / "files"
        folder.mkdir(parents=True)
        case = Case(folder)
        case.store.left = at
        try:
            case.erase()
        except CyberlibError:
            case.store.left = 10**9
            assert case.live() == {1, 2, 3}, at
            case.erase()
            assert case.is_gone(), at
            assert case.live() == {1, 2, 3}, at
            assert case.kit.verify().ok, at
            at += 1
            continue
        break
    assert at > 8, "nothing was cut"


def test_what_somebody_let_go_does_not_come_back_by_it(case: Case) -> None:
    kit = case.kit
    kit.sweep(case.old[0], case.old[1], reason="policy")
    case.erase()
    listed = kit.snapshots()
    assert case.live() == {3}
    waiting = [s for s in listed.retired if s.snapshot.replaces]
    assert [s.snapshot.sequence for s in waiting] == [1, 2]
    retirements = kit.open().retirements()
    assert {tuple(retirements.reasons("snapshots", s.digest)) for s in waiting} == {("policy",)}
    undelete(kit.open(), make_identity(kit.open(), "poste-1"), kit.random, kit.clock, waiting[1].digest)
    assert case.live() == {2, 3}
    assert not kit.snapshots().problems
    kit.clock.advance(31 * DAY)
    kit.sweep(reason="policy", erase=case.ids)
    kit.clock.advance(31 * DAY)
    kit.sweep(reason="policy")
    assert case.is_gone()
    assert case.live() == {2, 3}
    assert kit.verify().ok


def test_two_machines_at_once(case: Case) -> None:
    kit = case.kit
    snapshots, vaults = kit.snapshots(), [kit.open(), kit.open()]
    for vault, device in zip(vaults, ("poste-1", "poste-2"), strict=True):
        held = holding(vault, snapshots.items, case.paths, CancelToken(), ignore)
        rewrite(
            vault,
            make_identity(vault, device),
            held,
            snapshots,
            clock=kit.clock,
            random=kit.random,
            listener=ignore,
            cancel=CancelToken(),
        )
    assert not kit.snapshots().problems
    case.erase("poste-2")
    case.erase("poste-1")
    assert case.is_gone()
    assert case.live() == {1, 2, 3}


def test_a_source_that_is_erased_whole(case: Case) -> None:
    case.paths = [vault_path(case.folder)]
    vault = case.kit.open()
    case.ids = ids_of(holding(vault, case.old, case.paths, CancelToken(), ignore))
    case.erase()
    assert not remains(case.kit.open(), case.kit.snapshots().items, case.ids, CancelToken()).held
    assert [s.snapshot.sources for s in case.kit.snapshots().items] == [[], [], []]
    assert [s.snapshot.statistics.files for s in case.kit.snapshots().items] == [0, 0, 0]
    case.kit.clock.advance(40 * DAY)
    assert case.kit.verify().ok
