"""File systems on disks, by ids that last: what every system's adapter keeps to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.platform import Disks
from cyberlib_client.system import this_system
from tests.faults.disks import mounted_tmpfs, needs_root, stick


@pytest.fixture
def disks() -> Disks:
    return this_system().disks


def test_ids_are_told_once_and_lead_to_folders(disks: Disks) -> None:
    present = disks.present()
    assert len({disk.id for disk in present}) == len(present)
    for disk in present:
        kind, _, rest = disk.id.partition(":")
        assert kind in ("uuid", "serial", "fsid")
        assert rest
        assert os.path.isdir(disk.at)
    assert disks.present() == present


def test_what_holds_a_path_is_among_those_that_are_there(disks: Disks, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    found = disks.of(str(tmp_path / "folder"))
    if found is None:  # a container's own layers, memory
        pytest.skip("the disk of the tests has no lasting id here")
    assert found.id in {disk.id for disk in disks.present()}
    assert disks.of(str(tmp_path)) == found
    assert disks.of(os.fsencode(str(tmp_path))) == found
    assert disks.of(str(tmp_path / "not yet")) == found


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_disk_keeps_its_id_where_it_is_mounted(disks: Disks, tmp_path: Path) -> None:
    needs_root()
    with stick(tmp_path / "one.img") as one, stick(tmp_path / "two.img") as two:
        at = one.plug(tmp_path / "first place")  # a blank, which the table of mounts escapes
        known = disks.of(str(at))
        assert known is not None
        assert known.at == str(at)
        one.pull()
        assert known.id not in {disk.id for disk in disks.present()}
        two.plug(tmp_path / "first place")
        other = disks.of(str(at))
        assert other is not None
        assert other.id != known.id
        one.plug(tmp_path / "second")
        again = {disk.id: disk.at for disk in disks.present()}
        assert again[known.id] == str(tmp_path / "second")
        assert again[other.id] == str(at)


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_memory_has_no_id(disks: Disks, tmp_path: Path) -> None:
    with mounted_tmpfs(tmp_path / "memory", "size=1m") as at:
        assert disks.of(str(at)) is None
