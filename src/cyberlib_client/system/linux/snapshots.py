"""Snapshots of volumes on Linux: of a btrfs subvolume, or of an LVM volume.

btrfs(8), btrfs-subvolume(8): a read-only snapshot lies in the subvolume's own root, where the same file
system is, and is removed with `subvolume delete`. What is another subvolume or mount below is an empty folder
in it. lvmsnapshot(7), lvcreate(8): a thick snapshot takes a tenth of the volume's size for what changes
meanwhile; it is mounted in a folder of its own. LVM's part is written from the manuals; not run yet.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ...core.platform import Native
from ...core.volume_snapshots import Taken, Whose
from ..commands import asked, lies_below, refusal

_NAME: Final = b".cyberlib-snapshot-"
_SUBVOLUME: Final = 256
"""Inode of the root of a subvolume."""


class _Mount(NamedTuple):
    root: bytes  # of the file system, what is mounted
    at: bytes
    kind: str
    device: str


class LinuxSnapshots:
    """See core.volume_snapshots.VolumeSnapshots."""

    def take(
        self,
        path: Native,
        whose: Whose,
        *,
        whole: bool,
        beside: Sequence[Native],
        check_cancel: Callable[[], None],
    ) -> Taken | str:
        """A snapshot of the subvolume or logical volume."""
        tag = whose.tag
        wanted = os.fsencode(path)
        try:
            mounts = _mounts()
            mount = _of(mounts, wanted)
            if whole and any(m.at != wanted and lies_below(m.at, wanted) for m in mounts):
                return "nested"
            if mount.kind == "btrfs":
                return _subvolume_snapshot(mount, wanted, tag, whole=whole)
            if mount.device.startswith("/dev/mapper/"):
                return _logical_snapshot(mount, tag)
        except OSError as error:
            return refusal(error)
        return "unsupported"

    def clear(self, path: Native, whose: Whose) -> int:
        """By their names; of LVM they are unmounted first."""
        removed, tag = 0, whose.tag
        with contextlib.suppress(OSError):
            mount = _of(_mounts(), os.fsencode(path))
            if mount.kind == "btrfs":
                root = _subvolume(os.fsencode(path))
                for name in os.listdir(root):
                    if name.startswith(_NAME + tag.encode() + b"-"):
                        asked("btrfs", "subvolume", "delete", os.path.join(root, name))
                        removed += 1
            elif mount.device.startswith("/dev/mapper/"):
                group, _ = _volume(mount)
                for volume in asked("lvs", "--noheadings", "-o", "lv_name", group).split():
                    if volume.startswith(f"cyberlib_{tag}_"):
                        with contextlib.suppress(OSError):
                            asked("umount", f"/dev/{group}/{volume}")
                        asked("lvremove", "-y", f"{group}/{volume}")
                        removed += 1
        return removed


def _mounts() -> list[_Mount]:
    """See proc_pid_mountinfo(5)."""
    found = []
    with open("/proc/self/mountinfo", "rb") as listed:
        for line in listed:
            fields, _, rest = line.partition(b" - ")
            kind, device, *_ = rest.split()
            root, at = (part.decode("unicode_escape").encode("latin-1") for part in fields.split()[3:5])
            found.append(_Mount(root, at, kind.decode(), os.fsdecode(device)))
    return found


def _of(mounts: list[_Mount], path: bytes) -> _Mount:
    holding = [m for m in mounts if lies_below(path, m.at)]
    if not holding:
        raise OSError(None, "no mount")
    return max(reversed(holding), key=lambda m: len(m.at))  # of two at one place the last one shows


def _subvolume(path: bytes) -> bytes:
    """The root of the subvolume that holds a path."""
    device = os.stat(path).st_dev
    while True:
        status = os.stat(path)
        if status.st_ino == _SUBVOLUME and status.st_dev == device:
            return path
        above = os.path.dirname(path)
        if above == path:
            raise OSError(None, "no subvolume")
        path = above


def _subvolume_snapshot(mount: _Mount, path: bytes, tag: str, *, whole: bool) -> Taken | str:
    root = _subvolume(path)
    if whole:
        for line in asked("btrfs", "subvolume", "list", "-o", root).splitlines():
            inside = b"/" + os.fsencode(line.partition(" path ")[2])
            below = mount.root.rstrip(b"/")
            if inside.startswith(below + b"/") and lies_below(
                mount.at.rstrip(b"/") + inside[len(below) :], path
            ):
                return "nested"
    at = os.path.join(root, _NAME + f"{tag}-{secrets.token_hex(4)}".encode())
    asked("btrfs", "subvolume", "snapshot", "-r", root, at)

    def release() -> None:
        with contextlib.suppress(OSError):
            asked("btrfs", "subvolume", "delete", at)

    return Taken(root, at, release)


def _volume(mount: _Mount) -> tuple[str, str]:
    group, name = asked("lvs", "--noheadings", "-o", "vg_name,lv_name", mount.device).split()
    return group, name


def _logical_snapshot(mount: _Mount, tag: str) -> Taken | str:
    if mount.root != b"/":
        return "unsupported"
    group, name = _volume(mount)
    thin = asked("lvs", "--noheadings", "-o", "lv_attr", mount.device).strip().startswith("V")
    copy = f"cyberlib_{tag}_{secrets.token_hex(4)}"
    room = ("-kn",) if thin else ("-l", "10%ORIGIN")
    asked("lvcreate", "-s", *room, "-n", copy, f"{group}/{name}")
    at = os.fsencode(tempfile.mkdtemp(prefix="cyberlib-"))

    def release() -> None:
        for command in (("umount", at), ("lvremove", "-y", f"{group}/{copy}")):
            with contextlib.suppress(OSError):
                asked(*command)
        with contextlib.suppress(OSError):
            os.rmdir(at)

    try:
        options = "ro,nouuid,norecovery" if mount.kind == "xfs" else "ro"
        asked("mount", "-o", options, f"/dev/{group}/{copy}", at)
    except OSError:
        release()
        raise
    return Taken(mount.at, at, release)
