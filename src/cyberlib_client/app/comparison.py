"""Two folders compared in full: names, kinds, content, times, modes, links, extended metadata."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..core.platform import Metadata
from ..core.ports import CancelToken
from ..core.windows_paths import extended
from ..files.names import display
from .bootstrap import is_windows

_BLOCK = 1 << 20


@dataclass
class Comparison:
    """What was compared, and each difference as (path, what)."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    differences: list[tuple[str, str]] = field(default_factory=list)


def compare(
    original: str, copy: str, metadata: Metadata, cancel: CancelToken, *, known: Comparison | None = None
) -> Comparison:
    """Compares everything below two folders, and the folders themselves. Raises Stopped, OSError."""
    result = known or Comparison()
    links: dict[tuple[int, int], tuple[int, int]] = {}
    todo = [(extended(original), extended(copy), "")]
    while todo:
        cancel.check()
        first, second, shown = todo.pop()
        kind = _item(first, second, shown, result, metadata, links)
        if kind == "directory":
            names = set(os.listdir(first)) | set(os.listdir(second))
            for name in sorted(names, reverse=True):
                todo.append((os.path.join(first, name), os.path.join(second, name), f"{shown}/{name}"))
    return result


def _item(
    first: str,
    second: str,
    shown: str,
    result: Comparison,
    metadata: Metadata,
    links: dict[tuple[int, int], tuple[int, int]],
) -> str:
    def differs(what: str) -> None:
        result.differences.append((display(os.fsencode(shown or "/")), what))

    try:
        a, b = os.lstat(first), os.lstat(second)
    except FileNotFoundError:
        differs("missing" if os.path.lexists(first) else "extra")
        return ""
    if stat.S_IFMT(a.st_mode) != stat.S_IFMT(b.st_mode):
        differs("kind")
        return ""
    for what in _attributes(first, second, a, b, metadata):
        differs(what)
    if stat.S_ISDIR(a.st_mode):
        result.directories += 1
        return "directory"
    if not stat.S_ISREG(a.st_mode):
        result.others += 1
        return "other"
    result.files += 1
    result.bytes += a.st_size
    # Hard links stay links: what is one file in the original is one file in the copy.
    if a.st_nlink > 1 and links.setdefault((a.st_dev, a.st_ino), (b.st_dev, b.st_ino)) != (
        b.st_dev,
        b.st_ino,
    ):
        differs("link")
    if a.st_size != b.st_size or not _same_content(first, second):
        differs("content")
    return "file"


def _attributes(
    first: str, second: str, a: os.stat_result, b: os.stat_result, metadata: Metadata
) -> Iterator[str]:
    link = stat.S_ISLNK(a.st_mode)
    if a.st_mtime_ns != b.st_mtime_ns and not (link and is_windows()):
        yield "time"
    if not link and stat.S_IMODE(a.st_mode) != stat.S_IMODE(b.st_mode):
        yield "mode"
    if link and os.readlink(first) != os.readlink(second):
        yield "target"
    if _attributes_of(first, link, metadata) != _attributes_of(second, link, metadata):
        yield "attributes"


def _attributes_of(path: str, link: bool, metadata: Metadata) -> dict[str, bytes]:
    """Without owners and access lists, which a restore gives back only on request."""
    found = metadata.read(path if is_windows() else os.fsencode(path), is_symlink=link)
    return {name: value for name, value in found.items() if not name.startswith(("acl:", "windows:sddl"))}


def _same_content(first: str, second: str) -> bool:
    with open(first, "rb") as a, open(second, "rb") as b:
        while True:
            x, y = a.read(_BLOCK), b.read(_BLOCK)
            if x != y:
                return False
            if not x:
                return True
