"""Disks of Linux: the table of mounts, and the ids that udev, or the file system itself, tells."""

from __future__ import annotations

import os
import re
import sys
from typing import Final, NamedTuple

if sys.platform == "linux":
    from ...core.platform import Disk, Native

    _BY_UUID: Final = "/dev/disk/by-uuid"
    _IMAGES: Final = {"squashfs", "erofs", "iso9660", "udf"}
    """What is mounted for its programs, or is no place to write to."""
    _NAMED: Final = {"ext2", "ext3", "ext4", "btrfs"}
    """Whose statvfs tells an id made of the one that was written when they were made."""

    class LinuxDisks:
        """See core.platform.Disks."""

        def present(self) -> list[Disk]:
            """Those mounted from a device."""
            known = _uuids()
            found: dict[str, Disk] = {}
            for mount in _mounts():
                name = _id_of(mount, known)
                # One that is mounted in several places is looked for in the first.
                if name and name not in found:
                    found[name] = Disk(name, mount.at)
            return list(found.values())

        def of(self, path: Native) -> Disk | None:
            """By the device number, and among several mounts of it by the path."""
            at = os.path.join(os.path.realpath(os.fsdecode(path)), "")
            best: _Mount | None = None
            for mount in _mounts(all_of_them=True):
                if at.startswith(os.path.join(mount.at, "")) and (
                    best is None or len(mount.at) >= len(best.at)
                ):
                    best = mount
            name = _id_of(best, _uuids()) if best is not None else ""
            return Disk(name, best.at) if best is not None and name else None

    class _Mount(NamedTuple):
        device: str
        at: str
        kind: str

    def _mounts(*, all_of_them: bool = False) -> list[_Mount]:
        found = []
        try:
            with open("/proc/self/mountinfo", "rb") as file:
                for line in file:
                    fields, _, rest = line.partition(b" - ")
                    kind, device = rest.split()[:2]
                    mount = _Mount(_plain(device), _plain(fields.split()[4]), os.fsdecode(kind))
                    if all_of_them or (mount.device.startswith("/dev/") and mount.kind not in _IMAGES):
                        found.append(mount)
        except (OSError, IndexError, ValueError):
            return found
        return found

    def _id_of(mount: _Mount, known: dict[str, str]) -> str:
        if not mount.device.startswith("/dev/"):
            return ""
        try:
            name = known.get(os.path.realpath(mount.device))
            if name:
                return f"uuid:{name}"
            # Without udev: in a container, or for who may not ask.
            told = os.statvfs(mount.at).f_fsid if mount.kind in _NAMED else 0
        except OSError:
            return ""
        return f"fsid:{told:x}" if told else ""

    def _uuids() -> dict[str, str]:
        """By device."""
        found = {}
        try:
            for name in os.listdir(_BY_UUID):
                found[os.path.realpath(os.path.join(_BY_UUID, name))] = name
        except OSError:
            return found
        return found

    def _plain(field: bytes) -> str:
        """Blanks and backslashes stand as three octal digits."""
        return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), field))
