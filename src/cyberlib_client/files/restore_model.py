"""What a restore says and hears: metadata of an item, conflicts, outcomes, the file system it writes to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import Enum, StrEnum
from typing import Final, NamedTuple, Protocol

from ..core.platform import NOT_APPLICABLE
from ..core.ports import Buffer
from .restore_names import NameRules

PART: Final = b".cyberlib-part-"
"""How the names begin under which a file is written before it is whole."""


class Conflict(StrEnum):
    """What to do when something that the restore did not make has the name of an item."""

    ASK = "ask"
    KEEP_BOTH = "keep-both"
    REPLACE = "replace"
    SKIP = "skip"


class Outcome(Enum):
    """How an item ended. What went wrong or differs was told as an Incident."""

    WRITTEN = "written"
    KEPT_BOTH = "kept_both"
    REPLACED = "replaced"
    IDENTICAL = "identical"  # it was there already: left, its metadata set where they differed
    SKIPPED = "skipped"
    COPY_NEEDED = "copy_needed"  # a hard link this file system cannot make: write the content again
    REFUSED = "refused"  # by the system: no rights, a name or kind of item it does not know

    @property
    def there(self) -> bool:
        """True when what was asked for is now on disk, under its name or another."""
        return self in _THERE


_THERE: Final = frozenset((Outcome.WRITTEN, Outcome.KEPT_BOTH, Outcome.REPLACED, Outcome.IDENTICAL))


class EntryMeta(NamedTuple):
    """`mode`: permission bits. `mtime_ns`: since 1970. `extras`: extended attributes, ACLs and the like by
    namespaced name (core.platform)."""

    mode: int
    uid: int
    gid: int
    mtime_ns: int
    extras: Mapping[str, bytes] | None = None


class Question(NamedTuple):
    """A conflict put to the user: the item's path below the restored folder, and what is there now."""

    path: str
    directory: bool
    size: int
    mtime_ns: int


Ask = Callable[[Question], Conflict]


_RIGHTS_OF_OTHERS: Final = frozenset(
    NOT_APPLICABLE + key for key in ("windows:sddl", "acl:access", "acl:default", "acl:macos")
)


class Wishes(NamedTuple):
    """What to restore beyond content, names, times and the nine permission bits.

    `owner`: user, group, and the setuid, setgid and sticky bits that are safe only with them. `acl`:
    access lists. Both need privileges. `devices`: device files, for root alone. `flush`: every file
    on the disk before it counts as written, where that cannot be done for all of them at the end.
    """

    owner: bool = False
    acl: bool = False
    devices: bool = False
    flush: bool = False

    def missed(self, lost: Iterable[str]) -> list[str]:
        """Of metadata that could not be set, what the user is to be told.

        Every file of Windows has an owner and an access list, which say nothing on Linux: nobody who
        did not ask for them wants to hear so of each file.
        """
        return [what for what in lost if self.owner or self.acl or what not in _RIGHTS_OF_OTHERS]


class Exchanged(OSError):
    """Something stands where the restore had put, or just found, something else."""


class Identity(NamedTuple):
    """What tells one file or directory from every other on this machine.

    `owner`: user id, of no meaning on Windows: the number of what was removed is soon another's.
    """

    device: int
    inode: int
    owner: int = 0


class Existing(NamedTuple):
    """What stands where an item should go. `unfinished`: a small file that an interrupted restore left.
    `owner`: its user id, None where there is none (Windows)."""

    directory: bool
    size: int
    mtime_ns: int
    unfinished: bool
    owner: int | None = None


class Traits(NamedTuple):
    """What one file system does. `seal`: the mode that marks a file as being written, None when there is
    none that would be kept. `modes`: False when modes are not kept at all (exFAT)."""

    rules: NameRules
    seal: int | None
    modes: bool = True


class Held:
    """An open file or directory, closed when the last thread that uses it lets go of it.

    `number`: file descriptor, or handle on Windows, where `path` is its full path. `owner`: user id of a
    directory, None where there is none. `gives`: (user, group) of whatever is made in the directory, where
    that is known. `hands_down`: what is made in it may get an access list from it that nobody recorded.
    """

    __slots__ = ("_close", "gives", "hands_down", "number", "owner", "path")

    def __init__(self, number: int, close: Callable[[int], None], path: str = "") -> None:
        self.number = number
        self.path = path
        self.owner: int | None = None
        self.gives: tuple[int, int] | None = None
        self.hands_down = False
        self._close = close

    def __del__(self) -> None:
        try:
            self._close(self.number)
        except OSError:
            pass  # content was checked by whoever wrote it; a directory has nothing to lose


class Place(Protocol):
    """A file system as the writer sees it: every item is named within an open directory.

    No method follows a link in `name`, none overwrites unless it says so, all may be called from
    several threads. FileExistsError: the name is taken. Other OSError: the system refuses. Methods that
    set metadata return the names of what could not be set ("owner", "mode", …).
    Exchanged: somebody puts something else in the place of what is being written.
    """

    reopens_files: bool
    """True when a file being written may be closed in between."""
    open_limit: int
    """Handles to hold open at once."""
    user: int
    """Id of the user who restores; of no meaning on Windows."""

    def open_root(self, path: str, make: bool) -> tuple[Held, Identity]:
        """The directory `path`, made private to its owner if it is missing and is to be made (`make`).
        BlockingIOError: another restore writes to it."""

    def usual(self) -> Traits:
        """What file systems of this system mostly do."""

    def traits(self, directory: Held) -> Traits:
        """Finds out by trying, in the directory itself."""

    def make_directory(self, directory: Held, name: bytes) -> None:
        """Makes a directory that only its owner may enter."""

    def open_directory(self, directory: Held, name: bytes, ours: bool) -> tuple[Held, Identity]:
        """Raises NotADirectoryError for anything but a directory, and Exchanged when it is not our own but
        should be (`ours`)."""

    def finish_directory(self, directory: Held, meta: EntryMeta) -> list[str]:
        """Metadata of a directory in which nothing more will be written."""

    def write(
        self,
        directory: Held,
        name: bytes,
        data: Buffer,
        meta: EntryMeta,
        seal: int | None,
        made: list[Identity] | None = None,
    ) -> list[str]:
        """A whole file. On any error nothing is left. `seal`: see Traits; None asks for no protection.
        `made`: gets the file's identity."""

    def create_part(self, directory: Held, name: bytes, size: int, sparse: bool) -> tuple[Held, Identity]:
        """A file of `size` zero bytes that takes no room yet. `sparse`: part of it is never written."""

    def open_part(self, directory: Held, name: bytes, identity: Identity) -> Held:
        """The same file again, or Exchanged."""

    def pwrite(self, part: Held, data: Buffer, offset: int) -> None:
        """All of `data` at `offset`."""

    def discard(self, part: Held) -> None:
        """Gives the room of an unfinished file back, whoever still holds it open; never fails."""

    def finish_part(self, part: Held, size: int, meta: EntryMeta) -> list[str]:
        """Metadata of a file whose content is complete; OSError when it is not `size` bytes."""

    def finish_last(self, directory: Held, name: bytes, meta: EntryMeta) -> list[str]:
        """What of `meta.extras` can be set only once a file or link has its name for good."""

    def rename_new(self, directory: Held, old: bytes, new: bytes) -> None:
        """Renames unless `new` is taken."""

    def replace(self, directory: Held, old: bytes, new: bytes) -> None:
        """Renames; `new`, if it is there, is gone at the same instant."""

    def remove(self, directory: Held, name: bytes, made: Identity | None = None) -> None:
        """Removes a file or link, if it is `made` (None: whatever it is); never fails."""

    def look(self, directory: Held, name: bytes, seal: int | None, size: int) -> Existing | None:
        """What stands at `name`. `size`: of the file that should, for `unfinished`."""

    def names(self, directory: Held) -> list[bytes]:
        """Of everything in the directory."""

    def open_same(
        self, directory: Held, name: bytes, size: int, owner: int | None, *, touch: bool = True
    ) -> Held | None:
        """The file at `name`, open for reading, if it is a regular one of that size; else None. What belongs
        to another user than who restores, or than `owner`, is not taken for the same: they may change it.

        `touch`: a file of ours that may not be read is made readable for an instant.
        """

    def identity(self, file: Held) -> Identity:
        """Of what `open_same` gave."""

    def read(self, file: Held, offset: int, size: int) -> bytes:
        """Bytes of what `open_same` gave, fewer at its end."""

    def is_link(self, directory: Held, name: bytes, target: bytes) -> bool:
        """Whether a symbolic link that says `target` stands there."""

    def is_special(self, directory: Held, name: bytes, kind: int, device: int) -> bool:
        """Whether what `special` would make stands there."""

    def dress_again(self, item: Held, meta: EntryMeta, linked: Hashable) -> list[str]:
        """Metadata of a file or directory that was there, as far as they differ.

        `linked`: None for a file with one name in this restore, else what tells this name of it from its
        others, each of which comes here. What belongs to another
        user or has a name elsewhere is left alone; what differs of it is returned.
        """

    def dress_unopened(self, directory: Held, name: bytes, kind: int, meta: EntryMeta) -> list[str]:
        """The same for a link (S_IFLNK), fifo or device."""

    def symlink(
        self, directory: Held, name: bytes, target: bytes, folder: bool, meta: EntryMeta
    ) -> list[str]:
        """A symbolic link; `folder` matters on Windows alone."""

    def link(self, first: Held, first_name: bytes, made: Identity, directory: Held, name: bytes) -> None:
        """A second name of the file `made`. FileNotFoundError when its first name is another's by now."""

    def special(self, directory: Held, name: bytes, kind: int, device: int, meta: EntryMeta) -> list[str]:
        """A fifo or device file; `kind` as in `stat` (S_IFIFO, S_IFCHR, S_IFBLK)."""

    def leftovers(self, directory: Held) -> list[bytes]:
        """Names beginning with PART that a restore on this machine left and no running one uses."""

    def part_name(self) -> bytes:
        """A name beginning with PART that nobody else uses."""
