"""Disks that fail while they are read or written: what could not be read is counted and listed, the rest
is stored; a pack that cannot be read costs the files in it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, IntegrityError
from cyberlib_client.core.ids import KIND_TREE
from cyberlib_client.transports.folder import FolderStore
from tests.faults.disks import failing_files, injected, needs_root
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
def _root() -> None:
    needs_root()


class Failing:
    """A folder on a disk that fails by order. `path`: where the disk is, `real`: what it really holds."""

    def __init__(self, path: Path, real: Path, orders: Path) -> None:
        self.path, self.real, self._orders = path, real, orders

    def order(self, *lines: str) -> None:
        """From now on: see failing_files.py. What was carried out until now is forgotten."""
        self._orders.with_name(self._orders.name + ".log").unlink(missing_ok=True)
        self._orders.write_text("\n".join(lines))

    @property
    def injected(self) -> dict[str, int]:
        return injected(self._orders)


@contextmanager
def failing(tmp_path: Path) -> Iterator[Failing]:
    real, at, orders = tmp_path / "real", tmp_path / "disk", tmp_path / "orders"
    real.mkdir()
    with failing_files(real, at, orders):
        yield Failing(at, real, orders)


def _practice(folder: Path) -> Path:
    chance = random.Random(5)
    return make_tree(
        folder,
        {
            "courriers": {f"lettre-{n}.txt": f"lettre fictive {n}".encode() for n in range(12)},
            "scans": {f"scan-{n}.jpg": chance.randbytes(400_000) for n in range(3)},
            "fermé": {"note.txt": b"note fictive"},
        },
    )


_UNREADABLE = [
    ("open EACCES lettre-7", "courriers/lettre-7.txt", "Permission denied"),
    ("open EIO scan-1", "scans/scan-1.jpg", "Input/output error"),
    ("read EIO lettre-7", "courriers/lettre-7.txt", "Input/output error"),
    ("read EIO scan-1", "scans/scan-1.jpg", "Input/output error"),
    ("read EIO scan-1 200000", "scans/scan-1.jpg", "Input/output error"),
    ("read EIO scan-1 399999", "scans/scan-1.jpg", "Input/output error"),
    ("look EIO lettre-7", "courriers/lettre-7.txt", "Input/output error"),
    ("look EACCES scan-1", "scans/scan-1.jpg", "Permission denied"),
    ("list EIO fermé", "fermé", "Input/output error"),
    ("open ESTALE scan-1", "scans/scan-1.jpg", "Stale file handle"),
    ("read ETIMEDOUT scan-1", "scans/scan-1.jpg", "Connection timed out"),
]


def test_what_cannot_be_read_is_listed_and_the_rest_is_stored(tmp_path: Path) -> None:
    with failing(tmp_path) as disk:
        expected = told(_practice(disk.real / "cabinet"))
        seen = disk.path / "cabinet"
        for number, (order, lost, error) in enumerate(_UNREADABLE):
            kit = VaultKit(chunking=None)  # a new one, since what did not change is not opened again
            disk.order(order)
            result = kit.backup(seen)
            assert disk.injected, order
            assert result.unread == 1, order
            incidents = [(i.code, i.path, i.detail) for i in result.incidents]
            assert incidents == [("unreadable", f"{seen}/{lost}", error)], order
            out = tmp_path / f"out-{number}"
            kit.restore(out)
            got = told(restored_path(out, seen))
            for path, item in expected.items():
                if item.kind == "file":
                    missing = path == lost or path.startswith(lost + "/")
                    assert (path not in got) if missing else (got[path].content == item.content), order
            assert kit.verify().ok  # the vault itself is sound
            disk.order()  # the disk was repaired
            result = kit.backup(seen)
            assert (result.unread, result.incidents) == (0, []), order
            kit.restore(out / "whole")
            whole = told(restored_path(out / "whole", seen))
            assert {p: i.content for p, i in whole.items()} == {p: i.content for p, i in expected.items()}


def test_a_file_that_was_read_once_and_cannot_be_read_now_is_listed_until_it_can(tmp_path: Path) -> None:
    """The older version stays in the older snapshot; nothing takes its place in silence."""
    with failing(tmp_path) as disk:
        folder = _practice(disk.real / "cabinet")
        kit = VaultKit()
        kit.backup(disk.path / "cabinet")
        (folder / "courriers" / "lettre-7.txt").write_bytes(b"corrige")
        disk.order("read EIO lettre-7")
        for _ in range(3):
            assert kit.backup(disk.path / "cabinet").unread == 1
        assert disk.injected["read EIO"] >= 3
        kit.restore(tmp_path / "first", kit.snapshots().items[0].id)
        first = restored_path(tmp_path / "first", disk.path / "cabinet")
        assert (first / "courriers" / "lettre-7.txt").read_bytes() == b"lettre fictive 7"


def test_a_vault_on_a_disk_with_unreadable_packs(tmp_path: Path) -> None:
    folder = _practice(tmp_path / "cabinet")
    with failing(tmp_path) as disk:
        kit = VaultKit(FolderStore.make(os.fspath(disk.path / "coffre")), chunking=None)
        kit.random = os.urandom  # type: ignore[assignment]
        kit.backup(folder)
        expected = dict(told(folder))
        make_tree(
            folder, {"lundi": {"acte.txt": b"acte fictif", "scan.jpg": random.Random(8).randbytes(9_000)}}
        )
        kit.backup(folder)
        packs = sorted(disk.real.rglob("packs/*/*"), key=lambda p: p.stat().st_mtime_ns)
        assert len(packs) == 2
        disk.order(f"read EIO {packs[1].name}")
        verified = kit.verify()
        assert disk.injected["read EIO"]
        assert (f"packs/{packs[1].name}", "damaged") in verified.damaged
        assert kit.restore(tmp_path / "old", kit.snapshots().items[0].id).failed == 0
        assert told(restored_path(tmp_path / "old", folder)) == expected
        # The trees of the newest snapshot lie in that pack: it names what it cannot bring back.
        result = kit.restore(tmp_path / "new")
        assert result.failed
        assert {code for code, _ in kit.incidents} == {"content_damaged"}
        assert kit.backup(folder, suspects=verified.suspects).unread == 0
        assert kit.restore(tmp_path / "healed").failed == 0
        assert told(restored_path(tmp_path / "healed", folder)) == told(folder)


def test_a_pack_of_data_that_cannot_be_read_costs_its_files_alone(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"a" * 500})
    with failing(tmp_path) as disk:
        kit = VaultKit(FolderStore.make(os.fspath(disk.path / "coffre")), chunking=None)
        kit.random = os.urandom  # type: ignore[assignment]
        kit.backup(folder)
        first = list(disk.real.rglob("packs/*/*"))
        make_tree(folder, {f"scan-{n:02}.jpg": random.Random(n).randbytes(1_000_000) for n in range(40)})
        kit.backup(folder)
        index, _ = kit.open().load_index()
        places = [index.place(number) for number in index.segments()]
        trees = {place.pack.name.hex() for place in places if place.kind == KIND_TREE}
        packs = [p for p in disk.real.rglob("packs/*/*") if p not in first and p.name not in trees]
        full = [p for p in packs if p.stat().st_size > 16_000_000]
        assert full
        disk.order(f"read EIO {full[0].name} 3000000")
        result = kit.restore(tmp_path / "out")
        assert disk.injected["read EIO"]
        assert 0 < result.failed < 25
        got, expected = told(restored_path(tmp_path / "out", folder)), told(folder)
        assert len(got) == len(expected) - result.failed
        assert all(expected[path] == item for path, item in got.items())
        assert {path for _, path in kit.incidents} == {f"{folder}/{p}" for p in expected.keys() - got.keys()}
        affected = {a.path.decode() for a in kit.verify().affected}
        assert {path for _, path in kit.incidents} <= affected


@pytest.mark.parametrize("kind", ["vault", "slots", "index", "snapshots"])
@pytest.mark.parametrize("call", ["open", "read"])
def test_a_small_object_that_cannot_be_read(tmp_path: Path, kind: str, call: str) -> None:
    folder = _practice(tmp_path / "cabinet")
    with failing(tmp_path) as disk:
        kit = VaultKit(FolderStore.make(os.fspath(disk.path / "coffre")), chunking=None)
        kit.random = os.urandom  # type: ignore[assignment]
        kit.backup(folder)
        kit.backup(folder)
        victim = kind if kind == "vault" else sorted((disk.real / "coffre" / kind).iterdir())[0].name
        path = f"coffre/{victim}" if kind == "vault" else f"coffre/{kind}/{victim}"
        disk.order(f"{call} EIO {path}")
        assert kit.restore(tmp_path / "out").failed == 0
        assert disk.injected[f"{call} EIO"]
        assert told(restored_path(tmp_path / "out", folder)) == told(folder)
        verified = kit.verify()
        assert not verified.ok
        if kind != "snapshots":
            assert path.removeprefix("coffre/") in {name for name, _ in verified.damaged}
        else:
            problems = [(p.code, p.name) for p in verified.problems]
            assert problems == [("snapshot_unreadable", f"snapshots/{victim}")]
        kit.backup(folder)
        disk.order()
        assert kit.verify().ok


_CODES = {
    "EIO": ("store_read_error", IntegrityError),
    "EROFS": ("store_denied", Failed),
    "EACCES": ("store_denied", Failed),
    "ENOSPC": ("store_full", Failed),
    "EDQUOT": ("store_full", Failed),
}


@pytest.mark.parametrize(
    "order", ["make packs/", "make index/", "make snapshots/", "write tmp/", "sync tmp/"]
)
def test_a_vault_that_cannot_be_written(tmp_path: Path, order: str) -> None:
    """Objects are written in tmp/ and moved from there to their place."""
    call, where = order.split()
    folder = _practice(tmp_path / "cabinet")
    with failing(tmp_path) as disk:
        kit = VaultKit(FolderStore.make(os.fspath(disk.path / "coffre")), chunking=None)
        kit.random = os.urandom  # type: ignore[assignment]
        kit.backup(folder)
        for number, (error, (code, kind)) in enumerate(_CODES.items()):
            before = dict(told(folder))
            make_tree(folder, {f"jour-{number}.txt": b"acte fictif %d" % number})
            disk.order(f"{call} {error} coffre/{where}")
            with pytest.raises(CyberlibError) as caught:
                kit.backup(folder)
            assert disk.injected[f"{call} {error}"]
            assert caught.value.code == code
            assert isinstance(caught.value, kind)
            assert len(kit.snapshots().items) == number + 1
            assert kit.restore(tmp_path / f"old-{number}").failed == 0
            assert told(restored_path(tmp_path / f"old-{number}", folder)) == before
            disk.order()
            assert not list((disk.real / "coffre" / "tmp").iterdir())
            kit.backup(folder)
            assert kit.verify().ok
