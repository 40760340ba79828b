"""Files brought back to where they were: on POSIX from the root, on Windows from their drives."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.files.names import to_vault_path
from tests.faults.forge import Forge, file, folder
from tests.support.command_line import CommandLine
from tests.support.systems import WINE
from tests.unit.cli.test_windows_paths import _Keys

windows = pytest.mark.skipif(sys.platform != "win32", reason="drives")


@pytest.fixture
def cabinet(tmp_path: Path) -> Path:
    made = tmp_path / "Cabinet"
    made.mkdir()
    (made / "lettre.txt").write_text("hier", encoding="utf-8")
    (made / "note.txt").write_text("note", encoding="utf-8")
    return made


def test_what_was_lost_comes_back_where_it_was_and_nothing_else_is_touched(
    line: CommandLine, cabinet: Path
) -> None:
    line("backup", str(cabinet))
    (cabinet / "lettre.txt").write_text("aujourd’hui", encoding="utf-8")
    (cabinet / "note.txt").unlink()
    done = line.json("restore", "latest", "--in-place")["result"]
    assert (done["to"], done["files"], done["kept_both"]) == ("", 2, 1)
    assert (cabinet / "note.txt").read_text(encoding="utf-8") == "note"
    assert (cabinet / "lettre.txt").read_text(encoding="utf-8") == "aujourd’hui"
    assert len(list(cabinet.iterdir())) == 3  # yesterday’s stands beside it
    done = line.json("restore", f"latest:{cabinet / 'lettre.txt'}", "--in-place", "--conflict", "replace")
    assert done["result"]["replaced"] == 1
    assert (cabinet / "lettre.txt").read_text(encoding="utf-8") == "hier"
    assert "en place" in line("--lang", "fr", "restore", "latest", "--in-place").out


def test_one_says_where(line: CommandLine, cabinet: Path, tmp_path: Path) -> None:
    line("backup", str(cabinet))
    assert "--in-place" in line("restore", "latest", code=2).err
    line("restore", "latest", "--in-place", "--to", str(tmp_path / "x"), code=2)
    assert line.error("restore", "latest", "--to", "", code=2) == "bad_path"


def test_a_snapshot_of_another_system_has_no_place_here(line: CommandLine, tmp_path: Path) -> None:
    forge = Forge(_Keys(line))  # type: ignore[arg-type]
    other = "linux" if sys.platform == "win32" else "windows"
    leaf = forge.leaf(file(b"a.txt", forge.chunk(b"a"), 1))
    forge.commit(forge.leaf(folder(b"C", leaf)), system=other, sources=[b"/C"])
    assert line.error("restore", "latest", "--in-place", code=2) == "no_own_place"


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Path]:
    """A folder on another drive than that of the test; on Windows itself the drive holds nothing else."""
    if sys.platform != "win32":
        pytest.skip("drives")
    if WINE:  # which makes no drives for us, and has all of Linux on one
        with tempfile.TemporaryDirectory(dir="Z:\\tmp") as made:
            yield Path(made)
        return
    folder = tmp_path / "Disque"
    folder.mkdir()
    define = ctypes.WinDLL("kernel32", use_last_error=True).DefineDosDeviceW
    letter = next(f"{each}:" for each in "QRSTUVW" if not os.path.exists(f"{each}:\\"))
    assert define(0, letter, str(folder))
    yield Path(f"{letter}\\")
    define(2, letter, None)


@windows
def test_each_drive_has_its_own(line: CommandLine, cabinet: Path, drive: Path) -> None:
    (drive / "Images").mkdir()
    (drive / "Images" / "radio.bin").write_bytes(b"radio")
    line("sources", "add", str(cabinet))
    line("sources", "add", str(drive / "Images"))
    line("backup")
    (cabinet / "note.txt").unlink()
    (drive / "Images" / "radio.bin").unlink()
    done = line.json("restore", "latest", "--in-place")["result"]
    assert (done["files"], done["identical"], done["failed"]) == (2, 1, 0)
    assert (cabinet / "note.txt").read_text(encoding="utf-8") == "note"
    assert (drive / "Images" / "radio.bin").read_bytes() == b"radio"


@windows
@pytest.mark.skipif(WINE, reason="a drive of Wine's is all of Linux")
def test_a_source_that_is_a_whole_drive(line: CommandLine, drive: Path) -> None:
    (drive / "radio.bin").write_bytes(b"radio")
    line("backup", str(drive))
    (drive / "radio.bin").unlink()
    line("restore", "latest", "--in-place")
    assert (drive / "radio.bin").read_bytes() == b"radio"


@windows
def test_a_drive_that_is_gone_is_told_before_anything_is_restored(line: CommandLine, tmp_path: Path) -> None:
    forge = Forge(_Keys(line))  # type: ignore[arg-type]
    leaf = forge.leaf(file(b"a.txt", forge.chunk(b"a"), 1))
    here = to_vault_path(str(tmp_path / "Cabinet")).split(b"/")[1:]
    tree = leaf
    for name in reversed(here[1:]):
        tree = forge.leaf(folder(name, tree))
    gone = next(letter for letter in "QRSTUVW" if not os.path.exists(f"{letter}:\\")).encode()
    drives = forge.leaf(*sorted([folder(here[0], tree), folder(gone, leaf)], key=lambda each: each.name))
    forge.commit(drives, system="windows", sources=[b"/" + b"/".join(here), b"/" + gone])
    assert line.error("restore", "latest", "--in-place", code=1) == "own_place_absent"
    assert not (tmp_path / "Cabinet").exists()
    line("restore", f"latest:{tmp_path / 'Cabinet'}", "--in-place")
    assert (tmp_path / "Cabinet" / "a.txt").read_bytes() == b"a"
