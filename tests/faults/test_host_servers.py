"""A host's own servers fail: PostgreSQL restarted in the middle, one of two volume servers killed."""

from __future__ import annotations

import random
import signal
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests.support.command_line import CommandLine, Done, restored
from tests.support.hosts import TestHost, on_servers, serving
from tests.support.replicated import Replicated, replicated
from tests.support.servers import Postgresql, postgresql_server
from tests.support.stations import books, patience, station
from tests.support.trees import make_tree, told

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the servers are installed on Linux"),
]

MIB = 1 << 20


class Parts(NamedTuple):
    """A host as in production, and what it stands on."""

    host: TestHost
    database: Postgresql
    storage: Replicated


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as servers:
        database = servers.enter_context(postgresql_server(folder / "postgres"))
        storage = servers.enter_context(replicated(folder / "weed"))
        host = servers.enter_context(serving(folder / "host", **on_servers(database.url, storage.bucket)))
        yield Parts(host, database, storage)


class Scene:
    """A workstation with files that no two runs have in common."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.host = parts.host
        self.folder = folder
        self.dice = random.Random(4)
        key = self.host.organisation().contract_key
        self.line: CommandLine = station(folder / "a", url=self.host.url, ca=self.host.ca, contract_key=key)
        self.sources = make_tree(folder / "Cabinet", {"notes.txt": b"notes fictives"})
        self.restored = 0

    def add(self, size: int) -> None:
        name = self.dice.randbytes(8).hex()
        (self.sources / f"{name}.bin").write_bytes(self.dice.randbytes(size))

    def backup(self) -> Done:
        return self.line.attempt("backup", str(self.sources))

    def restores(self) -> None:
        self.restored += 1
        to = self.folder / f"out-{self.restored}"
        self.line("restore", "latest", "--to", str(to))
        assert told(restored(to, self.sources)) == told(self.sources)


@pytest.fixture(scope="module")
def scene(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(parts, tmp_path_factory.mktemp("station"))


def _while(running: Callable[[], Done], trouble: Callable[[], None], after: float) -> tuple[int, bool]:
    """How it ended, and whether it was under way when trouble came so many seconds later."""
    over, during = threading.Event(), []

    def wait() -> None:
        during.append(not over.wait(after))
        trouble()

    watcher = threading.Thread(target=wait)
    watcher.start()
    try:
        done = running()
    finally:
        over.set()
        watcher.join()
    return done.code, during[0]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "crash"])
def test_postgresql_restarts_in_the_middle_of_a_backup(parts: Parts, scene: Scene, how: int) -> None:
    def restart() -> None:
        parts.database.stop(how)
        time.sleep(0.3)
        parts.database.start()

    before = books(parts.host.context.database)["snapshots"]
    scene.add(12 * MIB)
    assert _while(scene.backup, restart, 0.2) == (0, True)
    assert books(parts.host.context.database)["snapshots"] == before + 1
    scene.restores()
    http = httpx2.Client(base_url=parts.host.url, verify=_trust(parts.host))
    assert http.get("/ready").status_code == 200
    http.close()


def test_postgresql_is_away_for_too_long(parts: Parts, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, 1.0)
    before = books(parts.host.context.database)
    parts.database.stop()
    try:
        assert scene.line.error("backup", str(scene.sources), code=6) == "host_busy"
        assert scene.line.error("snapshots", code=6) == "host_busy"
        http = httpx2.Client(base_url=parts.host.url, verify=_trust(parts.host))
        assert http.get("/ready").status_code == 503
        assert http.get("/health").status_code == 200
        http.close()
    finally:
        parts.database.start()
    assert books(parts.host.context.database) == before
    assert scene.backup().code == 0
    scene.restores()


def _trust(host: TestHost) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=host.ca)


def test_one_of_two_volume_servers_is_killed(
    parts: Parts, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.add(3 * MIB)
    assert scene.backup().code == 0
    for number in range(2):
        parts.storage.kill_volumes(number)
        scene.restores()
        parts.storage.start_volumes(number)
        parts.storage.until_both_are_known()
    committed = books(parts.host.context.database)["snapshots"]
    parts.storage.kill_volumes(1)
    scene.add(3 * MIB)
    with monkeypatch.context() as hasty:
        patience(hasty, 2.0)
        hasty.setattr("cyberlib_client.transports.http._SILENCE_SECONDS", 2.0)
        done = scene.backup()
    # This storage keeps who puts waiting for 30 seconds, then says 500.
    assert done.code == 6 and ("[host_unreachable]" in done.err or "[host_busy]" in done.err), done
    assert books(parts.host.context.database)["snapshots"] == committed
    parts.storage.start_volumes(1)
    parts.storage.until_both_are_known()
    assert scene.backup().code == 0
    assert books(parts.host.context.database)["snapshots"] == committed + 1
    scene.restores()
