"""A zone of the host that is gone, empty or damaged: what is stored is read from the other, and said so."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cyberlib_client.core.errors import Failed, IntegrityError
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.database.tables import objects
from cyberlib_host.jobs.copies import copy_some
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.host_process import HostProcess
from tests.support.hosts import TestHost, serving
from tests.support.operators import Operator
from tests.support.servers import seaweedfs
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.faults

SETTINGS = """
[[zones]]
name = "Paris"
latitude = 48.86
longitude = 2.35
folder = "paris"
[[zones]]
name = "Lyon"
latitude = 45.76
longitude = 4.84
"""


class Scene:
    """A host with two zones, and a workstation whose backup is in both."""

    def __init__(self, host: TestHost, folder: Path) -> None:
        self.host = host
        self.first, self.second = folder / "host" / "paris", folder / "host" / "lyon"
        self.sources = make_tree(folder / "Cabinet", {"scan.bin": os.urandom(3_000_000), "a.txt": b"lettre"})
        practice = Practice(host, folder)
        self.line: CommandLine = practice.station("A")
        practice.vault(self.line)
        self.line("backup", str(self.sources))
        self.copied()

    def copied(self) -> None:
        """Once all is in both zones."""
        for _ in range(100):
            with self.host.context.database.read() as connection:
                if not connection.execute(select(objects.c.name).where(~objects.c.copied)).all():
                    return
            copy_some(self.host.context)
        raise AssertionError("not copied")

    def works(self, folder: Path, *, stands_in: bool = True) -> None:
        """Everything that reads, as a workstation that kept nothing near."""
        shutil.rmtree(self.line.profile / "state")
        for command in (
            ["snapshots"], ["ls", "latest"], ["verify", "--read-data"],
            ["restore", "latest", "--to", str(folder)],
        ):  # fmt: skip
            codes = [notice["code"] for notice in self.line.json(*command)["notices"]]
            reads = (
                command[0] != "snapshots"
            )  # which needs small objects alone: the host says nothing of those
            assert codes == (["host_zone_stands_in"] if reads and stands_in else []), command
        assert told(restored(folder, self.sources)) == told(self.sources)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with serving(tmp_path / "host", settings=SETTINGS + 'folder = "lyon"\n') as host:
        yield Scene(host, tmp_path)


def _gone(zone: Path) -> None:
    """As a disk that is not mounted, or a server that is off: no object can be asked for."""
    shutil.rmtree(zone)
    zone.write_bytes(b"")


def _emptied(zone: Path) -> None:
    shutil.rmtree(zone)
    zone.mkdir()


@pytest.mark.parametrize("lost", [_gone, _emptied])
def test_the_first_zone_is_lost(scene: Scene, tmp_path: Path, lost: Any) -> None:
    lost(scene.first)
    scene.works(tmp_path / "out")
    for language, words in (("fr", "lus dans sa copie de Lyon"), ("en", "from its copy at Lyon")):
        scene.line.language = language
        assert words in " ".join(scene.line("verify", "--read-data").err.split())


def _stored(host: TestHost, *contents: bytes) -> tuple[HostStore, list[str]]:
    """Objects of a vault, in every zone; the store as a workstation that reads nothing near."""
    store, identity = host.store()
    names = [f"packs/{hashlib.sha256(each).hexdigest()}" for each in contents]
    for name, data in zip(names, contents, strict=True):
        store.put(name, data)
    while copy_some(host.context):
        pass
    return HostStore(host.client(identity), store.vault), names


LARGE = [bytes([number]) * 1_100_000 for number in range(4)]


def test_nobody_waits_twice_for_a_zone_that_is_down(scene: Scene) -> None:
    stored, names = _stored(scene.host, *LARGE)
    told_of: list[str] = []
    store = HostStore(stored.client, stored.vault, stands_in=told_of.append)
    _gone(scene.first)
    asked: list[str] = []
    send = store.client._moves.send

    def counted(method: str, url: str, *more: Any, **others: Any) -> bytes:
        asked.append(url)
        return send(method, url, *more, **others)

    store.client._moves.send = counted  # type: ignore[method-assign]
    assert [store.get(name) for name in names] == LARGE
    first = [url.partition("?")[0] for url in asked if "zone=" not in url]
    assert len(set(first)) == 1, "a zone that is down was waited for again"
    assert told_of == ["Lyon"]


def test_the_host_does_not_wait_twice_either(scene: Scene) -> None:
    small = [b"small %d" % number for number in range(5)]
    store, names = _stored(scene.host, *small, LARGE[0])
    _gone(scene.first)
    path = f"/v1/vaults/{store.vault}/objects/{names[0]}"
    assert store.client.get_small(path) == small[0]
    assert list(scene.host.context.down) == ["Paris"]
    answer = store.client.ask_bytes("POST", f"/v1/vaults/{store.vault}/contents", {"names": names[:5]})
    assert answer == b"".join(len(each).to_bytes(4, "big") + each for each in small)
    wanted = {"names": [names[5]]}
    one = store.client.ask("POST", f"/v1/vaults/{store.vault}/downloads", records.DownloadList, wanted)
    assert one.objects[0].zone == "Lyon"  # at once: no client waits for what the host knows
    scene.host.clock.advance(seconds=31)
    one = store.client.ask("POST", f"/v1/vaults/{store.vault}/downloads", records.DownloadList, wanted)
    assert one.objects[0].zone is None


def test_what_no_zone_has_is_missing(scene: Scene) -> None:
    store, names = _stored(scene.host, b"small", LARGE[0])
    for zone in (scene.first, scene.second):
        _emptied(zone)
    for name in names:
        with pytest.raises(IntegrityError) as missing:
            store.get(name)
        assert missing.value.code == "object_missing"


def test_one_link_leads_to_one_zone(scene: Scene) -> None:
    """What is sealed for a zone opens no other."""
    store, names = _stored(scene.host, LARGE[0])
    wanted = {"names": names, "elsewhere": True}
    path = f"/v1/vaults/{store.vault}/downloads"
    link = store.client.ask("POST", path, records.DownloadList, wanted).objects[0].get
    assert link is not None and "zone=1&" in link.url
    assert store.client.get_content(link, 0, 5) == LARGE[0][:5]
    for other in ("zone=0&", "", "zone=2&", "zone=x&", "zone=01&"):
        changed = records.Link(link.url.replace("zone=1&", other), {}, 60)
        if other == "zone=01&":  # another way to write the same
            assert store.client.get_content(changed, 0, 5) == LARGE[0][:5]
            continue
        with pytest.raises(Failed) as refused:
            store.client.get_content(changed, 0, 5)
        assert refused.value.facts["reason"] == "link_not_valid"


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[::-1])


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(("zone", "damage"), [("paris", Path.unlink), ("paris", _changed), ("lyon", _cut)])
def test_what_a_zone_lost_is_put_back(scene: Scene, tmp_path: Path, zone: str, damage: Any) -> None:
    files = sorted(p for p in (tmp_path / "host" / zone).rglob("*") if p.is_file())
    before = {path: path.read_bytes() for path in files}
    for path in files[::2]:
        damage(path)
    operator = Operator(tmp_path / "host")
    words = ["check", "--read-data"] if damage is _changed else ["check"]
    lost = operator.json(*words, code=1)
    assert len(lost["lost"]) == len(files[::2]) and lost["repaired"] == []
    done = operator.json(*words, "--repair")
    assert (done["lost"], len(done["repaired"])) == ([], len(files[::2]))
    assert {path: path.read_bytes() for path in files} == before
    assert operator.json("check", "--read-data")["lost"] == []
    scene.works(tmp_path / "out", stands_in=False)


def test_what_both_lost_is_not_put_back(scene: Scene, tmp_path: Path) -> None:
    """Nor does damage spread to a zone that has nothing."""
    victim = max((p for p in scene.first.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    other = scene.second / victim.relative_to(scene.first)
    victim.unlink()
    _changed(other)
    operator = Operator(tmp_path / "host")
    told_of = operator.json("check", "--read-data", "--repair", code=1)
    assert len(told_of["lost"]) == 2 and told_of["repaired"] == []
    assert not victim.exists()


def test_a_host_starts_without_its_first_zone(tmp_path: Path) -> None:
    """Served from the command line, as after a restart while a disk is away."""
    folder = tmp_path / "host"
    host = HostProcess(folder, SETTINGS + 'folder = "lyon"\n')
    try:
        line = CommandLine(tmp_path / "A")
        key = tmp_path / "key"
        key.write_text(host.contract_key)
        key.chmod(0o600)
        given = ["--host", host.url, "--contract-key-file", str(key), "--ca", host.ca, "--name", "A"]
        line("device", "enrol", *given, "--device-file")
        with line.secret(PASSPHRASE):
            line("vault", "create", "--at", host.url, "--device-file")
        sources = make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(2_000_000)})
        line("backup", str(sources))
        while line.json("vault", "info")["result"]["host"]["waiting"]:
            time.sleep(0.1)
        _gone(folder / "paris")
        host.restart()
        told_of = line.json("restore", "latest", "--to", str(tmp_path / "out"))
        assert [notice["code"] for notice in told_of["notices"]] == ["host_zone_stands_in"]
        assert told(restored(tmp_path / "out", sources)) == told(sources)
        assert host.json("check", code=1)["error"]["code"] == "storage_unreachable"
    finally:
        host.kill()


class Door:
    """Before a server on loopback, until it is shut."""

    def __init__(self, endpoint: str) -> None:
        self._to = int(endpoint.rpartition(":")[2])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []

    def __enter__(self) -> Door:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def shut(self) -> None:
        """Nobody is let in any more, and who was is out."""
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one = self._listening.accept()[0]
                other = socket.create_connection(("127.0.0.1", self._to))
                self._open += one, other
                for source, target in ((one, other), (other, one)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)


@pytest.mark.skipif(sys.platform != "linux", reason="the servers are installed on Linux")
def test_the_second_zone_is_s3_and_the_first_too(tmp_path: Path) -> None:
    """Two buckets of one SeaweedFS, the first behind a door that is shut afterwards."""
    with seaweedfs(tmp_path / "weed") as bucket, Door(bucket.endpoint) as door:
        rest = f"""endpoint = "{{}}"
            bucket = "{bucket.bucket}"
            access_key = "{bucket.access_key}"
            """
        settings = SETTINGS.replace('folder = "paris"', rest.format(door.address)) + rest.format(
            bucket.endpoint
        )
        secret = {"CYBERLIB_HOST_S3_SECRET_KEY": bucket.secret_key}
        with serving(tmp_path / "host", settings=settings, environment=secret) as host:
            scene = Scene(host, tmp_path)
            door.shut()
            scene.works(tmp_path / "out")
