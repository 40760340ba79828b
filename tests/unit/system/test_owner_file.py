"""Files that only their owner can read: refused as soon as anybody else could have read or exchanged them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed, NeedsUnlock
from cyberlib_client.core.platform import SecretKeeper
from cyberlib_client.system import this_system
from tests.support.access_list import set_access_list

NAME = "device-1"
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
windows = pytest.mark.skipif(sys.platform != "win32", reason="access lists of Windows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "secrets"


@pytest.fixture
def keeper(folder: Path) -> SecretKeeper:
    keeper = this_system().owner_file(str(folder))
    keeper.store(NAME, b"secret")
    return keeper


def _assert_exposed(keeper: SecretKeeper, path: Path) -> None:
    with pytest.raises(NeedsUnlock) as caught:
        keeper.load(NAME)
    assert caught.value.code == "device_file_exposed"
    assert caught.value.facts == {"path": str(path)}


def test_storing_leaves_one_file_and_no_trace_of_the_old_secret(keeper: SecretKeeper, folder: Path) -> None:
    keeper.store(NAME, b"another")
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == b"another"
    keeper.remove(NAME)
    assert list(folder.iterdir()) == []


def test_what_a_killed_run_left_does_not_bar_the_next(keeper: SecretKeeper, folder: Path) -> None:
    (folder / f"{NAME}.new").write_bytes(b"half")
    keeper.store(NAME, b"whole")
    assert keeper.load(NAME) == b"whole"
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_file_that_is_far_too_large_is_not_read_in(keeper: SecretKeeper, folder: Path) -> None:
    (folder / NAME).write_bytes(bytes(1 << 20))
    with pytest.raises(NeedsUnlock) as caught:
        keeper.load(NAME)
    assert caught.value.code == "device_file_unreadable"


def test_a_folder_that_cannot_be_made_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    keeper = this_system().owner_file(str(tmp_path / "file" / "secrets"))
    with pytest.raises(Failed) as caught:
        keeper.store(NAME, b"secret")
    assert caught.value.code == "device_file_not_written"
    assert caught.value.facts["path"] == str(tmp_path / "file" / "secrets" / NAME)


@posix
def test_folder_and_file_are_the_owners_alone_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        this_system().owner_file(str(folder)).store(NAME, b"secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


@posix
def test_a_folder_left_open_is_closed_by_storing(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    keeper = this_system().owner_file(str(folder))
    keeper.store(NAME, b"secret")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert keeper.load(NAME) == b"secret"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_with_any_right_for_others_is_refused(keeper: SecretKeeper, folder: Path, mode: int) -> None:
    (folder / NAME).chmod(mode)
    _assert_exposed(keeper, folder / NAME)


@posix
@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770])
def test_a_folder_with_any_right_for_others_is_refused(keeper: SecretKeeper, folder: Path, mode: int) -> None:
    folder.chmod(mode)
    _assert_exposed(keeper, folder / NAME)


@pytest.mark.skipif(sys.platform != "linux", reason="access lists of Linux")
def test_an_access_list_that_lets_somebody_in_is_refused(keeper: SecretKeeper, folder: Path) -> None:
    subprocess.run(["setfacl", "-m", "u:12345:r", folder / NAME], check=True)
    _assert_exposed(keeper, folder / NAME)


@posix
def test_a_link_is_refused_and_its_target_not_told(keeper: SecretKeeper, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    (folder / NAME).rename(elsewhere)
    (folder / NAME).symlink_to(elsewhere)
    _assert_exposed(keeper, folder / NAME)


@posix
def test_a_second_name_for_the_file_is_refused(keeper: SecretKeeper, folder: Path) -> None:
    os.link(folder / NAME, folder.parent / "second")
    _assert_exposed(keeper, folder / NAME)


@posix
def test_a_fifo_is_refused_without_waiting_for_a_writer(keeper: SecretKeeper, folder: Path) -> None:
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME, 0o600)
    _assert_exposed(keeper, folder / NAME)


@posix
def test_a_folder_reached_through_a_link_is_refused(keeper: SecretKeeper, folder: Path) -> None:
    moved = folder.parent / "moved"
    folder.rename(moved)
    folder.symlink_to(moved)
    _assert_exposed(keeper, folder / NAME)
    with pytest.raises(NeedsUnlock) as caught:
        keeper.store(NAME, b"planted")
    assert caught.value.code == "device_file_exposed"
    assert (moved / NAME).read_bytes() == b"secret"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_somebody_elses_is_refused(keeper: SecretKeeper, folder: Path, what: str) -> None:
    os.chown(folder if what == "folder" else folder / NAME, 12345, 12345)
    _assert_exposed(keeper, folder / NAME)


@windows
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_right_for_everyone_is_refused(keeper: SecretKeeper, folder: Path, what: str) -> None:
    set_access_list(folder if what == "folder" else folder / NAME, "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;WD)")
    _assert_exposed(keeper, folder / NAME)


@windows
def test_a_folder_left_open_on_windows_is_closed_by_storing(keeper: SecretKeeper, folder: Path) -> None:
    set_access_list(folder, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)")
    with pytest.raises(NeedsUnlock):
        keeper.load(NAME)
    keeper.store(NAME, b"secret")
    assert keeper.load(NAME) == b"secret"
