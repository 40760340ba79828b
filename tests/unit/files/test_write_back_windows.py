"""What only Windows has: attributes, and files that forbid their own change."""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.files.write_back import (
    Conflict,
    EntryMeta,
    FileHandle,
    Outcome,
    Wishes,
    system_place,
)
from cyberlib_client.system.windows.metadata import WindowsMetadata
from tests.support.restoring import META, Restores, Start
from tests.support.systems import WINE

if sys.platform != "win32":
    pytest.skip("Windows", allow_module_level=True)

READ_ONLY_HIDDEN = stat.FILE_ATTRIBUTE_READONLY | stat.FILE_ATTRIBUTE_HIDDEN
EXTRAS = {"windows:attributes": struct.pack("<I", READ_ONLY_HIDDEN)}
LOCKED: EntryMeta = META._replace(extras=EXTRAS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with Restores(tmp_path / "target") as restores:
        yield restores.begin
    for folder, folders, files in os.walk(tmp_path):
        for name in folders + files:
            os.chmod(os.path.join(folder, name), stat.S_IWRITE)


def test_attributes_come_with_the_name_and_leave_the_time(start: Start) -> None:
    restore = start(metadata=WindowsMetadata())
    restore.target.write_small(restore.root, b"small", b"x", LOCKED)
    long = restore.target.begin_file(restore.root, b"long", 1, LOCKED)
    assert isinstance(long, FileHandle)
    long.pwrite(0, b"x")
    long.finish()
    restore.target.finish_directory(restore.folder(b"folder"), LOCKED)
    for name in ("small", "long", "folder"):
        found = (restore.path / name).stat()
        # Wine has no read-only folders.
        wanted = stat.FILE_ATTRIBUTE_HIDDEN if name == "folder" else READ_ONLY_HIDDEN
        assert found.st_file_attributes & wanted == wanted, name
        assert found.st_mtime_ns == META.mtime_ns, name
    assert restore.incidents == []


def test_an_access_list_nobody_asked_for_is_not_missed(start: Start) -> None:
    restore = start(metadata=WindowsMetadata())
    meta = META._replace(extras={"windows:sddl": b"O:BAG:BA"})
    assert restore.target.write_small(restore.root, b"f", b"x", meta) is Outcome.WRITTEN
    assert restore.incidents == []


def test_a_short_name_does_not_open_another_folder(start: Start) -> None:
    """`PROGRA~1` is a name of its own in the vault, and on disk perhaps another folder's second name."""
    restore = start(conflict=Conflict.KEEP_BOTH)
    long = restore.folder(b"Program Files of the practice")
    short = restore.folder(b"PROGRA~1")
    restore.file(b"f", b"long", long)
    restore.file(b"f", b"short", short)
    restore.target.close()
    assert restore.listing()["Program Files of the practice/f"] == b"long"
    assert sorted(data for data in restore.listing().values() if data) == [b"long", b"short"]


def test_the_top_of_a_drive_is_listed() -> None:
    """Second versions that stand there already are found by its names."""
    place = system_place(None, Wishes())
    top, _identity = place.open_root(os.environ["SYSTEMDRIVE"] + "\\", True)
    found = {name.decode("utf-8", "surrogatepass") for name in place.names(top)}
    assert found >= set(os.listdir(os.environ["SYSTEMDRIVE"] + "\\")) > set()


@pytest.mark.skipif(WINE, reason="Wine makes no links")
@pytest.mark.parametrize(
    ("target", "says"),
    [
        (b"dossier/\xe9t\xe9", "dossier\\‛E9t‛E9"),
        (b"../12:30.txt", "..\\12‛：30.txt"),
        (b"/srv/a", "\\srv\\a"),
        ("C:\\Été".encode(), "C:\\Été"),
        (b"..\\half \xed\xa0\x80", "..\\half \ud800"),
    ],
)
def test_a_link_says_what_its_names_are_called_here(start: Start, target: bytes, says: str) -> None:
    restore = start()
    for folder in (False, True):
        name = b"link %d" % folder
        assert restore.target.symlink(restore.root, name, target, META, folder=folder) is Outcome.WRITTEN
        path = restore.path / name.decode()
        assert os.readlink(path).removeprefix("\\\\?\\") == says
        assert bool(os.lstat(path).st_file_attributes & 0x10) is folder
