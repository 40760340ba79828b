"""A line of a practice, as Linux makes one: slow, losing packets, down for a while."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, Done, restored
from tests.support.hosts import TestHost, serving
from tests.support.namespaces import CLIENT, HOST, Network, network
from tests.support.stations import books, patience, station
from tests.support.trees import make_tree, told

pytestmark = [pytest.mark.faults, pytest.mark.slow]

MIB = 1 << 20


class Scene:
    """A workstation at one end of a line, a host at the other."""

    def __init__(self, net: Network, host: TestHost, folder: Path) -> None:
        self.net = net
        self.host = host
        self.folder = folder
        self.sources = make_tree(folder / "Cabinet", {"notes.txt": b"notes fictives"})
        self.dice = random.Random(9)
        self.committed = self.restored = 0
        key = host.organisation().contract_key
        with net.inside(CLIENT):
            self.line: CommandLine = station(folder / "a", url=host.url, ca=host.ca, contract_key=key)

    def add(self, name: str, size: int) -> None:
        """Another file that nothing makes smaller."""
        (self.sources / name).write_bytes(self.dice.randbytes(size))

    def attempt(self, *args: str) -> Done:
        with self.net.inside(CLIENT):
            return self.line.attempt(*args)

    def backup(self) -> int:
        """A backup that ends well; how many bytes it sent."""
        before = self.net.carried()
        done = self.attempt("backup", str(self.sources))
        assert done.code == 0, done
        return self.net.carried() - before

    def backup_while(self, sent: int, trouble: Callable[[], None]) -> Done:
        """A backup, and what happens once so many bytes of it left."""
        begun, happened, over = self.net.carried(), [], threading.Event()

        def watch() -> None:
            while not over.is_set():
                if self.net.carried() - begun >= sent:
                    trouble()
                    happened.append(not over.is_set())
                    return
                time.sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            done = self.attempt("backup", str(self.sources))
        finally:
            over.set()
            watcher.join()
        assert happened == [True], "it was over before anything happened"
        return done

    def restores(self) -> None:
        self.restored += 1
        to = self.folder / f"out-{self.restored}"
        assert self.attempt("restore", "latest", "--to", str(to)).code == 0
        assert told(restored(to, self.sources)) == told(self.sources)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("network")
    with network() as net, ExitStack() as there:
        with net.inside(HOST):
            host = there.enter_context(serving(folder / "host", bind=HOST))
        yield Scene(net, host, folder)


@pytest.fixture
def scene(made: Scene) -> Scene:
    """With no fault of the line left."""
    made.net.mend()
    made.committed = books(made.host.context.database)["snapshots"]
    for path in made.sources.glob("*.bin"):
        path.unlink()
    return made


@pytest.mark.parametrize("thousandths", [5, 50])
def test_packets_are_lost(scene: Scene, thousandths: int) -> None:
    scene.net.rate(100)
    scene.net.lose(thousandths)
    for number in range(2):
        scene.add(f"scan-{number}.bin", 2 * MIB)
        scene.backup()
    scene.restores()
    assert scene.net.lost() >= 5
    assert books(scene.host.context.database)["snapshots"] == scene.committed + 2


def test_a_backup_goes_on_when_the_line_is_there_again(scene: Scene) -> None:
    scene.net.rate(20)
    scene.add("scan.bin", 3 * MIB)

    def away() -> None:
        scene.net.down()
        time.sleep(1.5)
        scene.net.up()

    done = scene.backup_while(1 * MIB, away)
    assert done.code == 0, done
    scene.net.mend()
    scene.restores()
    assert books(scene.host.context.database)["snapshots"] == scene.committed + 1


def test_a_line_that_is_down_for_too_long(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, 1.0)
    monkeypatch.setattr("cyberlib_client.transports.http._SILENCE_SECONDS", 1.0)
    monkeypatch.setattr("cyberlib_client.transports.http._CONNECT_SECONDS", 1.0)
    scene.backup()
    before = books(scene.host.context.database)
    monkeypatch.setattr("cyberlib_client.transports.host.store._PUTS", 1)  # one pack is whole the sooner
    for number in range(4):
        scene.add(f"scan-{number}.bin", 10 * MIB)
    scene.net.rate(600)
    done = scene.backup_while(36 * MIB, scene.net.down)
    assert done.code == 6 and "[host_unreachable]" in done.err, done
    scene.net.up()
    arrived = books(scene.host.context.database)
    assert arrived["snapshots"] == scene.committed + 1
    there = arrived["bytes"] - before["bytes"]
    assert there > 16 * MIB
    sent = scene.backup()
    # More than is missing, for TCP sends again what this line drops.
    assert sent < 40 * MIB - there / 2, "what the host has was sent again"
    assert books(scene.host.context.database)["snapshots"] == scene.committed + 2
    scene.restores()
