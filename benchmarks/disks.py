"""A fresh file system to restore onto: a used ext4 can make file creation ten times slower for a while."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")


def kind() -> str:
    """What `fresh_disk` gives on this machine, for the report."""
    if _may_mount():
        return "a new ext4 in a loop-mounted image for every restore"
    if SHARED_MEMORY.is_dir():
        return "a folder in shared memory (tmpfs): no right to mount"
    return "a new folder in the work directory: no right to mount, no shared memory"


@contextmanager
def fresh_disk(work: Path, *, room: int, files: int) -> Iterator[Path]:
    """An empty folder on a new file system with room for so many bytes and files; gone afterwards."""
    if _may_mount():
        with _loop_mounted(work, room, files) as target:
            yield target
        return
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else work
    target = parent / f"cyberlib-benchmark-{os.getpid()}"
    target.mkdir()
    try:
        yield target
    finally:
        shutil.rmtree(target)


@contextmanager
def _loop_mounted(work: Path, room: int, files: int) -> Iterator[Path]:
    image, mounted = work / "fresh.img", work / "fresh"
    mounted.mkdir(exist_ok=True)
    with image.open("wb") as file:
        # Every file takes whole blocks of 4 KiB, an inode of 256 bytes, and the journal takes its part.
        file.truncate(int(room * 1.1) + files * 4_500 + (512 << 20))
    # Everything laid out now: otherwise the kernel does it in the background while we measure.
    layout = ["-E", "lazy_itable_init=0,lazy_journal_init=0", "-N", str(files * 11 // 10 + 10_000)]
    try:
        subprocess.run(["mkfs.ext4", "-q", "-F", *layout, str(image)], check=True)
        subprocess.run(["mount", "-o", "loop,noatime", str(image), str(mounted)], check=True)
        target = mounted / "restored"
        target.mkdir()
        try:
            yield target
        finally:
            subprocess.run(["umount", str(mounted)], check=True)
    finally:
        image.unlink()


def _may_mount() -> bool:
    needed = ("mkfs.ext4", "mount", "umount")
    return hasattr(os, "geteuid") and os.geteuid() == 0 and all(map(shutil.which, needed))
