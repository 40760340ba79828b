"""Snapshots of APFS volumes: tmutil(8) makes and removes them, mount_apfs(8) shows them.

Written from the manuals; not run on a Mac yet.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence

from ...core.platform import Native
from ...core.volume_snapshots import Taken, Whose
from ..commands import asked, lies_below, refusal


class LocalSnapshots:
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
        """Mounted in a folder whose name tells the tag and the snapshot's date."""
        tag = whose.tag
        wanted = os.fsencode(path)
        try:
            volume = _volume(wanted)
            if whole and any(m != volume and lies_below(m, wanted) for m in _mounts()):
                return "nested"
            found = re.search(r"(\d{4}-\d\d-\d\d-\d{6})", asked("tmutil", "localsnapshot", volume))
            if found is None:
                return "unsupported"
            day = found[1]
            at = os.fsencode(tempfile.mkdtemp(prefix=f"cyberlib-{tag}-{day}-"))

            def release() -> None:
                _remove(at, day)

            try:
                name = f"com.apple.TimeMachine.{day}.local"
                asked("mount_apfs", "-o", "rdonly,nobrowse", "-s", name, volume, at)
            except OSError:
                release()
                raise
        except OSError as error:
            return refusal(error)
        return Taken(volume, at, release)

    def clear(self, path: Native, whose: Whose) -> int:
        """By the folders that a killed run left."""
        removed, tag = 0, whose.tag
        folder = tempfile.gettempdir()
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                found = re.fullmatch(rf"cyberlib-{re.escape(tag)}-(\d{{4}}-\d\d-\d\d-\d{{6}})-.*", name)
                if found is not None:
                    _remove(os.fsencode(os.path.join(folder, name)), found[1])
                    removed += 1
        return removed


def _remove(at: bytes, day: str) -> None:
    with contextlib.suppress(OSError):
        asked("umount", at)
    with contextlib.suppress(OSError):
        asked("tmutil", "deletelocalsnapshots", day)
    with contextlib.suppress(OSError):
        os.rmdir(at)


def _mounts() -> list[bytes]:
    lines = os.fsencode(asked("mount")).splitlines()
    return [line.partition(b" on ")[2].rpartition(b" (")[0] for line in lines]


def _volume(path: bytes) -> bytes:
    """Where the volume of a path is mounted: the folder above which the device is another."""
    device = os.stat(path).st_dev
    while (above := os.path.dirname(path)) != path and os.stat(above).st_dev == device:
        path = above
    return path
