"""What a restore writes is what it was given, in its place, and a half-written file never gets a name."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed, IntegrityError
from cyberlib_client.core.events import Incident
from cyberlib_client.files.write_back import FileHandle, Outcome, Target, Wishes
from tests.support.restoring import FOLDER, META, TIME, Start


def test_a_small_file(start: Start) -> None:
    restore = start()
    assert restore.file(b"lettre.txt", b"Bonjour") is Outcome.WRITTEN
    assert restore.listing() == {"lettre.txt": b"Bonjour"}
    assert (restore.path / "lettre.txt").stat().st_mtime_ns == TIME
    assert restore.incidents == []


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 4096])
def test_content_of_any_kind_and_size(start: Start, make: Callable[[bytes], bytes], content: bytes) -> None:
    restore = start()
    restore.file(b"f", make(content))
    assert restore.listing() == {"f": content}


def test_folders_keep_their_time_however_late_their_content_comes(start: Start) -> None:
    restore = start()
    outer = restore.folder(b"2026")
    inner = restore.folder("été".encode(), outer)
    restore.file(b"a.txt", b"a", inner)
    restore.target.finish_directory(inner, FOLDER)
    restore.file(b"b.txt", b"b", outer)
    restore.target.finish_directory(outer, META)
    assert restore.listing() == {"2026": None, "2026/b.txt": b"b", "2026/été": None, "2026/été/a.txt": b"a"}
    assert (restore.path / "2026" / "été").stat().st_mtime_ns == FOLDER.mtime_ns
    assert (restore.path / "2026").stat().st_mtime_ns == META.mtime_ns


def test_a_missing_root_is_made_with_its_parents(tmp_path: Path) -> None:
    with Target(str(tmp_path / "a" / "b" / "c")) as target:
        target.write_small(target.root, b"f", b"f", META)
    assert (tmp_path / "a" / "b" / "c" / "f").read_bytes() == b"f"


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_root_that_cannot_be_a_folder_is_an_error(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"here")
    with pytest.raises(Failed, match="target_unusable"):
        Target(str(tmp_path / "file" / below))
    assert (tmp_path / "file").read_bytes() == b"here"


def test_a_long_file_in_pieces_from_several_threads(start: Start) -> None:
    restore = start()
    step, count = 50_000, 40
    content = os.urandom(step * count)
    file = restore.long(b"base.db", len(content))
    assert "base.db" not in os.listdir(restore.path)  # not before it is whole

    def write(first: int) -> None:
        for n in range(first, count, 3):
            assert file.pwrite(n * step, memoryview(content)[n * step : (n + 1) * step])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.finish() is Outcome.WRITTEN
    assert restore.listing() == {"base.db": content}
    assert (restore.path / "base.db").stat().st_mtime_ns == TIME


def test_what_is_not_written_of_a_long_file_is_zero(start: Start) -> None:
    restore = start()
    file = restore.target.begin_file(restore.root, b"image", 3_000_000, META, sparse=True)
    assert isinstance(file, FileHandle)
    file.hole(0, 2_000_000)
    file.pwrite(2_000_000, b"x" * 1_000_000)
    file.finish()
    assert restore.listing() == {"image": bytes(2_000_000) + b"x" * 1_000_000}


@pytest.mark.parametrize("given", [0, 7, 9])
def test_a_file_that_lacks_bytes_never_gets_its_name(start: Start, given: int) -> None:
    restore = start()
    file = restore.long(b"f", 10)
    file.pwrite(0, bytes(given))
    with pytest.raises(IntegrityError, match="file_incomplete"):
        file.finish()
    assert restore.listing() == {}


@pytest.mark.parametrize(("offset", "length"), [(-1, 2), (9, 2), (11, 0), (0, 11)])
def test_nothing_is_written_outside_the_size(start: Start, offset: int, length: int) -> None:
    restore = start()
    file = restore.long(b"f", 10)
    with pytest.raises(IntegrityError, match="file_incomplete"):
        file.pwrite(offset, bytes(length))
    other = restore.long(b"g", 10)
    with pytest.raises(IntegrityError, match="file_incomplete"):
        other.hole(offset, length)
    assert restore.listing() == {}


def test_a_file_given_up_leaves_nothing(start: Start) -> None:
    restore = start()
    file = restore.long(b"f", 10)
    file.pwrite(0, b"12345")
    file.abort()
    assert not file.pwrite(5, b"67890")
    assert file.finish() is Outcome.REFUSED
    restore.long(b"g", 10)
    restore.target.close()
    assert restore.listing() == {}


# Links, and handles


def test_a_hard_link_to_what_is_not_there_asks_for_a_copy(start: Start) -> None:
    restore = start()
    assert restore.target.hard_link(restore.root, b"gone", restore.root, b"b") is Outcome.COPY_NEEDED
    assert restore.file(b"b") is Outcome.WRITTEN
    assert restore.listing() == {"b": b"new"}


def test_devices_only_on_request(start: Start) -> None:
    restore = start(wishes=Wishes(devices=False))
    outcome = restore.target.device(restore.root, b"null", META, block=False, number=259)
    assert outcome is Outcome.REFUSED
    assert restore.incidents == [Incident("device_left_out", "/null")]
    assert restore.listing() == {}


def test_more_folders_and_files_than_may_be_open_at_once(start: Start) -> None:
    restore = start(open_limit=2)
    folders = [restore.folder(b"a"), restore.folder(b"b"), restore.folder(b"c")]
    for handle in list(folders):
        folders += [restore.folder(b"%d" % n, handle) for n in range(4)]
    files = [restore.long(b"long", 8, handle) for handle in folders]

    def write(first: int) -> None:
        for n in range(first, 100, 2):
            for handle in folders:
                assert restore.file(b"f%d" % n, b"%d" % n, handle) is Outcome.WRITTEN
        for file in files:
            file.pwrite(first * 4, b"%04d" % first)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for file in files:
        assert file.finish() is Outcome.WRITTEN
    for handle in reversed(folders):
        restore.target.finish_directory(handle, FOLDER)
    found = restore.listing()
    assert len(found) == 15 * (1 + 100 + 1)
    assert found["b/3/f77"] == b"77"
    assert found["c/long"] == b"00000001"
    assert (restore.path / "a" / "0").stat().st_mtime_ns == FOLDER.mtime_ns


@pytest.mark.skipif(sys.platform != "win32", reason="what Windows has and others have not")
def test_a_folder_being_written_to_cannot_be_exchanged_on_windows(start: Start) -> None:
    restore = start()
    folder = restore.folder(b"folder")
    inner = restore.folder(b"inner", folder)
    for path in (restore.path / "folder", restore.path / "folder" / "inner"):
        with pytest.raises(PermissionError):
            path.rename(restore.path / "moved")
    restore.target.finish_directory(inner, FOLDER)
    restore.target.finish_directory(folder, FOLDER)
    (restore.path / "folder").rename(restore.path / "moved")
