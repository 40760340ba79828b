"""Power cuts: whatever prefix of a run's writes reached the store, nothing that was committed is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, source_of

pytestmark = pytest.mark.faults


class RecordingStore(MemoryStore):
    """Remembers every write in order."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[str, bytes | None]] = []

    def put(self, name: str, *parts: bytes | bytearray | memoryview) -> None:
        if name not in self.objects:
            self.writes.append((name, b"".join(parts)))
        super().put(name, *parts)

    def delete(self, name: str) -> None:
        self.writes.append((name, None))
        super().delete(name)


def _day(folder: Path, number: int, chance: random.Random) -> None:
    """A day's work: letters written, one rewritten, one thrown away."""
    make_tree(
        folder,
        {
            f"courrier-{number}.txt": chance.randbytes(700),
            "registre.bin": chance.randbytes(9_000),
            f"jour-{number}": {"acte.txt": b"acte fictif " * number, "scan.jpg": chance.randbytes(3_000)},
        },
    )
    (folder / f"courrier-{number - 1}.txt").unlink(missing_ok=True)


def _store_of(writes: list[tuple[str, bytes | None]]) -> MemoryStore:
    store = MemoryStore()
    for name, data in writes:
        if data is None:
            store.objects.pop(name, None)
        else:
            store.objects.setdefault(name, data)
    return store


def _kit_on(store: object) -> VaultKit:
    """A kit on a store that already holds a vault."""
    kit = VaultKit()
    kit.store = store
    kit.clock.advance(100 * 24 * 3600 * 10**9)
    return kit


def test_every_prefix_of_the_writes_is_a_sound_vault(tmp_path: Path) -> None:
    chance = random.Random(7)
    store = RecordingStore()
    kit = VaultKit(store)
    folder = tmp_path / "cabinet"
    states: list[dict[str, object]] = []
    for number in range(1, 5):
        _day(folder, number, chance)
        states.append(dict(told(folder)))
        kit.backup(folder)
    writes = store.writes
    committed = 0
    seen_without_commit = 0
    for length in range(3, len(writes) + 1):  # the vault itself is made by the first three
        committed += writes[length - 1][0].startswith("snapshots/")
        kit = _kit_on(_store_of(writes[:length]))
        assert len(kit.snapshots().items) == committed
        assert not kit.snapshots().problems
        for number, stored in enumerate(kit.snapshots().items):
            out = tmp_path / f"out-{length}-{number}"
            assert kit.restore(out, stored.id).failed == 0
            assert told(restored_path(out, folder)) == states[number]
            shutil.rmtree(out)
        seen_without_commit += not writes[length - 1][0].startswith("snapshots/")
        kit.backup(folder)
        assert kit.verify().ok
        out = tmp_path / f"next-{length}"
        kit.restore(out)
        assert told(restored_path(out, folder)) == states[-1]
        shutil.rmtree(out)
    assert committed == 4
    assert seen_without_commit >= 8  # packs and indexes of four runs: the cuts did fall inside runs


def test_the_next_run_does_not_send_again_what_arrived(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "cabinet", {"scan.bin": random.Random(1).randbytes(300_000)})
    store = RecordingStore()
    VaultKit(store).backup(folder)
    before_index = next(i for i, (name, _) in enumerate(store.writes) if name.startswith("index/"))
    assert any(name.startswith("packs/") for name, _ in store.writes[:before_index])
    kit = _kit_on(_store_of(store.writes[:before_index]))
    result = kit.backup(folder)
    assert result.statistics.new_bytes == 0
    assert result.statistics.stored < 80_000  # a tree, an index: not the scan
    assert result.repaired.orphans
    assert kit.verify().ok


_CHILD = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from tests.support.vaults import VaultKit, reopened
from cyberlib_client.transports.folder import FolderStore
vault, folder, at, seed = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
count = 0
def failing(name):
    real = getattr(os, name)
    def call(*args, **kwargs):
        global count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(os, name, call)
for name in ("write", "fsync", "rename", "unlink", "mkdir"):
    failing(name)
kit = VaultKit()
kit.store = FolderStore(vault)
kit.clock.advance(seed * 10**15)
kit.random = os.urandom
kit.backup(folder)
print(count)
"""


def _child(vault: Path, folder: Path, at: int, seed: int) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    return subprocess.run(
        [sys.executable, "-c", _CHILD, str(root), str(vault), str(folder), str(at), str(seed)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )


def _prepared(tmp_path: Path) -> tuple[Path, Path, dict[str, object]]:
    chance = random.Random(3)
    folder, vault = tmp_path / "cabinet", tmp_path / "coffre"
    _day(folder, 1, chance)
    kit = VaultKit(FolderStore.make(os.fspath(vault)))
    kit.backup(folder)
    first = dict(told(folder))
    _day(folder, 2, chance)
    return vault, folder, first


def _check_after_kill(vault: Path, folder: Path, first: dict[str, object], out: Path) -> None:
    kit = _kit_on(FolderStore(os.fspath(vault)))
    oldest = kit.snapshots().items[0]
    assert kit.restore(out / "old", oldest.id).failed == 0
    assert told(restored_path(out / "old", folder)) == first
    kit.random = os.urandom  # type: ignore[assignment]
    kit.backup(folder)
    assert kit.verify().ok
    assert kit.restore(out / "new").failed == 0
    assert told(restored_path(out / "new", folder)) == told(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_killed_at_each_kind_of_write(tmp_path: Path) -> None:
    vault, folder, first = _prepared(tmp_path)
    total = int(_child(_copy(vault, tmp_path / "probe"), folder, 0, 1).stdout)
    assert total > 10
    points = sorted({1, 2, 3, total // 2, total - 2, total - 1, total, *range(4, total, 5)})
    killed = 0
    for at in points:
        copy = _copy(vault, tmp_path / f"coffre-{at}")
        child = _child(copy, folder, at, 2)
        if child.returncode == 0:  # how segments meet in packs is chance: this run took fewer writes
            assert int(child.stdout) < at
            continue
        assert child.returncode == -signal.SIGKILL, child.stderr
        killed += 1
        _check_after_kill(copy, folder, first, tmp_path / f"out-{at}")
        shutil.rmtree(copy)
    assert killed >= len(points) - 3


def _copy(vault: Path, to: Path) -> Path:
    shutil.copytree(vault, to)
    return to


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    vault, folder, first = _prepared(tmp_path)
    make_tree(folder, {f"image-{n}.bin": random.Random(n).randbytes(400_000) for n in range(40)})
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    killed = 0
    for seed in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(root), str(vault), str(folder), "0", str(seed + 2)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        packs = len(list((vault / "packs").rglob("*")))
        chance = random.Random(seed)
        # From the first sign of work on: killing an interpreter that is still starting proves nothing.
        deadline = time.monotonic() + 180
        while child.poll() is None and time.monotonic() < deadline:
            if list((vault / "tmp").glob("*")) or len(list((vault / "packs").rglob("*"))) > packs:
                break
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        child.kill()
        killed += child.wait(timeout=180) == -signal.SIGKILL
    assert killed
    kit = _kit_on(FolderStore(os.fspath(vault)))
    assert kit.restore(tmp_path / "old", kit.snapshots().items[0].id).failed == 0
    assert told(restored_path(tmp_path / "old", folder)) == first
    _check_after_kill(vault, folder, first, tmp_path / "after")


def test_a_stopped_run_leaves_no_snapshot_and_its_packs_count(tmp_path: Path) -> None:
    folder = make_tree(
        tmp_path / "cabinet", {f"scan-{n}.bin": random.Random(n).randbytes(3_000_000) for n in range(20)}
    )
    kit = VaultKit(chunking=None)
    cancel = CancelToken()
    put, packs = kit.store.put, []

    def stop_after_two(name: str, *parts: bytes) -> None:
        put(name, *parts)
        if name.startswith("packs/"):
            packs.append(name)
            if len(packs) == 2:
                cancel.cancel()

    kit.store.put = stop_after_two
    with pytest.raises(CyberlibError) as caught:
        kit.backup(source_of(folder), cancel=cancel)
    assert caught.value.code == "stopped"
    assert len(packs) >= 2
    assert not kit.snapshots().items
    kit.store.put = put
    result = kit.backup(folder)
    assert result.statistics.new_bytes < 60_000_000 - 20_000_000
    assert kit.verify().ok
