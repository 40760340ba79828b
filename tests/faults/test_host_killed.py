"""The host killed at any moment, and started again: nothing is lost, nothing counts that is not whole, and a
backup under way goes on."""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.host_process import HostProcess
from tests.support.trees import make_tree, told

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HostProcess]:
    made = HostProcess(tmp_path / "host")
    yield made
    if made._process.poll() is None:
        made.kill()


def _station(host: HostProcess, folder: Path) -> CommandLine:
    line = CommandLine(folder)
    folder.mkdir(exist_ok=True)
    key = folder / "key"
    key.write_text(host.contract_key)
    key.chmod(0o600)
    given = ["--host", host.url, "--contract-key-file", str(key), "--ca", host.ca, "--name", "A"]
    line("device", "enrol", *given, "--device-file")
    with line.secret(PASSPHRASE):
        line("vault", "create", "--at", host.url, "--device-file")
    return line


def test_a_backup_goes_on_when_the_host_comes_back(host: HostProcess, tmp_path: Path) -> None:
    line = _station(host, tmp_path / "a")
    dice = random.Random(7)
    sources = make_tree(tmp_path / "Cabinet", {"notes.txt": b"notes fictives"})
    killed = 0
    for number in range(4):
        (sources / f"scan-{number}.bin").write_bytes(dice.randbytes(40_000_000))
        before = _content(host)
        process = line.start("backup", str(sources))
        while process.poll() is None and _content(host) == before:
            time.sleep(0.005)  # until something of it arrives; there is more to come
        time.sleep(dice.uniform(0, 0.1))
        killed += process.poll() is None
        host.restart()
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, (out, err)
        assert host.json("check", "--read-data")["lost"] == []
    assert killed >= 2, "the host was never killed while a backup was under way"
    shutil.rmtree(line.profile / "state")
    line("verify", "--read-data")
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", sources)) == told(sources)


def _content(host: HostProcess) -> int:
    """How many files its storage has, whole ones and those on their way."""
    return sum(len(names) for _, _, names in os.walk(host.folder / "objects"))


def test_a_stop_is_graceful_and_quick(host: HostProcess, tmp_path: Path) -> None:
    line = _station(host, tmp_path / "a")
    sources = make_tree(tmp_path / "Cabinet", {"notes.txt": b"notes fictives"})
    line("backup", str(sources))
    assert host.stop() == 0
    assert line.error("snapshots", code=6) == "host_unreachable"


def test_a_host_whose_disk_lost_an_object_says_so(host: HostProcess, tmp_path: Path) -> None:
    line = _station(host, tmp_path / "a")
    sources = make_tree(tmp_path / "Cabinet", {"scan.bin": random.Random(1).randbytes(3_000_000)})
    line("backup", str(sources))
    stored = sorted((tmp_path / "host" / "objects").rglob("?" * 64), key=lambda p: p.stat().st_size)
    stored[-1].unlink()
    data = bytearray(stored[0].read_bytes())
    data[-1] ^= 1
    stored[0].write_bytes(data)
    assert len(host.json("check", code=1)["lost"]) == 1
    assert len(host.json("check", "--read-data", code=1)["lost"]) == 2
