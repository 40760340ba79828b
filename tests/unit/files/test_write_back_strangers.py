"""A target where others have files, folders or access lists: they get nothing, and nothing of theirs changes.

Linux: its access lists, and root as whom alone owners can be given.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.events import Incident
from cyberlib_client.files.restore_dry import DryPlace
from cyberlib_client.files.write_back import (
    Conflict,
    EntryMeta,
    Outcome,
    Target,
    Wishes,
    system_place,
)
from tests.support.access_list import posix_access_list
from tests.support.restoring import FOLDER, META, Start, unprivileged

if sys.platform != "linux":
    pytest.skip("Linux's access lists", allow_module_level=True)

from cyberlib_client.system.linux.metadata import LinuxMetadata

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may")

SHE, HE = 4242, 4243
ANOTHER = os.getegid() + 4242
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")


def listed(owner: int, group: int, others: int, mask: int | None = None, **named: int) -> bytes:
    """An access list; `named`: `u4242=6`."""
    rows = [(1, owner, -1)]
    rows += [(2, rights, int(name[1:])) for name, rights in named.items() if name[0] == "u"]
    rows += [(4, group, -1)]
    rows += [(8, rights, int(name[1:])) for name, rights in named.items() if name[0] == "g"]
    rows += [(16, mask, -1)] if mask is not None else []
    rows += [(32, others, -1)]
    return posix_access_list(*rows)


@contextmanager
def as_user(number: int) -> Iterator[None]:
    """As an ordinary user without groups."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture
def hers(tmp_path: Path) -> Iterator[Path]:
    """A folder of another user, who can reach it."""
    above = [tmp_path, *tmp_path.parents[:-2]]
    before = [path.stat().st_mode for path in above]
    for path in above:
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o011)
    folder = tmp_path / "target"
    folder.mkdir(0o755)
    os.chown(folder, SHE, SHE)
    yield folder
    for path, mode in zip(above, before, strict=True):
        path.chmod(stat.S_IMODE(mode))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


# What a recorded list says of the group


@pytest.mark.parametrize(
    ("mode", "access", "given"),
    [
        (0o660, listed(6, 0, 0, 6, u4242=6), 0o600),  # chmod 600, then setfacl -m u:4242:rw
        (0o664, listed(6, 4, 4, 6, g4242=6), 0o644),
        (0o640, listed(6, 6, 0, 4, u4242=6), 0o640),
        (0o644, listed(6, 4, 4, 4, u4242=0), 0o640),  # somebody is shut out of what all may read
        (0o660, b"\2\0\0\0nonsense", 0o600),
        (0o664, listed(6, 6, 4), 0o664),
    ],
)
@pytest.mark.parametrize("metadata", [LinuxMetadata(), None])
def test_without_its_list_an_item_gives_nobody_more(
    start: Start, mode: int, access: bytes, given: int, metadata: LinuxMetadata | None
) -> None:
    meta = EntryMeta(mode, os.geteuid(), os.getegid(), META.mtime_ns, {"acl:access": access})
    restore = start(metadata=metadata)
    made = restore.every_kind(meta)
    assert [mode_of(path) for path in made] == [given] * 4
    assert not any(ACCESS in os.listxattr(path) for path in made)
    (file,) = restore.target.standing(restore.root, b"small", 5)
    file.keep(meta)
    assert mode_of(restore.path / "small") == given


def test_a_list_that_cannot_be_set_counts_as_none(start: Start) -> None:
    """The system refuses one whose entries are out of order."""
    rows = [(4, 0, -1), (1, 6, -1), (2, 6, SHE), (16, 6, -1), (32, 0, -1)]
    access = posix_access_list(*rows)
    meta = EntryMeta(0o660, os.geteuid(), os.getegid(), META.mtime_ns, {"acl:access": access})
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(acl=True))
    assert [mode_of(path) for path in restore.every_kind(meta)] == [0o600] * 4
    assert restore.told() == ["metadata_lost"] * 4


def test_a_list_for_another_group_gives_this_one_no_more_than_everybody(start: Start) -> None:
    meta = EntryMeta(0o664, os.geteuid(), ANOTHER, META.mtime_ns, {"acl:access": listed(6, 6, 4, 6, u4242=6)})
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(acl=True))
    for path in restore.every_kind(meta):
        assert os.getxattr(path, ACCESS) == listed(6, 4, 4, 6, u4242=6)
        assert mode_of(path) == 0o664
    (file,) = restore.target.standing(restore.root, b"small", 5)
    file.keep(meta)
    assert os.getxattr(restore.path / "small", ACCESS) == listed(6, 4, 4, 6, u4242=6)
    assert restore.incidents == []


# What the target folder hands down


def test_a_list_that_the_target_hands_down_gives_nothing(tmp_path: Path, start: Start) -> None:
    (tmp_path / "target").mkdir(0o700)
    os.setxattr(tmp_path / "target", DEFAULT, listed(7, 0, 0, 7, u4242=7))
    restore = start()
    meta = EntryMeta(0o664, os.geteuid(), os.getegid(), META.mtime_ns)
    made = restore.every_kind(meta)
    inner = restore.folder(b"inner")
    restore.file(b"f", parent=inner)
    restore.target.finish_directory(restore.folder(b"deep", inner), FOLDER)
    made += [restore.path / "inner", restore.path / "inner" / "f", restore.path / "inner" / "deep"]
    for path in made:
        assert not {ACCESS, DEFAULT} & set(os.listxattr(path)), path
    assert [mode_of(path) for path in made[:4]] == [0o664] * 4
    assert os.getxattr(tmp_path / "target", DEFAULT) == listed(7, 0, 0, 7, u4242=7)


def test_a_list_of_the_item_itself_is_set_there(tmp_path: Path, start: Start) -> None:
    (tmp_path / "target").mkdir(0o700)
    os.setxattr(tmp_path / "target", DEFAULT, listed(7, 0, 0, 7, u4242=7))
    own = listed(6, 4, 4, 6, u4243=6)
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(acl=True))
    meta = EntryMeta(0o664, os.geteuid(), os.getegid(), META.mtime_ns, {"acl:access": own})
    assert [os.getxattr(path, ACCESS) for path in restore.every_kind(meta)] == [own] * 4


@root_only
def test_she_who_owns_the_target_reads_no_more_than_was_recorded(hers: Path, start: Start) -> None:
    restore = start(wishes=Wishes(owner=True))
    os.setxattr(hers, DEFAULT, listed(7, 0, 0, 7, u4242=7))  # after the folder was looked at
    made = restore.every_kind(EntryMeta(0o660, HE, HE, META.mtime_ns))
    with as_user(SHE):
        for path in made[:2]:
            with pytest.raises(PermissionError):
                path.read_bytes()
    assert not any(ACCESS in os.listxattr(path) for path in made)


# What another user has there already


@root_only
@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE])
def test_a_file_of_a_stranger_is_not_taken_for_the_same(
    hers: Path, start: Start, conflict: Conflict, owner: bool
) -> None:
    (hers / "tool").write_bytes(b"known")
    os.chown(hers / "tool", SHE, SHE)
    meta = EntryMeta(0o4755, HE, HE, META.mtime_ns)
    held = os.open(hers / "tool", os.O_RDWR)
    try:
        restore = start(wishes=Wishes(owner=owner), conflict=conflict)
        assert list(restore.target.standing(restore.root, b"tool", 5, HE)) == []
        outcome = restore.target.write_small(restore.root, b"tool", b"known", meta)
        there = os.fstat(held)
        os.pwrite(held, b"EVIL!", 0)
    finally:
        os.close(held)
    assert (there.st_uid, stat.S_IMODE(there.st_mode)) == (SHE, 0o644)
    name = "tool" if conflict is Conflict.REPLACE else "tool (CyberLib 2026-11-22)"
    assert outcome is (Outcome.REPLACED if conflict is Conflict.REPLACE else Outcome.KEPT_BOTH)
    assert (hers / name).read_bytes() == b"known"
    assert (hers / name).stat().st_uid == (HE if owner else 0)


@root_only
def test_what_was_there_gets_no_rights_to_run_as_its_owner(hers: Path, start: Start) -> None:
    (hers / "tool").write_bytes(b"known")
    os.chown(hers / "tool", SHE, SHE)
    (hers / "tool").chmod(0o755)
    extras = {
        "xattr:security.capability": CAPABILITY,
        "xattr-hex:" + b"security.capability".hex().upper(): CAPABILITY,
        "xattr:user.note": b"1",
    }
    meta = EntryMeta(0o6755, SHE, HE, META.mtime_ns, extras)
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(owner=True))
    (file,) = restore.target.standing(restore.root, b"tool", 5, SHE)
    assert file.keep(meta) is Outcome.IDENTICAL
    found = (hers / "tool").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (0o755, SHE, HE)
    assert os.listxattr(hers / "tool") == ["user.note"]
    assert found.st_mtime_ns == META.mtime_ns
    told = restore.incidents[-1]
    assert isinstance(told, Incident)
    assert (told.code, told.path) == ("metadata_lost", "/tool")
    assert told.detail.startswith("mode, xattr:security.capability")


@root_only
def test_rights_that_were_there_already_are_neither_lost_nor_told(start: Start) -> None:
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(owner=True))
    meta = EntryMeta(0o4755, HE, HE, META.mtime_ns, {"xattr:security.capability": CAPABILITY})
    path = restore.path / "tool"
    restore.target.write_small(restore.root, b"tool", b"known", meta)
    for mtime_ns in (META.mtime_ns, 1):
        os.utime(path, ns=(mtime_ns, mtime_ns))
        (file,) = restore.target.standing(restore.root, b"tool", 5, HE)
        file.keep(meta)
        assert (mode_of(path), path.stat().st_mtime_ns) == (0o4755, META.mtime_ns)
        assert os.getxattr(path, "security.capability") == CAPABILITY
    assert restore.incidents == []


@root_only
def test_an_own_file_loses_the_list_of_a_stranger_with_its_rights(hers: Path, start: Start) -> None:
    (hers / "f").write_bytes(b"known")
    (hers / "f").chmod(0o600)
    os.setxattr(hers / "f", ACCESS, listed(6, 0, 0, 0, u4242=6))
    restore = start(wishes=Wishes(owner=True))
    (file,) = restore.target.standing(restore.root, b"f", 5, HE)
    file.keep(EntryMeta(0o660, HE, HE, META.mtime_ns))
    assert (mode_of(hers / "f"), os.listxattr(hers / "f")) == (0o660, [])


@root_only
@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE])
def test_a_folder_of_a_stranger_is_another(hers: Path, start: Start, conflict: Conflict) -> None:
    (hers / "folder").mkdir()
    os.chown(hers / "folder", SHE, SHE)
    aside = "folder (CyberLib 2026-11-22)"
    for number in range(2):
        restore = start(wishes=Wishes(owner=True), conflict=conflict)
        meta = FOLDER._replace(uid=HE, gid=HE, mode=0o2770)
        handle = restore.target.open_directory(restore.root, b"folder", meta)
        assert not isinstance(handle, Outcome)
        restore.file(b"f%d" % number, b"x", handle)
        restore.target.finish_directory(handle, meta)
        restore.target.close()
    ours, theirs = (aside, "folder") if conflict is Conflict.KEEP_BOTH else ("folder", aside)
    assert sorted(path.name for path in (hers / ours).iterdir()) == ["f0", "f1"]
    assert list((hers / theirs).iterdir()) == []
    assert [(hers / name).stat().st_uid for name in (ours, theirs)] == [HE, SHE]
    assert mode_of(hers / ours) == 0o2770


@root_only
def test_a_folder_that_only_leads_somewhere_may_be_anybodys(hers: Path, start: Start) -> None:
    (hers / "home").mkdir(0o755)
    os.chown(hers / "home", SHE, SHE)
    restore = start()
    handle = restore.target.open_directory(restore.root, b"home", FOLDER, leads=True)
    assert not isinstance(handle, Outcome)
    restore.file(b"f", b"x", handle)
    assert (hers / "home" / "f").exists()
    assert restore.told() == ["target_of_another"]  # once for all of hers


@root_only
def test_root_is_told_of_a_strangers_folder_on_the_way(tmp_path: Path, start: Start) -> None:
    (tmp_path / "target" / "home").mkdir(parents=True)
    os.chown(tmp_path / "target" / "home", SHE, SHE)
    restore = start()
    restore.target.open_directory(restore.root, b"home", FOLDER, leads=True)
    assert restore.incidents == [Incident("target_of_another", "/home")]


@root_only
def test_a_strangers_link_is_no_target(tmp_path: Path, start: Start) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "target"
    link.symlink_to(tmp_path / "elsewhere")
    os.chown(link, SHE, SHE, follow_symlinks=False)
    for path in (f"{link}", f"{link}/"):
        with pytest.raises(Failed, match="target_unusable"):
            Target(path)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    os.chown(link, 0, 0, follow_symlinks=False)
    start().file(b"f")
    assert (tmp_path / "elsewhere" / "f").exists()


def test_folders_on_the_way_to_the_target_are_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Target(str(tmp_path / "a" / "b" / "target")).close()
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "target"]
    assert [mode_of(path) for path in made] == [0o700] * 3


def test_a_name_met_twice_counts_once(tmp_path: Path, start: Start) -> None:
    """As its own item, and as what an earlier restore kept beside another: the file has a name elsewhere."""
    beside = b"a (CyberLib 2026-11-22)"
    outside = tmp_path / "outside"
    outside.write_bytes(b"same")
    outside.chmod(0o600)
    (tmp_path / "target").mkdir()
    os.link(outside, tmp_path / "target" / os.fsdecode(beside))
    (tmp_path / "target" / "a").write_bytes(b"other")
    restore = start()
    meta = EntryMeta(0o666, os.geteuid(), os.getegid(), META.mtime_ns)
    for name in (b"a", beside):
        (file,) = restore.target.standing(restore.root, name, 4)
        file.keep(meta, linked="same")
    restore.target.tell_linked()
    assert mode_of(outside) == 0o600
    assert restore.told() == ["metadata_lost"]


@root_only
@pytest.mark.parametrize("dry", [False, True])
def test_root_is_told_that_the_target_is_anothers(hers: Path, start: Start, dry: bool) -> None:
    restore = start(place=DryPlace(system_place(None, Wishes())) if dry else None)
    assert restore.incidents == [Incident("target_of_another", "/")]


@root_only
def test_a_user_in_a_folder_of_their_own_is_told_nothing(hers: Path, start: Start) -> None:
    with as_user(SHE):
        assert start().incidents == []


# What cannot be opened


@root_only
def test_a_fifo_and_a_link_of_a_stranger_are_left_as_they_are(hers: Path, start: Start) -> None:
    os.mkfifo(hers / "fifo", 0o600)
    os.symlink("aim", hers / "link")
    for name in ("fifo", "link"):
        os.chown(hers / name, SHE, SHE, follow_symlinks=False)
    before = [(hers / name).lstat() for name in ("fifo", "link")]
    restore = start()
    restore.target.fifo(restore.root, b"fifo", META._replace(mode=0o666))
    restore.target.symlink(restore.root, b"link", b"aim", META)
    assert [(hers / name).lstat() for name in ("fifo", "link")] == before
    assert restore.told() == ["target_of_another", "metadata_lost", "metadata_lost"]


@root_only
@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_what_is_put_in_the_place_of_a_new_item_gets_nothing(
    hers: Path, start: Start, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She, between the making and the dressing of an item, puts a file of root's there."""
    (hers / "secret").write_bytes(b"of root")
    (hers / "secret").chmod(0o600)
    maker = {"fifo": "mkfifo", "link": "symlink"}[kind]
    really = getattr(os, maker)

    def make(*args: object, **kwargs: object) -> None:
        really(*args, **kwargs)
        with as_user(SHE):
            os.rename(hers / "secret", hers / "item")

    monkeypatch.setattr(os, maker, make)
    before = (hers / "secret").stat()
    restore = start(metadata=LinuxMetadata(), wishes=Wishes(owner=True))
    meta = EntryMeta(0o666, SHE, SHE, META.mtime_ns, {"xattr:trusted.mark": b"1"})
    if kind == "fifo":
        restore.target.fifo(restore.root, b"item", meta)
    else:
        restore.target.symlink(restore.root, b"item", b"aim", meta)
    after = (hers / "item").lstat()
    assert (after.st_ino, after.st_uid, after.st_mode, after.st_mtime_ns) == (
        before.st_ino, before.st_uid, before.st_mode, before.st_mtime_ns,
    )  # fmt: skip
    assert os.listxattr(hers / "item") == []
    assert restore.told() == ["target_of_another", "metadata_lost"]


# Names elsewhere


def test_a_linked_file_gets_its_metadata_with_its_last_name(start: Start) -> None:
    restore = start()
    restore.file(b"a", b"known")
    os.link(restore.path / "a", restore.path / "b")
    meta = META._replace(mode=0o600, mtime_ns=1)
    for name in (b"a", b"b"):
        assert (restore.path / "a").stat().st_mtime_ns == META.mtime_ns
        (file,) = restore.target.standing(restore.root, name, 5)
        file.keep(meta, linked=1)
    restore.target.tell_linked()
    found = (restore.path / "a").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_mtime_ns) == (0o600, 1)
    assert restore.incidents == []


def test_a_linked_file_with_a_name_elsewhere_is_left_alone(start: Start, tmp_path: Path) -> None:
    restore = start()
    restore.file(b"a", b"known")
    os.link(restore.path / "a", restore.path / "b")
    os.link(restore.path / "a", tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").stat()
    for name in (b"a", b"b"):
        (file,) = restore.target.standing(restore.root, name, 5)
        file.keep(META._replace(mode=0o666, mtime_ns=1), linked=1)
    restore.target.tell_linked()
    assert (tmp_path / "elsewhere").stat() == before
    assert restore.incidents == [Incident("metadata_lost", "/b", "mode, time")]


# A dry run


def test_a_dry_run_changes_no_mode_even_for_an_instant() -> None:
    with unprivileged() as folder:
        path = folder / "target" / "f"
        with Target(str(folder / "target")) as target:
            target.write_small(target.root, b"f", b"x", META._replace(mode=0o200, gid=os.getegid()))
        before = path.stat()
        place = DryPlace(system_place(None, Wishes()))
        with Target(str(folder / "target"), place=place) as target:
            assert list(target.standing(target.root, b"f", 1)) == []
        assert path.stat().st_ctime_ns == before.st_ctime_ns
