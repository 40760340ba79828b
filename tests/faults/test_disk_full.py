"""A disk that takes no more: the run ends with a typed error, nothing half-written stays, nothing that was
committed is touched, and the next run does it once there is room."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.files.write_back import Conflict
from cyberlib_client.transports.folder import FolderStore
from tests.faults.disks import MIB, allow, fill, free_bytes, mounted_ext4, mounted_tmpfs, needs_root
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
def _root() -> None:
    needs_root()


@contextmanager
def _disk(kind: str, at: Path, size: int) -> Iterator[Path]:
    with (
        mounted_ext4(at, size, "-N", "600") if kind == "ext4" else mounted_tmpfs(at, f"size={size},mode=700")
    ) as disk:
        yield disk


def _letters(folder: Path) -> Path:
    plan = {f"lettre-{n}.txt": f"lettre fictive {n} ".encode() * 30 for n in range(20)}
    return make_tree(folder, {"courriers": plan, "patients.bin": random.Random(0).randbytes(90_000)})


def _leftovers(vault: Path) -> list[Path]:
    """Files of the vault's folder that no name of the format explains."""
    hexadecimal = set("0123456789abcdef")
    return [
        path
        for path in vault.rglob("*")
        if path.is_file()
        and path.name != "vault"
        and not (set(path.name) <= hexadecimal and len(path.name) == 64)
    ] + list((vault / "tmp").glob("*"))


def _check_refused(
    kit: VaultKit, folder: Path, vault: Path, old: dict[str, bytes], first: Mapping[str, object], out: Path
) -> None:
    """One run into the full disk: typed error, no snapshot, what was there is there, byte for byte."""
    with pytest.raises(Failed) as caught:
        kit.backup(folder)
    assert caught.value.code == "store_full"
    assert caught.value.facts["at"] == os.fspath(vault)
    assert len(kit.snapshots().items) == 1
    assert not kit.snapshots().problems
    assert _leftovers(vault) == []
    now = _objects(vault)
    assert {name: now[name] for name in old} == old
    assert kit.restore(out).failed == 0
    assert told(restored_path(out, folder)) == first


def _count(vault: Path, kind: str) -> int:
    return len(list((vault / kind).rglob("?" * 64)))


def _objects(vault: Path) -> dict[str, bytes]:
    return {str(p.relative_to(vault)): p.read_bytes() for p in vault.rglob("*") if p.is_file()}


@pytest.mark.parametrize("kind", ["ext4", "tmpfs"])
def test_a_full_disk_under_the_vault(tmp_path: Path, kind: str) -> None:
    """At every size from nothing to nearly enough."""
    folder = _letters(tmp_path / "cabinet")
    refused = 0
    with _disk(kind, tmp_path / "disk", 64 * MIB) as disk:
        vault = disk / "coffre"
        kit = VaultKit(FolderStore.make(os.fspath(vault)), chunking=None)
        kit.random = os.urandom  # type: ignore[assignment]
        kit.backup(folder)
        first, old = dict(told(folder)), _objects(vault)
        make_tree(folder, {f"scan-{n}.jpg": random.Random(n).randbytes(900_000) for n in range(1, 41)})
        # Three packs are to be stored; the ones that get in before a run fails stay and count.
        for number, room in enumerate((0, 60_000, 3 * MIB, 17 * MIB, 300_000, 17 * MIB, 2 * MIB)):
            ballast = fill(disk, room)
            assert free_bytes(disk) <= room + 64 * 1024
            _check_refused(kit, folder, vault, old, first, tmp_path / f"out-{number}")
            refused += 1
            ballast.unlink()
        assert refused == 7
        assert _count(vault, "packs") == 3  # the old one and two that got in
        result = kit.backup(folder)  # there is room again
        assert result.unread == 0
        assert kit.verify().ok
        assert _leftovers(vault) == []
        assert kit.restore(tmp_path / "after").failed == 0
        assert told(restored_path(tmp_path / "after", folder)) == told(folder)


def test_a_disk_that_is_full_at_each_object_of_a_run(tmp_path: Path) -> None:
    """Block by block: no room for the pack, then for its index, then for the snapshot."""
    folder = _letters(tmp_path / "cabinet")
    lacking: set[tuple[int, int]] = set()
    with mounted_tmpfs(tmp_path / "disk", "size=4m,mode=700") as disk:
        vault = disk / "coffre"
        kit = VaultKit(FolderStore.make(os.fspath(vault)))
        kit.backup(folder)
        first, old = dict(told(folder)), _objects(vault)
        (folder / "lettre.txt").write_bytes(b"lettre fictive")
        room, before = 0, (1, 1)
        for number in range(60):
            ballast = fill(disk, room)
            try:
                _check_refused(kit, folder, vault, old, first, tmp_path / f"out-{number}")
            except pytest.fail.Exception:
                break  # it fitted
            ballast.unlink()
            now = _count(vault, "packs"), _count(vault, "index")
            room = room + 4096 if now == before else 0
            before = now
            lacking.add(now)
        assert {(1, 1), (2, 1), (2, 2)} <= lacking, lacking
        assert [s.snapshot.sequence for s in kit.snapshots().items] == [1, 2]
        assert kit.verify().ok
        kit.restore(tmp_path / "after")
        assert told(restored_path(tmp_path / "after", folder)) == told(folder)


def test_packs_that_arrived_before_the_disk_was_full_count_as_sent(tmp_path: Path) -> None:
    folder = make_tree(
        tmp_path / "cabinet", {f"scan-{n:02}.jpg": random.Random(n).randbytes(1_000_000) for n in range(40)}
    )
    with mounted_tmpfs(tmp_path / "disk", "size=24m,mode=700") as disk:
        kit = VaultKit(FolderStore.make(os.fspath(disk / "coffre")), chunking=None)
        with pytest.raises(Failed, match="store_full"):
            kit.backup(folder)
        assert _count(disk / "coffre", "packs") == 1  # of three: the second did not fit
        allow(disk, "size=64m")
        assert kit.backup(folder).statistics.new_bytes < 25_000_000
        assert kit.verify().ok


@pytest.mark.parametrize("inodes", range(8, 22))
def test_no_more_files_under_the_vault(tmp_path: Path, inodes: int) -> None:
    """Folders and files of the vault are counted too: each count fails at another step."""
    folder = make_tree(tmp_path / "cabinet", {"lettre.txt": b"lettre fictive"})
    with mounted_tmpfs(tmp_path / "disk", f"nr_inodes={inodes},mode=700") as disk:
        vault = disk / "coffre"
        failed = 0
        kit: VaultKit | None = None
        try:
            kit = VaultKit(FolderStore.make(os.fspath(vault)))
            for number in range(8):
                (folder / f"lettre-{number}.txt").write_bytes(b"lettre fictive %d" % number)
                kit.backup(folder)
        except Failed as error:
            assert error.code == "store_full"
            failed += 1
        assert failed, "there were files enough: nothing was tested"
        assert os.statvfs(disk).f_favail == 0 or not _leftovers(vault)
        assert _leftovers(vault) == []
        before = len(kit.snapshots().items) if kit and (vault / "vault").exists() else 0
        allow(disk, "nr_inodes=500")
        if kit is None:  # it was full while the vault was being made: making it again heals that
            kit = VaultKit(FolderStore.make(os.fspath(vault)))
        assert not kit.snapshots().problems
        kit.backup(folder)
        assert len(kit.snapshots().items) == before + 1
        assert kit.verify().ok
        assert kit.restore(tmp_path / "out").failed == 0
        assert told(restored_path(tmp_path / "out", folder)) == told(folder)


@pytest.mark.parametrize("kind", ["ext4", "tmpfs"])
@pytest.mark.parametrize("room", [0, 30_000, 400_000, 2_000_000])
def test_a_full_disk_under_the_target_of_a_restore(tmp_path: Path, kind: str, room: int) -> None:
    folder = _letters(tmp_path / "cabinet")
    make_tree(folder, {f"scan-{n}.jpg": random.Random(n).randbytes(300_000) for n in range(12)})
    kit = VaultKit(chunking=None)
    kit.backup(folder)
    expected = told(folder)
    with _disk(kind, tmp_path / "disk", 8 * MIB) as disk:
        ballast = fill(disk, room)
        to = disk / "ici"
        with pytest.raises(Failed) as caught:
            kit.restore(to)
        assert caught.value.code == "target_full"
        assert list(disk.rglob(".cyberlib*")) == []
        whole = 0
        there = restored_path(to, folder)
        for path, item in told(there).items() if there.exists() else ():
            if item.kind == "file":
                assert item == expected[path], path  # whole, or not there at all
                whole += 1
        assert whole < sum(item.kind == "file" for item in expected.values())
        ballast.unlink()
        result = kit.restore(to, conflict=Conflict.SKIP)
        assert result.failed == 0
        assert result.skipped == whole
        assert {p: i for p, i in told(there).items() if i.kind == "file"} == {
            p: i for p, i in expected.items() if i.kind == "file"
        }
