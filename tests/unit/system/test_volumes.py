"""Facts about file systems, checked against what else tells them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.platform import Volumes
from cyberlib_client.system import this_system
from cyberlib_client.system.linux.volumes import type_of


@pytest.fixture
def volumes() -> Volumes:
    return this_system().volumes


def test_the_type_of_a_volume_is_a_lower_case_word(volumes: Volumes, tmp_path: Path) -> None:
    kind = volumes.volume_of(str(tmp_path))
    assert kind and kind == kind.lower()
    assert volumes.volume_of(os.fsencode(tmp_path)) == kind
    if sys.platform == "linux":
        seen = subprocess.run(
            ["stat", "-f", "-c", "%T", tmp_path], check=True, stdout=subprocess.PIPE, text=True
        )
        assert kind in ("ext4", "overlay", "fuse") or kind.startswith(seen.stdout.strip()[:3])


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_mounts_are_told_apart(volumes: Volumes, tmp_path: Path) -> None:
    assert volumes.volume_of("/proc/self/status") == "proc"
    assert volumes.volume_of("/sys/kernel") == "sysfs"
    (tmp_path / "link").symlink_to("/proc")
    assert volumes.volume_of(str(tmp_path / "link" / "self")) == "proc"


MOUNTS = rb"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
40 22 0:35 / /mnt rw - tmpfs tmpfs rw
41 40 0:36 /sub /mnt/usb\040disk\134x rw,nosuid - fuse.sshfs user@host:/ rw
42 40 8:1 / /mnt/again rw - vfat /dev/sdb1 rw
43 40 8:2 / /mnt/again rw - NTFS3 /dev/sdc1 rw
44 22 0:40 @ /mnt2 rw - btrfs /dev/sdd rw,subvol=/@
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/", "ext4"),
        (b"/home/cabinet", "ext4"),
        (b"/mnt", "tmpfs"),
        (b"/mnt/file", "tmpfs"),
        (rb"/mnt/usb disk\x/dossier", "fuse.sshfs"),
        (b"/mnt/usb disk", "tmpfs"),
        (b"/mnt/again/x", "ntfs3"),
        (b"/mnt2/x", "btrfs"),
        (b"/mnt23", "ext4"),
    ],
)
def test_the_mount_that_covers_a_path_tells_its_type(path: bytes, kind: str) -> None:
    assert type_of(path, MOUNTS.strip()) == kind


def test_free_space_is_what_other_programs_see(volumes: Volumes, tmp_path: Path) -> None:
    free = volumes.free_space(str(tmp_path))
    assert 0 < free <= shutil.disk_usage(tmp_path).total
    # Others write meanwhile: the same to a tenth of the disk.
    assert abs(free - shutil.disk_usage(tmp_path).free) < shutil.disk_usage(tmp_path).total / 10


def test_a_folder_can_be_flushed_and_stays_as_it_is(volumes: Volumes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    volumes.sync_directory(str(tmp_path))
    volumes.sync_directory(os.fsencode(tmp_path))
    assert (tmp_path / "file").read_bytes() == b"content"


def test_what_is_not_there_is_an_error_of_the_system(volumes: Volumes, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    with pytest.raises(FileNotFoundError):
        volumes.volume_of(absent)
    with pytest.raises(FileNotFoundError):
        volumes.sync_directory(absent)
    with pytest.raises(OSError):
        volumes.free_space(str(tmp_path / "absent" / "below" / "below"))


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
