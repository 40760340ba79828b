"""Folders on disk, made from a description and told again, so that two of them can be compared."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

Plan = Mapping[str, "bytes | Plan"]
"""Name → content of a file, or the plan of a folder."""


class Item(NamedTuple):
    """What a restore must bring back of one item. `mtime` in ns, 0 for links; `mode`: permission bits."""

    kind: str
    content: bytes
    mode: int
    mtime: int


def make_tree(folder: str | Path, plan: Plan) -> Path:
    """Makes the folder and what the plan says, in addition to what is there."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    for name, what in plan.items():
        if isinstance(what, bytes):
            (root / name).write_bytes(what)
        else:
            make_tree(root / name, what)
    return root


def told(folder: str | Path, *, modes: bool = os.name != "nt") -> dict[str, Item]:
    """Every item below a folder by its path from there, `/` between names."""
    found: dict[str, Item] = {}
    top = os.fspath(folder)
    stack = [(top, "")]
    while stack:
        at, inside = stack.pop()
        with os.scandir(at) as entries:
            for entry in entries:
                path = inside + entry.name
                item = _item(entry, modes)
                found[path] = item
                if item.kind == "folder":
                    stack.append((entry.path, path + "/"))
    return found


def _item(entry: os.DirEntry[str], modes: bool) -> Item:
    status = entry.stat(follow_symlinks=False)
    mode = stat.S_IMODE(status.st_mode) if modes else 0
    if entry.is_symlink():
        return Item("link", os.fsencode(os.readlink(entry.path)), 0, 0)
    if entry.is_dir(follow_symlinks=False):
        return Item("folder", b"", mode, status.st_mtime_ns)
    if entry.is_file(follow_symlinks=False):
        with open(entry.path, "rb") as file:
            return Item("file", file.read(), mode, status.st_mtime_ns)
    return Item(stat.filemode(status.st_mode)[0], b"", mode, status.st_mtime_ns)
