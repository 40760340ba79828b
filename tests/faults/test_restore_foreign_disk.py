"""Restoring to a disk that cannot hold everything: a stick formatted for Windows, on a Linux machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.events import Incident
from cyberlib_client.files.write_back import Conflict, Outcome
from tests.support.restoring import FOLDER, META, TIME, Restore

pytestmark = pytest.mark.faults

STICK = Path(__file__).resolve().parents[1] / "support" / "windows_stick.py"


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A stick, mounted in a folder that a restore goes to."""
    backing, mounted = tmp_path / "backing", tmp_path / "target" / "usb"
    backing.mkdir()
    mounted.mkdir(parents=True)
    process = subprocess.Popen([sys.executable, STICK, backing, mounted])
    try:
        for _ in range(600):
            if mounted.is_mount() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert mounted.is_mount()
        yield mounted
    finally:
        process.kill()  # before it is unmounted: a failed test may still hold files open
        process.wait()
        subprocess.run(["umount", "-l", mounted], check=True)


def test_names_are_changed_and_nothing_is_lost(stick: Path) -> None:
    restore = Restore(stick)
    names = [b"12:30", b"caf\xe9", b"fin.", "été".encode(), b"Lettre", b"lettre", b"NUL"]
    for name in names:
        assert restore.file(name, name) is Outcome.WRITTEN
    folder = restore.folder(b"a|b")
    restore.file(b"f", b"f", folder)
    restore.target.finish_directory(folder, FOLDER)
    long = restore.long(b"LETTRE", 3)
    long.pwrite(0, b"abc")
    assert long.finish() is Outcome.WRITTEN
    restore.target.close()
    assert restore.listing() == {
        "12‛：30": b"12:30",
        "caf‛E9": b"caf\xe9",
        "fin‛．": b"fin.",
        "été": "été".encode(),
        "Lettre": b"Lettre",
        "lettre (2)": b"lettre",
        "‛_NUL": b"NUL",
        "a‛｜b": None,
        "a‛｜b/f": b"f",
        "LETTRE (3)": b"abc",
    }
    assert (stick / "été").stat().st_mtime_ns == TIME
    assert restore.told() == ["modes_not_kept"] + ["name_changed"] * 7


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP])
def test_what_is_there_is_safe_without_hard_links_too(stick: Path, conflict: Conflict) -> None:
    (stick / "F.txt").write_bytes(b"old")
    (stick / "folder").mkdir()
    (stick / "file").write_bytes(b"old")
    (stick / "file (CyberLib 2026-11-22)").mkdir()
    restore = Restore(stick, conflict=conflict)
    small = restore.file(b"f.txt", b"new")
    restore.target.open_directory(restore.root, b"file", FOLDER)
    restore.file(b"folder", b"new")
    restore.target.close()
    found = restore.listing()
    if conflict is Conflict.KEEP_BOTH:
        assert (small, found["f (CyberLib 2026-11-22).txt"]) == (Outcome.KEPT_BOTH, b"new")
        assert (found["folder"], found["folder (CyberLib 2026-11-22)"]) == (None, b"new")
        assert (found["file"], "file (CyberLib 2026-11-22 2)" in found) == (b"old", False)
    if conflict is Conflict.REPLACE:
        assert small is Outcome.REPLACED
        assert b"new" in (found.get("f.txt"), found.get("F.txt"))
        assert (found["folder"], found["folder (CyberLib 2026-11-22)"]) == (b"new", None)
        assert (found["file"], found["file (CyberLib 2026-11-22 2)"]) == (None, b"old")
    if conflict is Conflict.SKIP:
        assert small is Outcome.SKIPPED
        assert (found["F.txt"], found["folder"], found["file"]) == (b"old", None, b"old")
    assert found["file (CyberLib 2026-11-22)"] is None
    assert not any(".cyberlib" in name for name in found)


def test_what_it_has_no_place_for_is_told(stick: Path) -> None:
    restore = Restore(stick)
    restore.file(b"first", b"1")
    assert restore.target.hard_link(restore.root, b"first", restore.root, b"second") is Outcome.COPY_NEEDED
    assert restore.file(b"second", b"1") is Outcome.WRITTEN
    assert restore.target.symlink(restore.root, b"link", b"first", META) is Outcome.REFUSED
    assert restore.target.fifo(restore.root, b"fifo", META) is Outcome.REFUSED
    restore.target.close()
    assert restore.listing() == {"first": b"1", "second": b"1"}
    assert restore.told() == ["modes_not_kept", "kind_not_supported", "kind_not_supported"]


def test_each_disk_below_a_folder_has_rules_of_its_own(stick: Path) -> None:
    restore = Restore(stick.parent)
    restore.file(b"a:b")
    restore.file(b"A:B")
    usb = restore.folder(b"usb")
    restore.file(b"a:b", parent=usb)
    restore.file(b"A:B", parent=usb)
    restore.target.close()
    assert sorted(restore.listing()) == ["A:B", "a:b", "usb", "usb/A‛：B (2)", "usb/a‛：b"]
    assert restore.incidents[0] == Incident("modes_not_kept", "/usb")
