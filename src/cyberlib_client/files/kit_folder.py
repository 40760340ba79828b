"""The lists of a kit: written from what lies in its folder, and compared with it."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from ..core.errors import Failed
from ..core.kit import COLUMNS, LISTS, MANIFEST, OWN, PART, SUMS, TABLE, Head, Item
from ..core.windows_paths import extended
from .names import display, parse_display

_PIECE: Final = 1 << 20


class Found(NamedTuple):
    """An item of a folder: its path from there as bytes with `/`, and its status."""

    path: bytes
    status: os.stat_result


Tick = Callable[[int], None]
"""Told of bytes that were read; may raise Stopped."""


@contextlib.contextmanager
def told(at: str) -> Iterator[None]:
    """Turns the system's errors into Failed("kit_not_written", at=…, reason=…)."""
    try:
        yield
    except OSError as error:
        raise Failed("kit_not_written", at=at, reason=error.strerror or type(error).__name__) from None


def walk(root: str) -> Iterator[Found]:
    """All that lies below a folder, in order of names, without the kit's own lists; follows no link.

    Raises OSError.
    """
    stack = [(_native(root), b"")]
    while stack:
        folder, inside = stack.pop()
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        deeper = []
        for entry in listed:
            path = inside + os.fsencode(entry.name)
            if not inside and entry.name in OWN:
                continue
            status = entry.stat(follow_symlinks=False)
            yield Found(path, status)
            if entry.is_dir(follow_symlinks=False):
                deeper.append((entry.path, path + b"/"))
        stack += reversed(deeper)


def item_of(root: str, found: Found, snapshot: str, mtime: str, tick: Tick) -> Item:
    """An item for the lists, its content read. Raises OSError."""
    path, status = native_path(root, found.path), found.status
    kind, digest, target = kind_of(status), "", ""
    if kind == "file":
        digest = sha256_of(path, tick)
    elif kind == "symlink":
        target = display(os.fsencode(os.readlink(path)))
    size = status.st_size if kind == "file" else 0
    return Item(display(found.path), kind, size, mtime, digest, target, snapshot)


def kind_of(status: os.stat_result) -> str:
    """As `Item.kind` has it."""
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return "file"
    return "directory" if stat.S_ISDIR(mode) else "symlink" if stat.S_ISLNK(mode) else "other"


def sha256_of(path: str, tick: Tick) -> str:
    """Of a file's content, in hex. Raises OSError."""
    digest = hashlib.sha256()
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    number = os.open(path, flags)
    try:
        while piece := os.read(number, _PIECE):
            digest.update(piece)
            tick(len(piece))
    finally:
        os.close(number)
    return digest.hexdigest()


def native_path(root: str, path: bytes) -> str:
    """The path on this machine of an item."""
    return os.path.join(_native(root), *map(os.fsdecode, path.split(b"/")))


def _native(root: str) -> str:
    return extended(os.path.abspath(root))


class ListWriter:
    """Writes the three lists, item by item; with `finish` they are whole, on the disk, under their names."""

    def __init__(self, root: str, head: Head) -> None:
        self._root = _native(root)
        self._files = {name: open(self._temporary(name), "wb") for name in LISTS}  # noqa: SIM115
        self._digests = {name: hashlib.sha256() for name in LISTS}
        self._first = True
        self._add(MANIFEST, msgspec.json.encode(head)[:-1] + b',"items":[\n')
        self._add(TABLE, b"\xef\xbb\xbf" + _row(COLUMNS))  # by which a spreadsheet knows UTF-8

    def add(self, item: Item) -> None:
        """The next item. Raises OSError."""
        self._add(MANIFEST, (b"" if self._first else b",\n") + msgspec.json.encode(item))
        self._first = False
        self._add(TABLE, _row(tuple(str(getattr(item, name)) for name in COLUMNS)))
        if item.kind == "file":
            self._add(SUMS, _sum_line(item))

    def finish(self) -> dict[str, str]:
        """The digests of the lists, in hex. Raises OSError."""
        self._add(MANIFEST, b"\n]}\n")
        for name, file in self._files.items():
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.replace(self._temporary(name), os.path.join(self._root, name))
        return {name: self._digests[name].hexdigest() for name in sorted(LISTS)}

    def close(self) -> None:
        """Gives up what is not finished."""
        for name, file in self._files.items():
            file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._temporary(name))

    def _add(self, name: str, data: bytes) -> None:
        self._digests[name].update(data)
        self._files[name].write(data)

    def _temporary(self, name: str) -> str:
        return os.path.join(self._root, name + PART)


def write_whole(root: str, name: str, data: bytes) -> None:
    """A small file, whole or not at all. Raises OSError."""
    path = os.path.join(_native(root), name)
    with open(path + PART, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + PART, path)


def copy_whole(source: str, to: str) -> str:
    """A file of ours, on the disk when this returns. Raises OSError."""
    with open(source, "rb") as taken, open(to, "wb") as file:
        shutil.copyfileobj(taken, file)
        file.flush()
        os.fsync(file.fileno())
    return to


def items(root: str) -> Iterator[Item]:
    """The items that `manifest.csv` lists. Raises OSError, ValueError for what is none."""
    with open(os.path.join(_native(root), TABLE), encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if tuple(next(rows, ())) != COLUMNS:
            raise ValueError("no table of a kit")
        for row in rows:
            if len(row) != len(COLUMNS):
                raise ValueError("no table of a kit")
            given = dict(zip(COLUMNS, row, strict=True))
            size = int(given.pop("size"))
            yield Item(size=size, **given)


def raw(path: str) -> bytes:
    """The path behind an item's. UsageError("bad_path")."""
    return parse_display(path)


def _row(values: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue().encode("utf-8")


def _sum_line(item: Item) -> bytes:
    """As `sha256sum` writes it, which escapes line ends and backslashes, and marks such lines by one."""
    path = parse_display(item.path)
    plain = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return (b"\\" if plain != path else b"") + item.sha256.encode() + b"  " + plain + b"\n"
