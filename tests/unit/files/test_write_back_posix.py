"""What only POSIX systems have: modes, owners, links, holes, fifos, names that are not text."""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.events import Incident
from cyberlib_client.files.write_back import (
    Conflict,
    DirHandle,
    EntryMeta,
    FileHandle,
    Outcome,
    Target,
    Wishes,
)
from tests.support.access_list import posix_access_list
from tests.support.restoring import FOLDER, META, Start

if sys.platform == "win32":
    pytest.skip("POSIX systems", allow_module_level=True)

if sys.platform == "linux":
    from cyberlib_client.system.linux.metadata import LinuxMetadata

MIB = 1 << 20
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="owners and devices are root's to give")


def _meta(mode: int, **more: Any) -> EntryMeta:
    return META._replace(mode=mode, **more)


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o755, 0o444, 0o400, 0o777, 0o000, 0o200])
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_modes_come_back_whatever_the_umask(start: Start, mode: int, umask: int) -> None:
    restore = start()
    before = os.umask(umask)
    try:
        restore.target.write_small(restore.root, b"small", b"x", _meta(mode))
        large = restore.target.begin_file(restore.root, b"large", 1, _meta(mode))
        assert isinstance(large, FileHandle)
        large.pwrite(0, b"x")
        large.finish()
        restore.target.fifo(restore.root, b"fifo", _meta(mode))
        folder = restore.folder(b"folder")
        restore.target.finish_directory(folder, _meta(mode))
    finally:
        os.umask(before)
    for name in ("small", "large", "fifo", "folder"):
        found = (restore.path / name).stat()
        assert stat.S_IMODE(found.st_mode) == mode, name
        assert found.st_mtime_ns == META.mtime_ns, name


def test_nobody_else_sees_anything_before_it_is_whole(start: Start) -> None:
    restore = start()
    folder = restore.folder(b"folder")
    file = restore.long(b"long", 3, folder)
    inside = os.scandir(restore.path / "folder")
    assert [stat.S_IMODE(entry.stat().st_mode) for entry in inside] == [0o600]
    assert stat.S_IMODE((restore.path / "folder").stat().st_mode) == 0o700
    assert stat.S_IMODE(restore.path.stat().st_mode) == 0o700
    file.pwrite(0, b"abc")
    file.finish()
    restore.target.finish_directory(folder, FOLDER)
    assert stat.S_IMODE((restore.path / "folder").stat().st_mode) == 0o750


def test_a_user_may_restore_read_only_folders(as_nobody: Path) -> None:
    with Target(str(as_nobody / "target")) as target:
        outer = target.open_directory(target.root, b"outer", _meta(0o555))
        assert isinstance(outer, DirHandle)
        inner = target.open_directory(outer, b"inner", _meta(0o500))
        assert isinstance(inner, DirHandle)
        target.write_small(inner, b"f", b"f", _meta(0o444))
        target.finish_directory(inner, _meta(0o500))
        target.write_small(outer, b"g", b"g", _meta(0o400))
        target.finish_directory(outer, _meta(0o555))
    with pytest.raises(PermissionError):  # these are the rights of a user, not of root
        (as_nobody / "target" / "outer" / "h").touch()
    assert (as_nobody / "target" / "outer" / "inner" / "f").read_bytes() == b"f"


@pytest.mark.parametrize("owner", [False, True])
@root_only
def test_dangerous_bits_only_with_the_owner(start: Start, owner: bool) -> None:
    restore = start(wishes=Wishes(owner=owner))
    meta = _meta(0o6755, uid=12_345, gid=23_456)
    restore.target.write_small(restore.root, b"tool", b"x", meta)
    restore.target.finish_directory(restore.folder(b"folder"), meta._replace(mode=0o3770))
    restore.target.symlink(restore.root, b"link", b"tool", meta)
    found = [(restore.path / name).lstat() for name in ("tool", "folder", "link")]
    assert stat.S_IMODE(found[0].st_mode) == (0o6755 if owner else 0o755)
    assert stat.S_IMODE(found[1].st_mode) == (0o3770 if owner else 0o700)  # for that group, not for ours
    wanted = (12_345, 23_456) if owner else (os.geteuid(), os.getegid())
    assert [(one.st_uid, one.st_gid) for one in found] == [wanted] * 3


def test_an_owner_that_cannot_be_given_is_told_and_takes_the_bits_with_it(as_nobody: Path) -> None:
    told: list[object] = []
    with Target(str(as_nobody / "target"), wishes=Wishes(owner=True), listener=told.append) as target:
        target.write_small(target.root, b"tool", b"x", _meta(0o4755, uid=0, gid=0))
    assert stat.S_IMODE((as_nobody / "target" / "tool").stat().st_mode) == 0o755
    assert told == [Incident("metadata_lost", "/tool", "owner")]


def test_links_are_written_and_never_followed(start: Start, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    restore = start()
    for link, says in ((b"abs", os.fsencode(outside)), (b"up", b"../outside"), (b"odd", b"\xff\n")):
        assert restore.target.symlink(restore.root, link, says, META) is Outcome.WRITTEN
        assert os.readlink(os.fsencode(restore.path) + b"/" + link) == says
        assert (restore.path / os.fsdecode(link)).lstat().st_mtime_ns == META.mtime_ns
    through = restore.folder(b"abs")  # the vault now says that `abs` is a folder
    restore.file(b"f", b"f", through)
    assert list(outside.iterdir()) == []
    assert (restore.path / "abs (CyberLib 2026-11-22)" / "f").read_bytes() == b"f"


@pytest.mark.parametrize("conflict", list(Conflict)[1:])
def test_a_link_of_the_user_is_never_written_through(
    start: Start, tmp_path: Path, conflict: Conflict
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "own").write_bytes(b"own")
    target = tmp_path / "target"
    target.mkdir()
    for name, leads in (("folder", outside), ("file", outside / "own"), ("broken", outside / "new")):
        (target / name).symlink_to(leads)
    os.link(outside / "own", target / "hard")
    restore = start(conflict=conflict)
    restore.target.open_directory(restore.root, b"folder", FOLDER)
    for own in (b"file", b"broken", b"hard"):
        restore.file(own)
    long = restore.target.begin_file(restore.root, b"file", 4, META)
    if isinstance(long, FileHandle):
        long.pwrite(0, b"long")
        long.finish()
    assert [path.name for path in outside.iterdir()] == ["own"]
    assert (outside / "own").read_bytes() == b"own"
    assert (target / "file").is_symlink() == (conflict is not Conflict.REPLACE)


def test_holes_stay_holes(start: Start) -> None:
    restore = start()
    size = 64 * MIB
    file = restore.target.begin_file(restore.root, b"disk.img", size, META, sparse=True)
    assert isinstance(file, FileHandle)
    file.hole(0, 32 * MIB)
    file.pwrite(32 * MIB, b"x" * MIB)
    file.hole(33 * MIB, 31 * MIB)
    assert file.finish() is Outcome.WRITTEN
    found = (restore.path / "disk.img").stat()
    assert found.st_size == size
    assert MIB <= found.st_blocks * 512 <= 2 * MIB
    with (restore.path / "disk.img").open("rb") as opened:
        opened.seek(32 * MIB - 1)
        assert opened.read(3) == b"\0xx"


def test_fifos_and_devices(start: Start) -> None:
    restore = start()
    (restore.path / "other").touch()
    assert restore.target.fifo(restore.root, b"fifo", META) is Outcome.WRITTEN
    assert restore.target.fifo(restore.root, b"other", META) is Outcome.KEPT_BOTH
    assert stat.S_ISFIFO((restore.path / "fifo").stat().st_mode)
    assert stat.S_ISFIFO((restore.path / "other (CyberLib 2026-11-22)").stat().st_mode)


@root_only
def test_a_device_on_request(start: Start) -> None:
    restore = start(wishes=Wishes(devices=True))
    number = os.makedev(1, 3)
    outcome = restore.target.device(restore.root, b"null", _meta(0o666), block=False, number=number)
    assert outcome is Outcome.WRITTEN
    found = (restore.path / "null").stat()
    assert stat.S_ISCHR(found.st_mode)
    assert (stat.S_IMODE(found.st_mode), found.st_rdev) == (0o666, number)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' names are text")
def test_names_that_are_not_text(start: Start) -> None:
    names = [
        b"caf\xe9.txt",
        b"\xff\xfe",
        b"a\nb",
        b"-rf",
        b"CON",
        b"a:b",
        b"back\\slash",
        b"fin. ",
        b"\x1b[2J",
    ]
    restore = start()
    for name in names:
        assert restore.file(name, name) is Outcome.WRITTEN
    assert sorted(os.listdir(os.fsencode(restore.path))) == sorted(names)
    assert restore.incidents == []


def test_long_names_and_paths_longer_than_any_path_may_be(start: Start) -> None:
    restore = start(open_limit=4)
    here, chain = restore.root, []
    for _ in range(40):
        here = restore.folder(b"d" * 250, here)
        chain.append(here)
    restore.file(b"deep", b"deep", here)
    restore.file(b"first", b"first", chain[0])
    restore.file(b"again", b"again", here)  # all the way down once more
    for handle in reversed(chain):
        restore.target.finish_directory(handle, FOLDER)
    assert sum(len(files) for _, _, files, _ in os.fwalk(restore.path)) == 3
    too_long = "é".encode() * 200 + b".pdf"
    restore.file(too_long)
    assert restore.told() == ["name_changed"]
    (cut,) = restore.path.glob("é*.pdf")
    assert len(os.fsencode(cut.name)) <= 255


@pytest.mark.parametrize("mtime_ns", [0, -1, 1, 2**31 * 10**9, -(10**18), 4 * 10**18 + 1])
def test_times_to_the_nanosecond(start: Start, mtime_ns: int) -> None:
    restore = start()
    restore.target.write_small(restore.root, b"f", b"x", META._replace(mtime_ns=mtime_ns))
    assert (restore.path / "f").stat().st_mtime_ns == mtime_ns


@pytest.mark.parametrize("mtime_ns", [10**30, -(10**30)])
def test_a_time_that_no_clock_has_costs_only_the_time(start: Start, mtime_ns: int) -> None:
    restore = start()
    meta = META._replace(mtime_ns=mtime_ns)
    assert restore.target.write_small(restore.root, b"small", b"x", meta) is Outcome.WRITTEN
    restore.whole(b"long", b"x", meta)
    restore.target.symlink(restore.root, b"link", b"x", meta)
    restore.target.finish_directory(restore.folder(b"folder"), meta)
    assert restore.incidents == [
        Incident("metadata_lost", name, "time") for name in ("/small", "/long", "/link", "/folder")
    ]
    assert restore.listing() == {"small": b"x", "long": b"x", "folder": None, "link": None}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's attributes")
@pytest.mark.parametrize("mode", [0o640, 0o444])
def test_attributes_and_acls(start: Start, mode: int) -> None:
    entries = [(1, 6, -1), (2, 4, 12_345), (4, 4, -1), (16, 4, -1), (32, 0, -1)]
    acl = posix_access_list(*entries)
    extras = {"xattr:user.note": b"\0\xff", "acl:access": acl}
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(acl=True))
    make: list[Callable[[bytes], object]] = [
        lambda name: restore.target.write_small(restore.root, name, b"x", _meta(mode, extras=extras)),
        lambda name: restore.whole(name, b"x", _meta(mode, extras=extras)),
        lambda name: restore.target.finish_directory(restore.folder(name), _meta(mode, extras=extras)),
    ]
    for number, one in enumerate(make):
        one(b"%d" % number)
        path = restore.path / str(number)
        assert os.getxattr(path, "user.note") == b"\0\xff"
        assert (b"\x02\x00\x04\x00" + struct.pack("<i", 12_345)) in os.getxattr(
            path, "system.posix_acl_access"
        )
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert path.stat().st_mtime_ns == META.mtime_ns
    assert restore.incidents == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's attributes")
def test_what_cannot_be_set_is_told_and_costs_nothing_else(start: Start) -> None:
    restore = start(metadata=LinuxMetadata())
    extras = {"macos:flags": b"\0\0\0\0", "xattr:user.kept": b"1", "omitted:xattr:user.large": b""}
    restore.target.write_small(restore.root, b"f", b"x", _meta(0o600, extras=extras))
    assert os.getxattr(restore.path / "f", "user.kept") == b"1"
    (incident,) = restore.incidents
    assert isinstance(incident, Incident)
    assert (incident.code, incident.path) == ("metadata_lost", "/f")
    assert "macos:flags" in incident.detail
    assert "user.large" in incident.detail
    assert "user.kept" not in incident.detail


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's adapter")
@pytest.mark.parametrize("acl", [False, True])
def test_access_lists_of_another_system_are_missed_only_by_who_asked(start: Start, acl: bool) -> None:
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(acl=acl))
    restore.target.write_small(restore.root, b"f", b"x", _meta(0o600, extras={"windows:sddl": b"O:BA"}))
    assert restore.told() == (["metadata_lost"] if acl else [])


@pytest.mark.parametrize("number", [1 << 64, 1 << 70, -(1 << 70)])
def test_a_device_number_that_no_system_has(start: Start, number: int) -> None:
    restore = start(wishes=Wishes(devices=True))
    outcome = restore.target.device(restore.root, b"odd", META, block=True, number=number)
    assert outcome is Outcome.REFUSED
    assert restore.told() == ["restore_failed"]
    assert restore.listing() == {}


@root_only
@pytest.mark.parametrize("number", [-2, 1 << 40, 1 << 70])
def test_an_owner_that_no_system_has(start: Start, number: int) -> None:
    restore = start(wishes=Wishes(owner=True))
    meta = _meta(0o4755, uid=number, gid=number)
    assert restore.target.write_small(restore.root, b"f", b"x", meta) is Outcome.WRITTEN
    assert restore.told() == ["metadata_lost"]
    assert stat.S_IMODE((restore.path / "f").stat().st_mode) == 0o755
