"""Looking into the vault: snapshots, lists, searches, versions, differences, content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from ..core.errors import UsageError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..repository.snapshots import Stored
from ..services import browse
from .paths import inner_path, own_vault_path, shown, shown_text, split_snapshot
from .session import Session
from .times import iso_time

KINDS: Final = {
    tree.FILE: "file",
    tree.DIRECTORY: "directory",
    tree.SYMLINK: "symlink",
    tree.FIFO: "fifo",
    tree.SOCKET: "socket",
    tree.CHARACTER_DEVICE: "character_device",
    tree.BLOCK_DEVICE: "block_device",
}


class EntryInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file, directory or other item. `mode`: permission bits. `target`: of a symbolic link.

    `inconsistent`: it changed while it was saved. `missing`: why there is no content ("unreadable",
    "placeholder"), empty when there is.
    """

    path: str
    kind: str
    size: int
    modified: str
    mode: int
    uid: int
    gid: int
    owner: str = ""
    group: str = ""
    target: str = ""
    inconsistent: bool = False
    missing: str = ""


class FoundInfo(msgspec.Struct, frozen=True):
    """A path in a state, and the snapshots that show it: how many, the oldest (`first`) and the newest."""

    entry: EntryInfo
    first: str
    last: str
    first_time: str
    last_time: str
    snapshots: int


class ChangeInfo(msgspec.Struct, frozen=True):
    """`change`: "added", "removed", "content", "metadata". Sizes are null where there is no such side."""

    change: str
    path: str
    kind: str
    size_before: int | None
    size_after: int | None


_CHANGES: Final = {"+": "added", "-": "removed", "~": "content", "m": "metadata"}


def entries(session: Session, wanted: str, *, recursive: bool = False) -> Iterator[EntryInfo]:
    """What `SNAPSHOT[:PATH]` is: a directory's entries, all below it if `recursive`, or the item itself.

    Raises UsageError("snapshot_…"), ("path_not_in_snapshot"), IntegrityError.
    """
    stored, path = resolve(session, wanted)
    reader = session.vault.reader()
    entry = browse.entry_at(reader, stored.snapshot.root, path)
    if entry.kind != tree.DIRECTORY:
        yield entry_info(path, entry, stored)
    elif recursive:
        for below, found in browse.walk(reader, entry, path):
            session.cancel.check()
            yield entry_info(below, found, stored)
    else:
        above = path.rstrip(b"/") + b"/"
        for found in browse.children(reader, entry):
            yield entry_info(above + found.name, found, stored)


def entry_info(path: bytes, entry: Entry, stored: Stored) -> EntryInfo:
    """An entry as plain values."""
    extra, s = entry.extra, stored.snapshot
    return EntryInfo(
        path=shown(path),
        kind=KINDS[entry.kind],
        size=entry.size,
        modified=iso_time(entry.mtime),
        mode=entry.mode,
        uid=entry.uid,
        gid=entry.gid,
        owner=shown_text(s.owners.get(entry.uid, "")),
        group=shown_text(s.groups.get(entry.gid, "")),
        target=shown(entry.content) if entry.kind == tree.SYMLINK else "",
        inconsistent=extra is not None and extra.inconsistent,
        missing=(extra.missing or "") if extra is not None else "",
    )


def find(session: Session, pattern: str, *, under: str = "", only: str | None = None) -> Iterator[FoundInfo]:
    """Paths whose last name matches `pattern`, in all snapshots or in `only` one, below `under`."""
    listed = session.snapshots
    chosen = listed.items if only is None else [listed.resolve(only)]
    start = inner_path(under)
    for match in browse.find(session.vault.reader(), chosen, pattern, start):
        session.cancel.check()
        yield _found(match.path, match.entry, match.first, match.last, match.count)


def versions(session: Session, path: str) -> list[FoundInfo]:
    """The states of one path over time, oldest first. UsageError("path_not_in_snapshot")."""
    listed, reader = session.snapshots.items, session.vault.reader()
    wanted = own_vault_path(path)
    try:
        found = browse.versions(reader, listed, wanted)
    except UsageError as error:
        # A path of another system, as its listings show it.
        wanted = inner_path(path)
        if error.code != "path_not_in_snapshot" or wanted == own_vault_path(path):
            raise
        found = browse.versions(reader, listed, wanted)
    return [_found(wanted, v.entry, v.snapshots[0], v.snapshots[-1], len(v.snapshots)) for v in found]


def differences(session: Session, before: str, after: str) -> Iterator[ChangeInfo]:
    """What differs between `SNAPSHOT[:PATH]` and another, in order of paths."""
    reader = session.vault.reader()
    (old, old_path), (new, new_path) = resolve(session, before), resolve(session, after)
    old_entry = browse.entry_at(reader, old.snapshot.root, old_path)
    new_entry = browse.entry_at(reader, new.snapshot.root, new_path)
    for change in browse.diff(reader, old_entry, new_entry, new_path):
        session.cancel.check()
        entry = change.after or change.before
        if entry is None:
            continue
        yield ChangeInfo(
            _CHANGES[change.kind],
            shown(change.path),
            KINDS[entry.kind],
            change.before.size if change.before else None,
            change.after.size if change.after else None,
        )


def content(session: Session, wanted: str) -> Iterator[bytes]:
    """The bytes of the file `SNAPSHOT:PATH`. Raises UsageError("not_a_file"), IntegrityError."""
    stored, path = resolve(session, wanted)
    reader = session.vault.reader()
    entry = browse.entry_at(reader, stored.snapshot.root, path)
    if entry.extra is not None and entry.extra.missing:
        raise UsageError("no_content", path=shown(path))
    for piece in browse.content(reader, entry):
        session.cancel.check()
        yield piece


def resolve(session: Session, wanted: str) -> tuple[Stored, bytes]:
    """The snapshot and vault path of `SNAPSHOT[:PATH]`."""
    name, path = split_snapshot(wanted)
    return session.snapshots.resolve(name), inner_path(path)


def _found(path: bytes, entry: Entry, first: Stored, last: Stored, number: int) -> FoundInfo:
    return FoundInfo(
        entry_info(path, entry, last),
        first.id,
        last.id,
        iso_time(first.snapshot.time),
        iso_time(last.snapshot.time),
        number,
    )
