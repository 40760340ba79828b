"""Looking into the vault: snapshots, lists, searches, versions, differences, content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from ..core.errors import IntegrityError, UsageError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..services import browse, search
from ..services.lookup import as_saved
from ..services.names import Names
from .choosing import choose, tell_absent
from .listed import EntryInfo, FoundInfo
from .paths import inner_path, native, own_vault_path, shown, shown_text, split_snapshot, vault_path_in
from .session import Session
from .times import iso_time
from .workplace import Notice

KINDS: Final = {
    tree.FILE: "file",
    tree.DIRECTORY: "directory",
    tree.SYMLINK: "symlink",
    tree.FIFO: "fifo",
    tree.SOCKET: "socket",
    tree.CHARACTER_DEVICE: "character_device",
    tree.BLOCK_DEVICE: "block_device",
}


class ChangeInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """`change`: "added", "removed", "content", "metadata". Sizes are null where there is no such side.
    `native`: as in `EntryInfo`."""

    change: str
    path: str
    kind: str
    size_before: int | None
    size_after: int | None
    native: str = ""


_CHANGES: Final = {"+": "added", "-": "removed", "~": "content", "m": "metadata"}


_MOST_TOLD: Final = 1000
"""Folders that cannot be read, told one by one."""


class _Unread:
    """Tells what cannot be read, and that what is listed is not all; the rest goes on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.count = 0

    def __call__(self, path: bytes, stored: Stored | None) -> None:
        self._session.incomplete = True
        self.count += 1
        if self.count <= _MOST_TOLD:
            snapshot = stored.id[:8] if stored is not None else None
            self._session.notify(Notice("folder_unread", {"path": shown(path), "snapshot": snapshot}))

    def end(self) -> None:
        """Tells how many more there were."""
        if self.count > _MOST_TOLD:
            self._session.notify(Notice("folders_unread", {"count": self.count - _MOST_TOLD}))


def entries(session: Session, wanted: str, *, recursive: bool = False) -> Iterator[EntryInfo]:
    """What `SNAPSHOT[:PATH]` is: a directory's entries, all below it if `recursive`, or the item itself.

    Without a path, the snapshot's sources: what the only one holds, or all of them. What cannot be read is
    told, see `Session.incomplete`. Raises UsageError("snapshot_…"), ("path_not_in_snapshot"), IntegrityError.
    """
    name, text = split_snapshot(wanted)
    stored = choose(session, name)
    reader = session.vault.reader()
    unread = _Unread(session)
    typed = inner_path(text)
    tell_absent(session, name, stored, [] if typed == b"/" else [typed])
    if text:
        path = as_saved(reader, [stored], typed)
        starts = [(path, browse.entry_at(reader, stored.snapshot.root, path))]
    else:
        starts = _sources(reader, stored, unread)
    for path, entry in starts:
        if len(starts) > 1 or entry.kind != tree.DIRECTORY:
            yield entry_info(path, entry, stored)
        if recursive:
            for below, found in browse.walk(reader, entry, path, lambda lost, _: unread(lost, stored)):
                session.cancel.check()
                yield entry_info(below, found, stored)
        elif len(starts) == 1:
            yield from _inside(reader, path, entry, stored, unread)
    unread.end()


def _inside(
    reader: Reader, path: bytes, entry: Entry, stored: Stored, unread: _Unread
) -> Iterator[EntryInfo]:
    """What a directory holds. Raises IntegrityError when nothing of it can be read."""
    lost: list[IntegrityError] = []
    nothing = True
    for found in browse.children(reader, entry, lost.append):
        nothing = False
        yield entry_info(path.rstrip(b"/") + b"/" + found.name, found, stored)
    if lost and nothing:
        raise lost[0]
    if lost:
        unread(path, stored)


def _sources(reader: Reader, stored: Stored, unread: _Unread) -> list[tuple[bytes, Entry]]:
    """What was asked to be saved and is in the snapshot, without what lies in another; else its root."""
    found: list[tuple[bytes, Entry]] = []
    for names in sorted({tuple(browse.split_path(source)) for source in stored.snapshot.sources}):
        path = b"/" + b"/".join(names)
        if found and vault_path_in(path, found[-1][0]):
            continue
        try:
            entry = browse.look(reader, stored.snapshot.root, path)
        except IntegrityError:
            unread(path, stored)
            continue
        if entry is not None:
            found.append((path, entry))
    return found or [(b"/", root_entry(stored.snapshot.root))]


def entry_info(path: bytes, entry: Entry, stored: Stored) -> EntryInfo:
    """An entry as plain values."""
    extra, s, text = entry.extra, stored.snapshot, shown(path)
    return EntryInfo(
        path=text,
        kind=KINDS[entry.kind],
        size=entry.size,
        modified=iso_time(entry.mtime),
        mode=entry.mode,
        uid=entry.uid,
        gid=entry.gid,
        owner=shown_text(s.owners.get(entry.uid, "")),
        group=shown_text(s.groups.get(entry.gid, "")),
        target=shown(entry.content) if entry.kind == tree.SYMLINK else "",
        native=native(text, s.system),
        inconsistent=extra is not None and extra.inconsistent,
        missing=(extra.missing or "") if extra is not None else "",
        consistency=_consistency(entry),
    )


def _consistency(entry: Entry) -> str:
    extra = entry.extra
    if entry.kind != tree.FILE or (extra is not None and extra.missing):
        return ""
    if extra is None:
        return "still"
    known = extra.consistency in (tree.CAPTURED, tree.VOLUME, tree.APPLICATION, tree.RAW)
    return str(extra.consistency) if known else "raw" if extra.inconsistent else "still"


def find(
    session: Session,
    pattern: str,
    *,
    under: str | None = None,
    only: str | None = None,
    names: Names | None = None,
) -> Iterator[FoundInfo]:
    """Paths whose last name matches `pattern`, in all snapshots or in `only` one, below `under`. What `names`
    knows to hold none is not read.

    What cannot be read is told, see `Session.incomplete`. Raises UsageError("path_in_no_snapshot", path=…),
    ("path_not_in_snapshot", path=…) for an `under` that is nowhere, ("empty_pattern"), ("bad_path");
    IntegrityError("no_snapshot_left").
    """
    if not pattern:  # a variable of a script that was never set: not everything
        raise UsageError("empty_pattern")
    listed = session.snapshots
    listed.some_left()
    chosen = listed.items if only is None else [choose(session, only)]
    session.incomplete |= only is None and listed.incomplete
    unread = _Unread(session)
    reader = session.vault.reader()
    start = _start(reader, chosen, under, only is not None) if under is not None else b"/"
    for match in search.find(reader, chosen, pattern, unread, start, names):
        session.cancel.check()
        yield _found(match.path, match.entry, match.first, match.last, match.count)
    unread.end()


def _start(reader: Reader, chosen: list[Stored], under: str, one: bool) -> bytes:
    """The path in the vault below which to search, which one of the snapshots has, or may have."""
    meanings = _meanings(under)
    for typed in meanings:
        path = as_saved(reader, reversed(chosen), typed)
        for stored in reversed(chosen):
            try:
                if browse.look(reader, stored.snapshot.root, path) is not None:
                    return path
            except IntegrityError:
                return path  # the search tells what cannot be read
    raise UsageError("path_not_in_snapshot" if one else "path_in_no_snapshot", path=shown(meanings[0]))


def versions(session: Session, path: str) -> list[FoundInfo]:
    """The states of one path over time, oldest first.

    What cannot be read is told, see `Session.incomplete`. Raises UsageError("path_in_no_snapshot", path=…),
    or IntegrityError("bad_tree"), ("no_snapshot_left") when it may be in what cannot be read.
    """
    listed, reader, unread = session.snapshots, session.vault.reader(), _Unread(session)
    session.incomplete |= listed.incomplete
    meanings = _meanings(path)
    for typed in meanings:
        wanted = as_saved(reader, reversed(listed.items), typed)
        found = browse.versions(reader, listed.items, wanted, unread)
        if found:
            unread.end()
            return [_found(wanted, v.entry, v.snapshots[0], v.snapshots[-1], len(v.snapshots)) for v in found]
    if unread.count:
        raise IntegrityError("bad_tree")
    listed.some_left()
    raise UsageError("path_in_no_snapshot", path=shown(meanings[0]))


def _meanings(path: str) -> list[bytes]:
    """A path of this machine; or one of another system, as listings show it, which may be none here."""
    try:
        own = [own_vault_path(path)]
    except UsageError:
        if not path.startswith("/"):
            raise
        own = []
    return list(dict.fromkeys((*own, inner_path(path))))


def differences(session: Session, before: str, after: str) -> Iterator[ChangeInfo]:
    """What differs between `SNAPSHOT[:PATH]` and another, in order of paths.

    What cannot be read is told, see `Session.incomplete`.
    """
    reader, unread = session.vault.reader(), _Unread(session)
    old, old_path = resolve(session, reader, before)
    new, new_path = resolve(session, reader, after)
    old_entry = browse.entry_at(reader, old.snapshot.root, old_path)
    new_entry = browse.entry_at(reader, new.snapshot.root, new_path)
    for change in browse.diff(reader, old_entry, new_entry, new_path, lambda lost, _: unread(lost, None)):
        session.cancel.check()
        entry = change.after or change.before
        if entry is None:
            continue
        text = shown(change.path)
        yield ChangeInfo(
            _CHANGES[change.kind],
            text,
            KINDS[entry.kind],
            change.before.size if change.before else None,
            change.after.size if change.after else None,
            native(text, new.snapshot.system),
        )
    unread.end()


def content(session: Session, wanted: str) -> Iterator[bytes]:
    """The bytes of the file `SNAPSHOT:PATH`. Raises UsageError("path_wanted", item=…),
    ("not_a_file", path=…), IntegrityError."""
    if not split_snapshot(wanted)[1]:
        raise UsageError("path_wanted", item=wanted)
    reader = session.vault.reader()
    stored, path = resolve(session, reader, wanted)
    entry = browse.entry_at(reader, stored.snapshot.root, path)
    if entry.kind != tree.FILE:
        raise UsageError("not_a_file", path=shown(path))
    if entry.extra is not None and entry.extra.missing:
        raise UsageError("no_content", path=shown(path))
    for piece in browse.content(reader, entry):
        session.cancel.check()
        yield piece


def resolve(session: Session, reader: Reader, wanted: str) -> tuple[Stored, bytes]:
    """The snapshot and vault path of `SNAPSHOT[:PATH]`."""
    name, path = split_snapshot(wanted)
    stored = choose(session, name)
    return stored, as_saved(reader, [stored], inner_path(path))


def _found(path: bytes, entry: Entry, first: Stored, last: Stored, number: int) -> FoundInfo:
    return FoundInfo(
        entry_info(path, entry, last),
        first.id,
        last.id,
        iso_time(first.snapshot.time),
        iso_time(last.snapshot.time),
        number,
    )
