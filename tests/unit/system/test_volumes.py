"""Facts about file systems, checked against what else tells them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.platform import Volumes
from cyberlib_client.system import this_system


@pytest.fixture
def volumes() -> Volumes:
    return this_system().volumes


def test_a_folder_can_be_flushed_and_stays_as_it_is(volumes: Volumes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    volumes.sync_directory(str(tmp_path))
    volumes.sync_directory(os.fsencode(tmp_path))
    assert (tmp_path / "file").read_bytes() == b"content"


def test_what_is_not_there_is_an_error_of_the_system(volumes: Volumes, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    with pytest.raises(FileNotFoundError):
        volumes.sync_directory(absent)


def test_all_that_was_written_to_a_volume_can_be_flushed(volumes: Volumes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    if not volumes.syncs_whole(str(tmp_path)):
        assert sys.platform == "win32", "only Windows keeps it to administrators"
        with pytest.raises(OSError, match=r"."):
            volumes.sync_volume(str(tmp_path))
        return
    volumes.sync_volume(str(tmp_path))
    if sys.platform != "win32":
        number = os.open(tmp_path, os.O_RDONLY)
        volumes.sync_volume(number)
        os.close(number)
        with pytest.raises(OSError, match="file descriptor"):
            volumes.sync_volume(number)
