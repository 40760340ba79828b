"""Drills that meet trouble: killed, no room, a damaged pack, a host that is gone, files that change."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cyberlib_client.services import drill as service
from tests.faults.disks import mounted_tmpfs
from tests.support.command_line import CommandLine
from tests.support.hosts import serving
from tests.support.stations import patience, station

pytestmark = pytest.mark.faults


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    folder.mkdir()
    base = sqlite3.connect(folder / "visits.db")
    base.execute("create table visits (note text)")
    base.executemany("insert into visits values (?)", (("x" * 100,) for _ in range(500)))
    base.commit()
    base.close()
    for number in range(60):
        (folder / f"scan {number}.bin").write_bytes(random.Random(number).randbytes(40_000))
    return folder


def left(line: CommandLine, folder: Path | None = None) -> list[Path]:
    place = folder or line.profile / "state" / "drill"
    return list(place.iterdir()) if place.exists() else []


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_a_killed_drill_left_is_cleared_by_the_next(
    line: CommandLine, practice: Path, tmp_path: Path, elsewhere: bool
) -> None:
    line("backup", str(practice))
    place = tmp_path / "disk"
    place.mkdir()
    mine = place / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    where = place if elsewhere else None
    process = line.start("drill", "--all", *(["--to", str(place)] if elsewhere else []))
    until = time.monotonic() + 180
    while not any(path.is_file() for each in left(line, where) if each != mine for path in each.rglob("*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert [each for each in left(line, where) if each != mine], "it was killed in the midst"
    assert line.json("drill", "--sample", "3")["result"]["outcome"] == "passed"
    assert left(line) == []
    assert left(line, place) == [mine]
    assert (line.profile / "state" / "drills.json").read_bytes() == b"[]"


def test_a_scratch_disk_without_room(
    line: CommandLine, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(practice))
    with mounted_tmpfs(tmp_path / "small", "size=1m") as disk:
        told = line.json("drill", "--to", str(disk), code=1)["error"]
        assert told["code"] == "drill_no_room"
        assert told["facts"]["free"] < told["facts"]["needed"]
        assert list(disk.iterdir()) == []
        # The disk fills up after it was looked at: others write there too.
        usage = shutil.disk_usage(tmp_path)._replace(free=2**40)
        monkeypatch.setattr(service.shutil, "disk_usage", lambda _path: usage)
        told = line.json("drill", "--all", "--to", str(disk), code=1)["error"]
        assert told["code"] == "target_full"
        assert list(disk.iterdir()) == []
    assert line.json("certificate", "list")["items"] == []


def test_a_damaged_pack_is_told_and_healed(line: CommandLine, practice: Path) -> None:
    line("sources", "add", str(practice))
    line("backup")
    pack = max((line.vault / "packs").rglob("*/*"), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    failed = line.json("drill", "--all", code=7)["result"]
    assert failed["outcome"] == "failed"
    assert {each["fault"] for each in failed["failing"]} == {"damaged"}
    assert failed["compared_disk"] == failed["files"] - failed["failed"] > 0
    record = line.json("certificate", "show")["result"]["record"]
    assert (record["outcome"], record["wrong"]["damaged"]) == ("failed", failed["failed"])
    assert line.json("report")["result"]["health"]["level"] == "danger"
    line("backup")
    healed = line.json("drill", "--sample", "5")["result"]
    assert (healed["outcome"], healed["taken"]["again"]) == ("passed", min(5, failed["failed"]))


class _Restores(NamedTuple):
    """Something happens just before files are restored."""

    real: Callable[..., Any]
    first: Callable[[], None]

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.first()
        return self.real(*args, **named)


def test_a_host_that_is_gone_in_the_midst(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        host = stack.enter_context(serving(tmp_path / "host"))
        key = host.organisation().contract_key
        line = station(tmp_path / "a", url=host.url, ca=host.ca, contract_key=key)
        line("backup", str(practice))
        passed = line.json("drill", "--sample", "4")["result"]
        record = line.json("certificate", "show")["result"]["record"]
        assert (passed["outcome"], bool(record["organisation"])) == ("passed", True)
        gone: list[int] = []

        def go() -> None:
            if not gone:
                gone.append(1)
                stack.close()

        patience(monkeypatch, 1)
        monkeypatch.setattr(service, "restore", _Restores(service.restore, go))
        told = line.json("drill", "--all", code=6)["error"]
        assert gone and told["code"].startswith("host_")
    assert left(line) == []
    assert len(line.json("certificate", "list")["items"]) == 1


def test_files_that_change_while_they_are_compared(line: CommandLine, practice: Path) -> None:
    line("backup", str(practice))
    over = threading.Event()
    written = [0]

    def write() -> None:
        base = sqlite3.connect(practice / "visits.db", timeout=10)
        while not over.is_set():
            with base:
                base.execute("insert into visits values (?)", ("y" * 3000,))
            for number in range(0, 60, 7):
                with (practice / f"scan {number}.bin").open("r+b") as file:
                    file.write(random.Random(written[0]).randbytes(20))
            written[0] += 1
        base.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            done = line.json("drill", "--all")["result"]
            assert (done["outcome"], done["failed"]) == ("passed", 0)
            assert done["compared_vault"] >= 10
    finally:
        over.set()
        writer.join()
    assert written[0] > 0
