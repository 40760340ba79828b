"""A restore counts only if it gives back what was there: names, links, modes, times and every byte."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class NotTheSame(Exception):
    """A restored tree differs from its sources; the message names the first difference."""


def assert_same(sources: Path, target: Path) -> None:
    """Compare `sources` with what a tool restored below `target`, where it recreates the sources' path.

    Raises NotTheSame.
    """
    restored = target / str(sources.absolute()).lstrip("/")
    if not restored.is_dir():
        raise NotTheSame(f"nothing restored at {restored}")
    for at, folders, names in os.walk(sources):
        other = os.path.join(restored, os.path.relpath(at, sources))
        for missing in set(folders + names) ^ set(os.listdir(other)):
            raise NotTheSame(f"only on one side: {os.path.join(at, missing)}")
        linked = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in names + linked:
            _same_file(os.path.join(at, name), os.path.join(other, name))


def _same_file(one: str, two: str) -> None:
    left, right = os.lstat(one), os.lstat(two)
    if stat.S_ISLNK(left.st_mode):
        if not stat.S_ISLNK(right.st_mode) or os.readlink(one) != os.readlink(two):
            raise NotTheSame(f"link {one}")
        return
    if (left.st_mode, left.st_mtime_ns) != (right.st_mode, right.st_mtime_ns):
        raise NotTheSame(f"mode or time of {one}")
    with open(one, "rb") as a, open(two, "rb") as b:
        while True:
            block = a.read(1 << 20)
            if block != b.read(1 << 20):
                raise NotTheSame(f"content of {one}")
            if not block:
                return
