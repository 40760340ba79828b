"""What is written for one user alone nobody else may open, not even while it is being written."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.bootstrap import private_files, profile_at
from cyberlib_client.app.words_file import write_words
from cyberlib_client.core.errors import UsageError
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.platform import PrivateFiles
from cyberlib_client.state.credentials import DeviceSecret, write_device_secret, write_identity
from cyberlib_client.state.private_file import make_private_folder, write_private
from cyberlib_client.state.seen import Seen, write_seen
from cyberlib_client.state.settings import Settings, write_settings
from tests.support.access_list import access_list, set_access_list
from tests.support.systems import WINE

WORDS = ["abeille", "citron", "lampe"]


@pytest.fixture
def private() -> PrivateFiles:
    return private_files()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder whose files anybody may read, unless they say otherwise."""
    folder = tmp_path / "partagé"
    folder.mkdir()
    if sys.platform == "win32":
        set_access_list(folder, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)")
        (folder / "probe").write_bytes(b"")
        assert ";WD)" in access_list(folder / "probe")
        (folder / "probe").unlink()
    else:
        folder.chmod(0o777)
    return folder


@pytest.fixture(autouse=True)
def no_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def _assert_closed(path: Path) -> None:
    if sys.platform == "win32":
        text = access_list(path)
        kind, *entries = re.split(r"(?=\()", text)
        # Wine keeps the entries of an access list and forgets that it is a protected one.
        assert kind == "D:P" or (WINE and kind == "D:"), text  # nothing comes from the folder above
        accounts = [entry.rstrip(")").split(";")[5] for entry in entries]
        # The system and, under a name that depends on the machine, this user.
        assert len(accounts) == 2 and "SY" in accounts, text
        assert not {"WD", "BU", "AU", "BG"} & set(accounts), text
    else:
        assert stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700)
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_new_file_is_closed_before_anything_is_in_it(private: PrivateFiles, shared: Path) -> None:
    path = shared / "secret"
    number = private.create(str(path))
    try:
        _assert_closed(path)
        assert path.stat().st_size == 0
        if sys.platform == "win32":
            with pytest.raises(PermissionError):  # shared with no other program while it is written
                path.read_bytes()
        assert os.write(number, b"data") == 4
        os.fsync(number)
    finally:
        os.close(number)
    assert path.read_bytes() == b"data"
    _assert_closed(path)


def test_nothing_that_is_there_is_opened(private: PrivateFiles, shared: Path) -> None:
    (shared / "there").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        private.create(str(shared / "there"))
    assert (shared / "there").read_bytes() == b"kept"
    with pytest.raises(FileExistsError):
        private.new_folder(str(shared))
    with pytest.raises(FileNotFoundError):
        private.create(str(shared / "absent" / "file"))
    with pytest.raises(FileNotFoundError):
        private.new_folder(str(shared / "absent" / "folder"))


def test_a_new_folder_is_closed_and_so_is_what_is_made_in_it(private: PrivateFiles, shared: Path) -> None:
    private.new_folder(str(shared / "closed"))
    _assert_closed(shared / "closed")
    if sys.platform == "win32" and not WINE:  # which gives new files no list of the folder's
        (shared / "closed" / "file").write_bytes(b"")
        assert ";WD)" not in access_list(shared / "closed" / "file")


def test_a_file_keeps_being_closed_when_it_is_replaced(private: PrivateFiles, shared: Path) -> None:
    path = shared / "settings"
    path.write_bytes(b"open to all")
    for data in (b"one", b"two"):
        write_private(private, str(path), data)
        _assert_closed(path)
        assert path.read_bytes() == data


def test_all_of_a_profile_in_a_shared_folder_is_closed(shared: Path) -> None:
    """The folder was made by somebody else, and stays as open as it was: files see to themselves."""
    profile = profile_at(str(shared))
    write_settings(profile, Settings(device="Accueil"))
    write_device_secret(profile, DeviceSecret("a" * 32, "file", "device-1", "b" * 32))
    write_identity(profile, VaultKeys(bytes(range(32)), bytes(16)), bytes(32), os.urandom)
    assert write_seen(profile, Seen("a" * 32))
    history = bootstrap.history(profile)
    history.begin("backup", "user", 1)
    made = sorted(path for path in shared.rglob("*"))
    assert [re.sub("at-work-.*", "at-work", path.relative_to(shared).as_posix()) for path in made] == [
        "credentials",
        "credentials/device.json",
        "credentials/identity",
        "settings.toml",
        "state",
        "state/at-work",
        "state/history.sqlite",
        "state/seen.json",
    ]
    for path in made:
        _assert_closed(path)
    history.close()


def test_the_recovery_words_are_closed(shared: Path) -> None:
    path = shared / "mots.txt"
    write_words(str(path), WORDS, "/media/usb/Coffre")
    _assert_closed(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    numbered = [line for line in lines if not line.startswith("#")]
    assert " ".join(numbered).split() == ["1.", "abeille", "2.", "citron", "3.", "lampe"]
    assert "# Coffre · vault: /media/usb/Coffre" in lines
    with pytest.raises(UsageError) as caught:
        write_words(str(path), ["autre"], "/media/usb/Coffre")
    assert caught.value.code == "words_file_exists"
    assert "abeille" in path.read_text(encoding="utf-8")


def test_a_folder_that_is_there_is_left_as_it_is(private: PrivateFiles, shared: Path) -> None:
    """A profile may be put in a folder of one's choice; that folder is not ours to close."""
    before = access_list(shared) if sys.platform == "win32" else str(shared.stat().st_mode)
    make_private_folder(private, str(shared))
    assert before == (access_list(shared) if sys.platform == "win32" else str(shared.stat().st_mode))
