"""A host's full disk: told as such, nothing counts that is not whole, and it goes on once there is room."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.transports.http import PATIENCE_SECONDS
from tests.faults.disks import MIB, fill, free_bytes, mounted_tmpfs
from tests.support.command_line import CommandLine, restored
from tests.support.hosts import TestHost, serving
from tests.support.stations import books, station
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.faults


class Scene:
    """A workstation with one snapshot at a host whose disk, or part of it, is small."""

    def __init__(self, host: TestHost, disk: Path, folder: Path) -> None:
        self.host = host
        self.disk = disk
        self.folder = folder
        self.dice = random.Random(6)
        self.sources = make_tree(folder / "Cabinet", {"notes.txt": b"notes fictives"})
        key = host.organisation().contract_key
        self.line: CommandLine = station(folder / "a", url=host.url, ca=host.ca, contract_key=key)
        self.add(2 * MIB)
        self.line("backup", str(self.sources))
        self.restored = 0

    def add(self, size: int) -> None:
        (self.sources / f"{self.dice.randbytes(8).hex()}.bin").write_bytes(self.dice.randbytes(size))

    def books(self) -> dict[str, int]:
        return books(self.host.context.database)

    def restores(self) -> None:
        self.restored += 1
        to = self.folder / f"out-{self.restored}"
        self.line("restore", "latest", "--to", str(to))
        assert told(restored(to, self.sources)) == told(self.sources)


@contextmanager
def _scene(tmp_path: Path, small: str, size: str) -> Iterator[Scene]:
    """`small`: what of the host's data folder has a disk of its own, "" for all of it."""
    data = tmp_path / "host"
    settings = ""
    if small == "database":
        settings = f'database = "sqlite:///{data / "small" / "host.sqlite"}"'
        small = "small"
    if small == "objects":
        settings = (
            f'[[zones]]\nname = "Paris"\nlatitude = 48.86\nlongitude = 2.35\nfolder = "{data / "small"}"'
        )
        small = "small"
    with mounted_tmpfs(data / small, f"size={size}") as disk, serving(data, settings=settings) as host:
        yield Scene(host, disk, tmp_path)


@pytest.mark.parametrize(
    ("small", "size", "rooms"),
    [("", "14m", (0, 40)), ("objects", "10m", (300,)), ("database", "4m", (0,))],
    ids=["all of it", "objects alone", "database alone"],
)
def test_a_host_without_room(tmp_path: Path, small: str, size: str, rooms: tuple[int, ...]) -> None:
    with _scene(tmp_path, small, size) as scene:
        for room in rooms:
            before = scene.books()
            scene.add(1300 * 1024)
            ballast = fill(scene.disk, room * 1024)
            assert free_bytes(scene.disk) <= (room + 4) * 1024
            begun = time.monotonic()
            assert scene.line.error("backup", str(scene.sources), code=1) == "host_full"
            assert time.monotonic() - begun < PATIENCE_SECONDS / 3, "it was tried again"
            assert scene.books()["snapshots"] == before["snapshots"]
            if small == "objects":  # what is there can be read meanwhile
                scene.line("verify")
                assert len(scene.line.json("snapshots")["items"]) == before["snapshots"]
            ballast.unlink()
            scene.line("backup", str(scene.sources))
            assert scene.books()["snapshots"] == before["snapshots"] + 1
        scene.restores()
        if small == "objects":
            _answers(scene)


def _answers(scene: Scene) -> None:
    """507 `storage_full`, for the small way and the large one, and no trace of what did not fit."""
    store, _ = scene.host.store()
    fill(scene.disk, 100 * 1024)
    lying = sorted(p for p in scene.disk.rglob("*") if p.is_file())
    for name, size in ((f"index/{'a' * 64}", 400_000), (f"packs/{'b' * 64}", 2 * MIB)):
        with pytest.raises(Failed) as refused:
            store.put(name, bytes(size))
        assert refused.value.code == "host_full"
        assert store.size(name) is None
    assert sorted(p for p in scene.disk.rglob("*") if p.is_file()) == lying
