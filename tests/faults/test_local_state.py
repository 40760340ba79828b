"""What this machine remembers of the vault, torn, deleted, older than the vault, or with no room to be kept:
every command works, and nothing counts as stored that is not."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.faults.disks import allow, fill, mounted_tmpfs
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.faults


def _practice(tmp_path: Path) -> Path:
    plan = {f"lettre-{n}.txt": b"lettre fictive %d" % n for n in range(10)}
    return make_tree(
        tmp_path / "cabinet", {"scan.jpg": random.Random(3).randbytes(300_000), "courriers": plan}
    )


def _use(line: CommandLine, folder: Path, to: Path) -> None:
    """Commands of every kind; what is restored is what is there."""
    assert line.json("backup", str(folder))["result"]["unread"] == 0
    line("snapshots")
    line("ls", f"latest:{folder}")
    line("find", "lettre-3")
    line("verify", "--read-data")
    line("vault", "info")
    line("restore", "latest", "--to", str(to))
    assert told(restored(to, folder)) == told(folder)


_TEARS = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "all but one byte": lambda data: data[:-1],
    "zeros": lambda data: bytes(len(data)),
    "noise": lambda data: random.Random(1).randbytes(len(data) + 10),
    "twice": lambda data: data * 2,
    "other values": lambda data: data.replace(b'"', b"").replace(b"0", b"[").replace(b":", b","),
    "deep": lambda data: b"[" * 200_000,
    "huge numbers": lambda data: b'{"generation": 1' + b"0" * 400 + b"}",
    "wrong types": lambda data: b'{"vault": [], "heads": [1, null], "suspects": {"a": 2}, "generation": "x"}',
}


@pytest.mark.parametrize("tear", _TEARS)
def test_every_file_of_the_state_torn(line: CommandLine, tmp_path: Path, tear: str) -> None:
    folder = _practice(tmp_path)
    _use(line, folder, tmp_path / "before")
    files = [path for path in (line.profile / "state").rglob("*") if path.is_file()]
    assert {"seen.json", "history.sqlite"} <= {path.name for path in files}
    for path in files:
        path.write_bytes(_TEARS[tear](path.read_bytes()))
    (folder / "courriers" / "lettre-3.txt").write_bytes(b"corrige")
    _use(line, folder, tmp_path / "after")


def test_files_of_the_state_that_are_folders_links_or_pipes(line: CommandLine, tmp_path: Path) -> None:
    folder = _practice(tmp_path)
    _use(line, folder, tmp_path / "before")
    canary = tmp_path / "canari"
    canary.write_bytes(b"canari")
    for kind in ("folder", "dangling link", "link", "pipe"):
        for path in list((line.profile / "state").iterdir()):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name in ("seen.json", "history.sqlite"):
            path = line.profile / "state" / name
            if kind == "folder":
                path.mkdir()
            elif kind == "pipe":
                os.mkfifo(path)
            else:
                path.symlink_to(canary if kind == "link" else tmp_path / "nulle-part")
        _use(line, folder, tmp_path / f"after {kind}")
    assert not (tmp_path / "nulle-part").exists() or (tmp_path / "nulle-part").read_bytes()
    assert b"canari" in canary.read_bytes()


def test_an_older_state_put_back(line: CommandLine, tmp_path: Path) -> None:
    """From a backup of the machine itself, say. Nothing that the vault lost meanwhile counts as stored."""
    folder = _practice(tmp_path)
    line("backup", str(folder))
    older = tmp_path / "older"
    shutil.copytree(line.profile / "state", older)
    for number in range(3):
        (folder / f"jour-{number}.txt").write_bytes(b"acte fictif %d" % number)
        _use(line, folder, tmp_path / f"out-{number}")
    shutil.rmtree(line.profile / "state")
    shutil.copytree(older, line.profile / "state")
    _use(line, folder, tmp_path / "again")
    sequences = [s["sequence"] for s in line.json("snapshots")["items"]]
    assert sorted(sequences) == [1, 2, 3, 4, 5]


def test_a_vault_put_back_to_an_earlier_state_stores_again(line: CommandLine, tmp_path: Path) -> None:
    """The state knows of packs and snapshots that the vault has no longer."""
    folder = _practice(tmp_path)
    line("backup", str(folder))
    older = tmp_path / "older"
    shutil.copytree(line.vault, older)
    make_tree(folder, {"neuf.bin": random.Random(9).randbytes(200_000)})
    line("backup", str(folder))
    shutil.rmtree(line.vault)
    shutil.copytree(older, line.vault)
    done = line.attempt("--json", "backup", str(folder))
    assert done.code == 7, done  # it is made, and what is amiss is not passed over
    assert '"snapshot_rollback"' in done.out
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", folder)) == told(folder)


def test_packs_that_vanish_between_runs_are_stored_again(line: CommandLine, tmp_path: Path) -> None:
    folder = _practice(tmp_path)
    line("backup", str(folder))
    for number in range(3):
        packs = sorted((line.vault / "packs").rglob("?" * 64))
        packs[number % len(packs)].unlink()
        if number == 1:
            shutil.rmtree(line.profile / "state")
        line("backup", str(folder))
        line("restore", "latest", "--to", str(tmp_path / f"out-{number}"))
        assert told(restored(tmp_path / f"out-{number}", folder)) == told(folder)


@pytest.mark.parametrize("kind", ["bytes", "files"])
def test_no_room_for_the_state(line: CommandLine, tmp_path: Path, kind: str) -> None:
    """The backup is made: what it tells this machine's memory is less than what it tells the vault."""
    folder = _practice(tmp_path)
    line("backup", str(folder))
    with mounted_tmpfs(tmp_path / "disk", "size=1m,mode=700") as disk:
        shutil.copytree(line.profile / "state", disk / "state")
        shutil.rmtree(line.profile / "state")
        (line.profile / "state").symlink_to(disk / "state")
        if kind == "bytes":
            fill(disk, 0)
        else:
            allow(disk, f"nr_inodes={sum(1 for _ in disk.rglob('*')) + 1}")
        before = {p.name: p.read_bytes() for p in (disk / "state").iterdir() if p.is_file()}
        (folder / "neuf.txt").write_bytes(b"neuf")
        done = line.json("backup", str(folder))
        assert done["result"]["unread"] == 0
        after = {p.name: p.read_bytes() for p in (disk / "state").iterdir() if p.is_file()}
        assert after["seen.json"] == before["seen.json"]  # it could not be written: the fault was there
        assert after.keys() == before.keys()
        line("restore", "latest", "--to", str(tmp_path / "out"))
        assert told(restored(tmp_path / "out", folder)) == told(folder)


@pytest.mark.parametrize("name", ["identity", "device.json", "slots.json"])
@pytest.mark.parametrize("tear", ["empty", "half", "noise", "zeros"])
def test_credentials_torn(line: CommandLine, tmp_path: Path, name: str, tear: str) -> None:
    """No cache, yet never a crash: the passphrase opens the vault, and a new identity is made."""
    folder = _practice(tmp_path)
    line("backup", str(folder))
    path = line.profile / "credentials" / name
    path.write_bytes(_TEARS[tear](path.read_bytes()))
    if name == "device.json":
        done = line("backup", str(folder), code=5)
        assert "device.json" in done.err and "key add device" in done.err and "[locked]" in done.err
        with line.secret(PASSPHRASE):
            assert line.json("backup", str(folder))["notices"][0]["code"] == "credentials_damaged"
            line("key", "add", "device", "--device-file")  # as the message says
        assert line.json("vault", "info")["notices"] == []
        path.write_bytes(b"")
    else:
        _use(line, folder, tmp_path / "out")
    if tear == "half":
        with line.secret(PASSPHRASE):
            assert line.json("backup", str(folder))["result"]["unread"] == 0


def test_the_lock_file_is_no_state(line: CommandLine, tmp_path: Path) -> None:
    folder = _practice(tmp_path)
    for content in (None, b"", b"noise" * 100):
        lock = line.profile / "lock"
        lock.unlink(missing_ok=True)
        if content is not None:
            lock.write_bytes(content)
        assert line.json("backup", str(folder))["result"]["unread"] == 0
    assert os.path.exists(line.profile / "lock")


@pytest.mark.parametrize("tear", ["empty", "noise"])
def test_notes_that_cannot_be_read_are_told(line: CommandLine, tmp_path: Path, tear: str) -> None:
    """They are written anew, and what they guarded against might pass this once: not without a word."""
    folder = _practice(tmp_path)
    line("sources", "add", str(folder))
    line("backup")
    notes = {
        "slots_note_damaged": line.profile / "credentials" / "slots.json",
        "seen_note_damaged": line.profile / "state" / "seen.json",
        "identity_damaged": line.profile / "credentials" / "identity",
        "alarm_damaged": line.profile / "alarm.json",
    }
    for path in notes.values():
        path.write_bytes(_TEARS[tear](path.read_bytes()))
    told_now = [each["code"] for each in line.json("backup")["notices"]]
    assert sorted(each for each in told_now if each in notes) == sorted(notes)
    report = line.json("report")["result"]
    assert {each["kind"] for each in report["incidents"]} >= notes.keys()
    assert {each["code"] for each in report["health"]["reasons"]} >= notes.keys()
    assert report["health"]["next"] == "verify"
    assert not [each for each in line.json("backup")["notices"] if each["code"] in notes]
    line("verify")
    standing = {e["kind"] for e in line.json("report")["result"]["incidents"] if e["cleared"] is None}
    assert notes.keys() & standing == {"slots_note_damaged", "identity_damaged"}


def test_an_identity_that_is_no_file_stops_no_backup(line: CommandLine, tmp_path: Path) -> None:
    line("sources", "add", str(_practice(tmp_path)))
    line("backup")
    identity = line.profile / "credentials" / "identity"
    identity.unlink()
    identity.mkdir()
    assert [each["code"] for each in line.json("backup")["notices"]] == ["identity_damaged"]
    assert line.json("report")["result"]["health"]["level"] == "protected"
