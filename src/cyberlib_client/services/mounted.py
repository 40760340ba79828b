"""Snapshots as a tree of files to be mounted: read when they are looked at, and only then.

    latest/…                            the newest snapshot
    snapshots/2026-11-22 18.00 POSTE/…  each of them

or, of one snapshot, what it holds at the top. All that is told stays the same for as long as it is mounted,
so whoever mounts it may remember it. What is damaged costs what it touches alone: EIO, and an incident.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ..core.errors import CyberlibError, IntegrityError, Stopped
from ..core.events import Incident, Listener
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..core.mounting import Status
from ..files.names import display
from ..files.restore_names import NameRules
from ..repository.ranges import Ranges
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import find_entry, read_directory
from .browse import split_path

LATEST: Final = b"latest"
SNAPSHOTS: Final = b"snapshots"
INCOMPLETE: Final = b"#incomplete"
"""Stands in a folder for what of it cannot be read: whatever looks at it gets EIO, and so cannot take what is
left for all there is."""

_KEPT_ITEMS: Final = 50_000
_KINDS: Final = {
    tree.FILE: stat.S_IFREG,
    tree.DIRECTORY: stat.S_IFDIR,
    tree.SYMLINK: stat.S_IFLNK,
    tree.FIFO: stat.S_IFIFO,
    tree.SOCKET: stat.S_IFSOCK,
    tree.CHARACTER_DEVICE: stat.S_IFCHR,
    tree.BLOCK_DEVICE: stat.S_IFBLK,
}
_NAMES: Final = NameRules()
_MOST_TOLD: Final = 1000
"""Incidents told one by one."""


class Owner(NamedTuple):
    """Who mounts: whose everything is that has no owner here."""

    user: int
    group: int


class _Item(NamedTuple):
    """Something in the tree. `stored`: whose; None above snapshots. `below`: of a folder above them."""

    path: bytes
    entry: Entry
    stored: Stored | None
    below: Mapping[bytes, _Item] | None = None


class MountedSnapshots:
    """The tree of some snapshots. Implements `core.mounting.MountedTree`.

    `named`: folder name → snapshot, of all; with `alone` that snapshot is the top. `listener` hears of what
    cannot be read, once each. `damaged` and `unreached` count how often EIO was the answer.
    """

    def __init__(
        self,
        reader: Reader,
        named: Mapping[bytes, Stored],
        *,
        latest: Stored | None,
        alone: Stored | None,
        owner: Owner,
        listener: Listener,
    ) -> None:
        self._reader = reader
        self._ranges = Ranges(reader)
        self._owner = owner
        self._listener = listener
        self._shown = list(named.values()) if alone is None else [alone]
        if alone is not None:
            self._top = _whole(alone, b"")
        else:
            each = {name: _whole(stored, name) for name, stored in named.items()}
            newest = max((s.snapshot.time for s in named.values()), default=0)
            below = {SNAPSHOTS: _Item(b"/" + SNAPSHOTS, _folder(SNAPSHOTS, newest), None, each)}
            if latest is not None:
                below[LATEST] = _whole(latest, LATEST)
            self._top = _Item(b"", _folder(b"", newest), None, below)
        self._items: OrderedDict[bytes, _Item] = OrderedDict()
        self._open: dict[int, _Item] = {}
        self._numbers = itertools.count(1)
        self._told: set[bytes] = set()
        self._lock = threading.Lock()
        self.damaged = 0
        self.unreached = 0

    # ---- what is there ---------------------------------------------------------------------------

    def look(self, path: bytes) -> Status:
        """See `MountedTree`."""
        return self._status(self._item(path))

    def entries(self, path: bytes) -> Iterable[tuple[bytes, Status]]:
        """See `MountedTree`. A folder that cannot be read whole also holds `INCOMPLETE`."""
        item = self._item(path)
        if item.entry.kind != tree.DIRECTORY:
            raise OSError(errno.ENOTDIR, path)
        if item.below is not None:
            return [(name, self._status(inner)) for name, inner in item.below.items()]
        if not item.entry.content:
            raise self._failed(path, IntegrityError("bad_tree"), missing=_missing(item.entry))
        lost: list[CyberlibError] = []
        found = []
        with self._answering(path):
            for entry in read_directory(self._reader, item.entry.content, lost.append):
                name = _NAMES.on_disk(entry.name)
                inner = _Item(path.rstrip(b"/") + b"/" + name, entry, item.stored)
                found.append((name, self._status(inner)))
        if lost:
            error = self._failed(path, lost[0])
            if not found:
                raise error
            found.append((INCOMPLETE, Status(stat.S_IFREG, 1, 1, 0, 0, 0, 0, 0)))
        return found

    def target(self, path: bytes) -> bytes:
        """See `MountedTree`."""
        entry = self._item(path).entry
        if entry.kind != tree.SYMLINK:
            raise OSError(errno.EINVAL, path)
        return entry.content

    def attributes(self, path: bytes) -> Mapping[bytes, bytes]:
        """See `MountedTree`: the ordinary ones (`user.*`), which grant nobody anything."""
        extra = self._item(path).entry.extra
        found: dict[bytes, bytes] = {}
        for key, value in ((extra.metadata if extra else None) or {}).items():
            name = _attribute(key)
            if name.startswith(b"user."):
                found[name] = value
        return found

    def figures(self) -> tuple[int, int]:
        """See `MountedTree`: of the largest snapshot that is shown."""
        counts = [s.snapshot.statistics for s in self._shown]
        return (
            max((c.bytes for c in counts), default=0),
            max((c.files + c.directories + c.others for c in counts), default=0),
        )

    # ---- content ---------------------------------------------------------------------------------

    def open(self, path: bytes) -> int:
        """See `MountedTree`. A file that was saved without content gives EIO: it is not empty."""
        item = self._item(path)
        if item.entry.kind != tree.FILE:
            raise OSError(errno.EISDIR if item.entry.kind == tree.DIRECTORY else errno.EINVAL, path)
        missing = _missing(item.entry)
        if missing:
            raise self._failed(path, IntegrityError("bad_tree"), missing=missing)
        with self._lock:
            number = next(self._numbers)
            self._open[number] = item
        return number

    def read(self, number: int, offset: int, size: int) -> bytes:
        """See `MountedTree`."""
        item = self._open[number]
        with self._answering(item.path):
            return self._ranges.read(item.entry, offset, size)

    def close(self, number: int) -> None:
        """See `MountedTree`."""
        with self._lock:
            self._open.pop(number, None)

    # ---- how -------------------------------------------------------------------------------------

    def _item(self, path: bytes) -> _Item:
        """What is at a path. OSError."""
        path = path.rstrip(b"/")
        with self._lock:
            found = self._items.get(path)
            if found is not None:
                self._items.move_to_end(path)
                return found
        item = self._top
        for name in split_path(path):
            item = self._child(item, name)
        with self._lock:
            self._items[path] = item
            while len(self._items) > _KEPT_ITEMS:
                self._items.popitem(last=False)
        return item

    def _child(self, above: _Item, name: bytes) -> _Item:
        path = above.path + b"/" + name
        if above.entry.kind != tree.DIRECTORY:
            raise OSError(errno.ENOTDIR, path)
        if above.below is not None:
            if name not in above.below:
                raise OSError(errno.ENOENT, path)
            return above.below[name]
        if not above.entry.content:
            raise OSError(errno.ENOENT, path)
        with self._answering(path):
            entry = find_entry(self._reader, above.entry.content, name)
            if entry is None and b"~" in name:  # one that is too long for this system
                entry = self._shortened(above.entry.content, name)
        if entry is None:
            if name == INCOMPLETE:
                self._look_whole(above, path)
            raise OSError(errno.ENOENT, path)
        return _Item(path, entry, above.stored)

    def _shortened(self, directory: bytes, name: bytes) -> Entry | None:
        for entry in read_directory(self._reader, directory, lambda _lost: None):
            if len(entry.name) > _NAMES.limit and _NAMES.on_disk(entry.name) == name:
                return entry
        return None

    def _look_whole(self, item: _Item, path: bytes) -> None:
        """OSError(EIO) when a folder cannot be read whole."""
        with self._answering(path):
            for _ in read_directory(self._reader, item.entry.content):
                pass

    def _status(self, item: _Item) -> Status:
        entry, extra, stored = item.entry, item.entry.extra, item.stored
        user, group, mode = entry.uid, entry.gid, entry.mode
        if stored is None or stored.snapshot.system == "windows":
            user, group = self._owner
            mode = 0o700 if entry.kind == tree.DIRECTORY else 0o600
        recorded = bool(entry.inode or entry.mtime) or stored is None
        modified = entry.mtime if recorded else stored.snapshot.time if stored is not None else 0
        linked = extra.link if extra is not None and entry.kind != tree.DIRECTORY else None
        return Status(
            mode=_KINDS[entry.kind] | mode,
            inode=_inode(item, linked),
            links=2 if linked is not None else 1,
            user=user,
            group=group,
            size=len(entry.content) if entry.kind == tree.SYMLINK else entry.size,
            modified=modified,
            changed=modified + entry.changed,
            device=(extra.device or 0) if extra is not None else 0,
        )

    @contextlib.contextmanager
    def _answering(self, path: bytes) -> Iterator[None]:
        try:
            yield
        except CyberlibError as error:
            raise self._failed(path, error) from None

    def _failed(self, path: bytes, error: CyberlibError, missing: str = "") -> OSError:
        """EIO, after it was told why, once. `missing`: why nothing of it was saved."""
        if isinstance(error, Stopped):
            return OSError(errno.EIO, path)
        damaged = isinstance(error, IntegrityError)
        with self._lock:
            self.damaged += damaged
            self.unreached += not damaged
            known = path if damaged else error.code.encode()
            tell = known not in self._told and len(self._told) < _MOST_TOLD
            if tell:
                self._told.add(known)
        if tell:
            code = "no_content" if missing else "mount_damaged" if damaged else "mount_unreached"
            self._listener(Incident(code, display(path) or "/", missing or error.code))
        return OSError(errno.EIO, path)


def folder_names(snapshots: Sequence[Stored], told: Sequence[str]) -> dict[bytes, Stored]:
    """A folder name for each snapshot, oldest first: `told`, its time and device, without what no name
    may have, and its id where two would be the same."""
    cleaned = ["".join(" " if c in "/\0" or not c.isprintable() else c for c in text) for text in told]
    names: dict[bytes, Stored] = {}
    for stored, text in zip(snapshots, cleaned, strict=True):
        whole = text if cleaned.count(text) == 1 else f"{text} {stored.id[:8]}"
        names[_NAMES.on_disk(whole.strip().encode("utf-8", "replace"))] = stored
    return names


def _folder(name: bytes, time: int) -> Entry:
    return Entry(name, tree.DIRECTORY, 0o700, 0, 0, time, 0, 0, 0, b"")


def _whole(stored: Stored, name: bytes) -> _Item:
    path = b"/" + SNAPSHOTS + b"/" + name if name and name != LATEST else b"/" + name if name else b""
    return _Item(path, root_entry(stored.snapshot.root), stored)


def _inode(item: _Item, linked: tuple[int, int] | None) -> int:
    """The same for all names of one file, and else for none (of 2^63)."""
    root = item.stored.digest if item.stored is not None else b""
    named = b"%d %d" % linked if linked is not None else item.path
    digest = hashlib.blake2b(named, digest_size=8, key=root).digest()
    return int.from_bytes(digest) >> 1 or 1


def _missing(entry: Entry) -> str:
    return (entry.extra.missing or "") if entry.extra is not None else ""


def _attribute(key: str) -> bytes:
    """The name of an extended attribute behind its key in a tree; b"" for what is none."""
    kind, _, name = key.partition(":")
    if kind == "xattr":
        return name.encode("utf-8", "surrogateescape")
    with contextlib.suppress(ValueError):
        return bytes.fromhex(name) if kind == "xattr-hex" else b""
    return b""
