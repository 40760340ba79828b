"""A restore counts only if it gives back what was there: names, links, modes, times and every byte."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

Groups = dict[tuple[int, int], tuple[int, int]]


class NotTheSame(Exception):
    """A restored tree differs from its sources; the message names the first difference."""


def assert_same(sources: Path, target: Path, *, in_full: bool = False) -> None:
    """Compare `sources` with what a tool restored below `target`, where it recreates the sources' path.

    `in_full`: also owners, extended attributes, which names are one file, and the folders' own modes, times
    and attributes. Raises NotTheSame.
    """
    restored = target / str(sources.absolute()).lstrip("/")
    if not restored.is_dir():
        raise NotTheSame(f"nothing restored at {restored}")
    groups: Groups = {}
    for at, folders, names in os.walk(sources):
        other = os.path.join(restored, os.path.relpath(at, sources))
        for missing in set(folders + names) ^ set(os.listdir(other)):
            raise NotTheSame(f"only on one side: {os.path.join(at, missing)}")
        linked = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in names + linked:
            _same_file(os.path.join(at, name), os.path.join(other, name))
        if in_full:
            for name in ("", *names, *linked):
                _same_traits(os.path.join(at, name), os.path.join(other, name), groups)


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


def _same_traits(one: str, two: str, groups: Groups) -> None:
    left, right = os.lstat(one), os.lstat(two)
    for trait in ("st_mode", "st_mtime_ns", "st_uid", "st_gid"):
        if getattr(left, trait) != getattr(right, trait):
            raise NotTheSame(f"{trait} of {one}")
    if _attributes(one) != _attributes(two):
        raise NotTheSame(f"extended attributes of {one}")
    if stat.S_ISDIR(left.st_mode):
        return
    pair = (left.st_dev, left.st_ino), (right.st_dev, right.st_ino)
    if left.st_nlink != right.st_nlink or groups.setdefault(pair[0], pair[1]) != pair[1]:
        raise NotTheSame(f"hard links of {one}")


def _attributes(path: str) -> dict[str, bytes]:
    if sys.platform != "linux":
        return {}
    return {
        name: os.getxattr(path, name, follow_symlinks=False)
        for name in os.listxattr(path, follow_symlinks=False)
    }
