"""Snapshots mounted for real (FUSE): what programs that know nothing of vaults find there, and what they get
when something is wrong."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.app.mounting import Mounted
from tests.faults.disks import needs_root
from tests.faults.test_odd_items import _described, _everything
from tests.support.command_line import PASSPHRASE, SOURCES, CommandLine
from tests.support.host_process import HostProcess
from tests.support.trees import make_tree

pytestmark = pytest.mark.faults


class Mount:
    """`cyberlib mount` as a process of its own."""

    def __init__(self, line: CommandLine, at: Path, *args: str) -> None:
        self.at = at
        at.mkdir(exist_ok=True)
        self.process = line.start("mount", str(at), *args, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.said = ""
        while "Mounted" not in self.said:
            text = self.process.stderr.readline()
            assert text, self.said
            self.said += text

    def end(self, how: int = signal.SIGINT) -> int:
        """Its exit code; `said` has all of what it wrote on standard error."""
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=180)
        self.said += err
        return self.process.returncode


@contextmanager
def mounted(line: CommandLine, at: Path, *args: str) -> Iterator[Mount]:
    needs_root()
    mount = Mount(line, at, *args)
    try:
        yield mount
    finally:
        if mount.process.poll() is None:
            mount.end()
        subprocess.run(["umount", "-l", at], check=False, capture_output=True)
        for stream in (mount.process.stdout, mount.process.stderr):
            assert stream is not None
            stream.close()


def _database(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("create table actes (id integer primary key, texte text)")
    rows = ((f"acte fictif {number} " * 9,) for number in range(20_000))
    base.executemany("insert into actes (texte) values (?)", rows)
    base.commit()
    base.close()


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, Path]:
    """A vault with two versions of a folder that has everything in it."""
    needs_root()
    place = tmp_path_factory.mktemp("practice")
    line, folder = CommandLine(place), place / "cabinet"
    line.make_vault()
    make_tree(folder, {"gros.bin": random.Random(3).randbytes(5_000_000)})
    _everything(folder)
    _database(folder / "base.sqlite")
    line("backup", "--no-default-exclusions", str(folder))
    (folder / "a" / "lettre.txt").write_bytes(b"corrige")
    line("backup", "--no-default-exclusions", str(folder))
    return line, folder


def _ordinary(described: dict[bytes, tuple[object, ...]]) -> dict[bytes, tuple[object, ...]]:
    """Without attributes that grant something, which no mount shows; names of one file by the first of them,
    in whatever order they are listed."""
    first: dict[object, bytes] = {}
    for path in sorted(described):
        first.setdefault(described[path][6], path)
    found = {}
    for path, item in described.items():
        attributes = item[7]
        assert isinstance(attributes, dict)
        plain = {name: value for name, value in attributes.items() if name.startswith("user.")}
        group = first[item[6]] if item[6] is not None else None
        found[path] = (*item[:6], group, plain, *item[8:])
    return found


def _same(a: Path, b: Path) -> None:
    """What differs is named; the rest is not shown."""
    one, two = _ordinary(_described(a)), _ordinary(_described(b))
    assert one.keys() == two.keys()
    assert {path: (one[path], two[path]) for path in one if one[path] != two[path]} == {}


def test_a_whole_tree_is_as_on_the_disk(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, folder = practice
    with mounted(line, tmp_path / "m") as mount:
        here = mount.at / "latest" / folder.relative_to("/")
        _same(here, folder)
        assert len(list((mount.at / "snapshots").iterdir())) == 2
        asked = ["findmnt", "-no", "OPTIONS", str(mount.at)]
        options = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        assert {"ro", "nosuid", "nodev", "noexec"} <= set(options.strip().split(","))
        assert "allow_other" not in options
        out = tmp_path / "copie"
        subprocess.run(["cp", "-a", here, out], check=True, capture_output=True)
        _same(out, folder)
        found = subprocess.run(["find", here, "-name", "lettre*"], capture_output=True, check=True)
        assert found.stdout.count(b"\n") == 1
        older = min((mount.at / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        assert (older / folder.relative_to("/") / "a" / "lettre.txt").read_bytes() == b"lettre"
        assert mount.end() == 0
    assert not (tmp_path / "m").is_mount()
    assert os.listdir(tmp_path / "m") == []


def test_a_database_is_read_where_it_lies(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, folder = practice
    with mounted(line, tmp_path / "m", "latest") as mount:
        path = mount.at / folder.relative_to("/") / "base.sqlite"
        base = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        found = base.execute("select texte from actes where id = 17001").fetchone()[0]
        assert found.startswith("acte fictif 17000")
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
        assert base.execute("select count(*) from actes").fetchone() == (20_000,)
        base.close()


def test_nothing_can_be_written(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, folder = practice
    with mounted(line, tmp_path / "m", "latest") as mount:
        here = mount.at / folder.relative_to("/")
        file = here / "gros.bin"
        attempts: list[Callable[[], object]] = [
            lambda: file.write_bytes(b"x"),
            lambda: (here / "neuf").touch(),
            lambda: (here / "neuf").mkdir(),
            lambda: file.unlink(),
            lambda: file.rename(here / "autre"),
            lambda: file.chmod(0o600),
            lambda: os.utime(file),
            lambda: os.truncate(file, 0),
            lambda: os.setxattr(file, "user.x", b""),
            lambda: os.symlink("a", here / "lien neuf"),
            lambda: os.link(file, here / "lien neuf"),
        ]
        for attempt in attempts:
            with pytest.raises(OSError) as raised:
                attempt()
            assert raised.value.errno == errno.EROFS
        assert not os.access(file, os.W_OK)


def test_many_read_at_the_same_time(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, folder = practice
    wanted, wrong = (folder / "gros.bin").read_bytes(), []
    with mounted(line, tmp_path / "m", "latest") as mount:
        path = mount.at / folder.relative_to("/") / "gros.bin"

        def read(seed: int) -> None:
            chance = random.Random(seed)
            with path.open("rb", buffering=0) as file:
                for _ in range(40):
                    at, size = chance.randrange(len(wanted)), chance.randrange(1, 50_000)
                    if os.pread(file.fileno(), size, at) != wanted[at : at + size]:
                        wrong.append(at)

        readers = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert not wrong


def test_a_mount_that_was_killed_is_told_and_cleared(
    practice: tuple[CommandLine, Path], tmp_path: Path
) -> None:
    line, _ = practice
    with mounted(line, tmp_path / "m") as mount:
        mount.end(signal.SIGKILL)
        with pytest.raises(OSError) as raised:
            os.listdir(mount.at)
        assert raised.value.errno == errno.ENOTCONN
        told = line("mount", str(mount.at), code=2)
        assert "[mount_stale]" in told.err
        assert f"fusermount3 -u {mount.at}" in told.err
        subprocess.run(["fusermount3", "-u", mount.at], check=True)
    with mounted(line, tmp_path / "m") as again:
        assert os.listdir(again.at / "latest")
        subprocess.run(["umount", again.at], check=True)
        assert again.process.wait(180) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_unmounts_though_a_file_is_open(
    practice: tuple[CommandLine, Path], tmp_path: Path, how: int
) -> None:
    line, folder = practice
    with mounted(line, tmp_path / "m", "latest") as mount:
        number = os.open(mount.at / folder.relative_to("/") / "gros.bin", os.O_RDONLY)
        assert mount.end(how) == 0
        assert not mount.at.is_mount()
        with contextlib.suppress(OSError):  # nobody is there any more to hear of it
            os.close(number)


def test_a_damaged_file_costs_itself_alone(tmp_path: Path) -> None:
    needs_root()
    line = CommandLine(tmp_path)
    line.make_vault()
    chance = random.Random(8)
    folder = make_tree(tmp_path / "cabinet", {f"{n}.bin": chance.randbytes(3_000_000) for n in range(4)})
    line("backup", str(folder))
    pack = max((tmp_path / "vault" / "packs").rglob("*"), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[5_000_000] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    failed = []
    with mounted(line, tmp_path / "m", "latest") as mount:
        for path in sorted((mount.at / folder.relative_to("/")).iterdir()):
            try:
                assert path.read_bytes() == (folder / path.name).read_bytes()
            except OSError as error:
                assert error.errno == errno.EIO
                failed.append(path.name)
        assert mount.end() == 7
        lines = [text for text in mount.said.splitlines() if text.startswith("! ")]
    assert 1 <= len(failed) <= 2
    assert len(lines) == len(failed)
    assert all(any(name in text for text in lines) for name in failed)


def test_places_that_are_refused(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, folder = practice
    assert line.error("mount", str(tmp_path / "nulle part"), code=2) == "mount_not_a_folder"
    (tmp_path / "f").touch()
    assert line.error("mount", str(tmp_path / "f"), code=2) == "mount_not_a_folder"
    assert line.error("mount", str(tmp_path), code=2) == "mount_not_empty"
    (line.vault / "vide").mkdir()
    assert line.error("mount", str(line.vault / "vide"), code=2) == "target_in_vault"
    (line.vault / "vide").rmdir()
    (tmp_path / "m").mkdir()
    assert line.error("mount", str(tmp_path / "m"), "ffffffff", code=2) == "snapshot_unknown"
    line("sources", "add", str(folder))
    (folder / "m").mkdir()
    assert line.error("mount", str(folder / "m"), code=2) == "mount_in_source"
    (folder / "m").rmdir()
    line("sources", "remove", str(folder))


IMPATIENT = """
import sys
from cyberlib_client.app import mounting
from cyberlib_client.cli.main import leave, main
mounting._PATIENCE_SECONDS = 1.0
leave(main(sys.argv[1:]))
"""


def test_a_host_that_is_gone_is_an_error_and_no_hang(tmp_path: Path) -> None:
    needs_root()
    host = HostProcess(tmp_path / "host")
    line, key = CommandLine(tmp_path / "p"), tmp_path / "key"
    key.write_text(host.contract_key)
    key.chmod(0o600)
    given = ["--host", host.url, "--contract-key-file", str(key), "--ca", host.ca, "--name", "P1"]
    line("device", "enrol", *given, "--device-file")
    with line.secret(PASSPHRASE):
        line("vault", "create", "--at", host.url, "--device-file")
    chance = random.Random(5)
    folder = make_tree(tmp_path / "cabinet", {f"{n}.bin": chance.randbytes(3_000_000) for n in range(6)})
    line("backup", str(folder))
    (tmp_path / "m").mkdir()
    argv = [sys.executable, "-c", IMPATIENT, *line.arguments("mount", str(tmp_path / "m"), "latest")]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1"}
    process = subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert "Mounted" in process.stderr.readline()
        here = tmp_path / "m" / folder.relative_to("/")
        names = sorted(here.iterdir())
        assert names[0].read_bytes() == (folder / "0.bin").read_bytes()
        host.kill()
        for path in names[3:]:
            with pytest.raises(OSError) as raised:
                path.read_bytes()
            assert raised.value.errno == errno.EIO
        assert names[0].read_bytes() == (folder / "0.bin").read_bytes()  # the kernel has it yet
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=180)
    assert process.returncode == 0
    assert "host_unreachable" in err


def test_the_record_of_a_mount(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, _ = practice
    (tmp_path / "m").mkdir()
    process = line.start("--jsonl", "mount", str(tmp_path / "m"))
    assert process.stdout is not None
    events = [json.loads(process.stdout.readline())]
    assert (events[0]["event"], events[0]["code"]) == ("notice", "mounted")
    process.send_signal(signal.SIGINT)
    events += map(json.loads, process.communicate(timeout=180)[0].splitlines())
    assert process.returncode == 0
    result = events[-1]["result"]
    assert msgspec.convert(result, Mounted).snapshots == 2
    assert set(result) == set(Mounted.__struct_fields__)


def test_nobody_else_may_look(practice: tuple[CommandLine, Path], tmp_path: Path) -> None:
    line, _ = practice
    tmp_path.chmod(0o755)
    with mounted(line, tmp_path / "m") as mount:
        command = ["setpriv", "--reuid=65534", "--clear-groups", "--regid=65534", "ls", str(mount.at)]
        plain = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=plain)
        assert done.returncode != 0
        assert "Permission denied" in done.stderr
