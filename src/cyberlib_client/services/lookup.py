"""Finding what a path means: names in other capitals, where Windows made the snapshot, and ends of links."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.errors import IntegrityError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.platform import LINK
from ..files.names import windows_folded
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import find_entry, read_directory
from .browse import look, split_path


def as_saved(reader: Reader, snapshots: Iterable[Stored], path: bytes) -> bytes:
    """The path as the first of the snapshots that holds it writes it; as it is given when none does.

    In a snapshot made on Windows, a name that is not there as it is given stands for the one that differs
    from it by case alone, if there is but one. What cannot be read is passed over: whoever looks at the path
    hears of it.
    """
    for stored in snapshots:
        if stored.snapshot.system == "windows":
            try:
                found = _written(reader, stored.snapshot.root, split_path(path))
            except IntegrityError:
                continue
            if found is not None:
                return found
    return path


def _written(reader: Reader, root: bytes, names: list[bytes]) -> bytes | None:
    node, written = root, b""
    for name in names:
        if not node:
            return None
        entry = find_entry(reader, node, name) or _alike(reader, node, name)
        if entry is None:
            return None
        written += b"/" + entry.name
        node = entry.content if entry.kind == tree.DIRECTORY else b""
    return written or b"/"


def _alike(reader: Reader, node: bytes, name: bytes) -> Entry | None:
    folded = windows_folded(name)
    found = [entry for entry in read_directory(reader, node) if windows_folded(entry.name) == folded]
    return found[0] if len(found) == 1 else None


def leads_to_folder(reader: Reader, root: bytes, path: bytes, link: Entry) -> bool:
    """Whether a symbolic link at `path` means a folder, which Windows wants to know when it makes one.

    A link of Windows says so itself; for others, what it leads to is looked for in the snapshot.
    """
    if link.extra is not None and LINK in (link.extra.metadata or {}):
        return True
    names = [] if link.content.startswith(b"/") else split_path(path)[:-1]
    for name in split_path(link.content):
        if name == b"..":
            del names[-1:]
        elif name != b".":
            names.append(name)
    try:
        entry = look(reader, root, b"/".join(names))
    except IntegrityError:
        return False
    return entry is not None and entry.kind == tree.DIRECTORY
