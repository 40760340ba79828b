"""Rights and attributes of what is restored on POSIX: nobody gets more than was recorded for them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from cyberlib_client.files.write_back import EntryMeta, Outcome, Target, Wishes
from tests.support.restoring import FOLDER, META, Restore, Start, unprivileged

if sys.platform == "win32":
    pytest.skip("POSIX systems", allow_module_level=True)

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's attributes")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may")

if sys.platform == "linux":
    from cyberlib_client.system.linux.metadata import LinuxMetadata

ANOTHER = os.getegid() + 4242
"""A group that new files do not have."""


def _modes(restore: Restore, meta: EntryMeta) -> list[int]:
    """The mode that a small file, a long one, a folder and a fifo get."""
    return [stat.S_IMODE(path.stat().st_mode) for path in restore.every_kind(meta)]


@pytest.mark.parametrize(
    ("recorded", "given"),
    [
        (0o640, 0o600),
        (0o770, 0o700),
        (0o775, 0o755),
        (0o664, 0o644),
        (0o644, 0o644),
        (0o604, 0o600),  # the recorded group is among the others now
        (0o067, 0o066),
        (0o6755, 0o755),
        (0o2750, 0o700),
    ],
)
@pytest.mark.parametrize("extras", [None, {"xattr:user.note": b"1"}])
def test_a_group_gets_what_was_recorded_for_it_alone(
    start: Start, recorded: int, given: int, extras: dict[str, bytes] | None
) -> None:
    meta = EntryMeta(recorded, os.geteuid(), ANOTHER, META.mtime_ns, extras)
    assert _modes(start(), meta) == [given] * 4


@pytest.mark.parametrize("recorded", [0o640, 0o770, 0o664])
def test_the_recorded_group_keeps_its_rights(start: Start, recorded: int) -> None:
    assert _modes(start(), EntryMeta(recorded, 0, os.getegid(), META.mtime_ns)) == [recorded] * 4


@root_only
def test_with_the_owner_the_group_comes_too(start: Start) -> None:
    restore = start(wishes=Wishes(owner=True))
    assert _modes(restore, EntryMeta(0o2770, 12_345, ANOTHER, META.mtime_ns)) == [0o2770] * 4


@root_only
def test_an_owner_that_cannot_be_given_leaves_the_group_that_can(tmp_path: Path) -> None:
    """An ordinary user asks for owners: the files of another are theirs now, in a group they belong to."""
    with unprivileged() as folder:
        with Target(str(folder / "target"), wishes=Wishes(owner=True)) as target:
            meta = EntryMeta(0o4660, 0, os.getegid(), META.mtime_ns)
            target.write_small(target.root, b"known", b"x", meta)
            target.write_small(target.root, b"unknown", b"x", meta._replace(gid=ANOTHER))
        modes = [stat.S_IMODE((folder / "target" / n).stat().st_mode) for n in ("known", "unknown")]
    assert modes == [0o660, 0o600]


# Attributes of what cannot be opened


@linux
@root_only
def test_attributes_of_links_and_fifos_come_back(start: Start) -> None:
    """The kernel gives links `trusted.*` and `security.*` alone."""
    extras = {"xattr:trusted.mark": b"\0of root"}
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(owner=True))
    meta = META._replace(extras=extras)
    assert restore.target.symlink(restore.root, b"link", b"nowhere", meta) is Outcome.WRITTEN
    assert restore.target.fifo(restore.root, b"fifo", meta) is Outcome.WRITTEN
    for name in ("link", "fifo"):
        path = restore.path / name
        assert os.getxattr(path, "trusted.mark", follow_symlinks=False) == b"\0of root"
        assert path.lstat().st_mtime_ns == META.mtime_ns
    assert restore.incidents == []


@linux
def test_attributes_that_links_cannot_have_are_told_and_others_not(start: Start) -> None:
    restore = start(metadata=LinuxMetadata())
    restore.target.symlink(restore.root, b"plain", b"x", META)
    restore.target.symlink(restore.root, b"unasked", b"x", META._replace(extras={"xattr:trusted.x": b"1"}))
    assert restore.incidents == []
    (restore.path / "aim").touch()
    restore.target.symlink(restore.root, b"link", b"aim", META._replace(extras={"xattr:user.x": b"1"}))
    assert restore.told() == ["metadata_lost"]
    assert os.listxattr(restore.path / "aim") == []


# What is there already


@linux
@pytest.mark.parametrize("mode", [0o644, 0o444])
def test_only_attributes_that_differ_are_set(mode: int) -> None:
    with unprivileged() as folder:
        meta = META._replace(mode=mode, extras={"xattr:user.a": b"1", "xattr:user.b": b"2"})
        with Target(str(folder / "target"), metadata=LinuxMetadata()) as target:
            target.write_small(target.root, b"f", b"x", meta)
        path = folder / "target" / "f"
        path.chmod(0o644)
        os.setxattr(path, "user.b", b"changed")
        path.chmod(mode)
        os.utime(path, ns=(1, 1))
        told: list[object] = []
        for _ in range(2):
            with Target(str(folder / "target"), metadata=LinuxMetadata(), listener=told.append) as target:
                (file,) = target.standing(target.root, b"f", 1)
                assert file.read(0, 2) == b"x"
                assert file.keep(meta) is Outcome.IDENTICAL
            assert (os.getxattr(path, "user.a"), os.getxattr(path, "user.b")) == (b"1", b"2")
            assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_mtime_ns) == (mode, META.mtime_ns)
            changed = path.stat().st_ctime_ns
            assert told == []
        assert path.stat().st_ctime_ns == changed, "what is right is not touched"


@pytest.mark.parametrize("mode", [0o000, 0o200, 0o333])
def test_a_file_that_its_owner_may_not_read_is_known_again(mode: int) -> None:
    with unprivileged() as folder:
        meta = META._replace(mode=mode, gid=os.stat(folder).st_gid)
        with Target(str(folder / "target")) as target:
            target.write_small(target.root, b"f", b"x", meta)
        path = folder / "target" / "f"
        before = path.stat().st_mode
        with Target(str(folder / "target")) as target:
            (file,) = target.standing(target.root, b"f", 1)
            assert file.read(0, 1) == b"x"
        assert path.stat().st_mode == before


@root_only
def test_what_belongs_to_another_user_is_left_as_it_is(start: Start) -> None:
    restore = start()
    (restore.path / "f").write_bytes(b"x")
    os.chown(restore.path / "f", 12_345, 12_345)
    (restore.path / "folder").mkdir(0o700)
    os.chown(restore.path / "folder", 12_345, 12_345)
    (file,) = restore.target.standing(restore.root, b"f", 1, 12_345)
    file.keep(META._replace(mode=0o666, uid=12_345))
    meta = FOLDER._replace(mode=0o777, uid=12_345)
    folder = restore.target.open_directory(restore.root, b"folder", meta)
    assert not isinstance(folder, Outcome)
    restore.target.finish_directory(folder, meta)
    assert stat.S_IMODE((restore.path / "f").stat().st_mode) == 0o644
    assert stat.S_IMODE((restore.path / "folder").stat().st_mode) == 0o700
    assert restore.told() == ["metadata_lost"] * 2
