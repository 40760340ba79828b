"""What services ask of the machine they run on; the room `system` has one adapter per system.

Extended metadata is a mapping of namespaced names to bytes, kept in trees as it is:

    xattr:NAME           an extended attribute (Linux, macOS)
    xattr-hex:HEX        the same, for a name that is not UTF-8
    acl:access           POSIX ACL, as Linux stores it in system.posix_acl_access
    acl:default          POSIX ACL that a directory's new entries inherit
    acl:macos            macOS ACL, as acl_to_text(3) writes it, UTF-8
    macos:flags          chflags(2) bits, u32 little-endian
    windows:attributes   file attributes that a user can set, u32 little-endian
    windows:sddl         owner and group, and the access list unless all of it is inherited; UTF-8
    windows:link         "folder" for a symbolic link that was made for a directory; UTF-8
    ads:NAME             an alternate data stream of NTFS
    omitted:NAME         this item exists but is not kept: too large or unreadable; no bytes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, Protocol

Native = str | bytes

NOTHING: Final[dict[str, bytes]] = {}
"""What `Metadata.read` returns for an item with nothing to tell. Never to be changed."""

OMITTED: Final = "omitted:"
NOT_APPLICABLE: Final = "not_applicable:"
"""Put before the name of an item that this system has no place for: another system's, mostly."""

LINK: Final = "windows:link"
"""No loss elsewhere: only Windows has two kinds of links."""

ROOM: Final = 1 << 20
"""Bytes of extended metadata kept of one item; what goes beyond is listed as omitted."""


class Metadata(Protocol):
    """Extended metadata of files, directories and links. May be called from several threads."""

    def read(self, target: Native | int, *, is_symlink: bool) -> dict[str, bytes]:
        """All of one item, names in order; of a link itself, never of its target.

        `target` is its path, or the descriptor of an open file or directory.

        Raises FileNotFoundError and NotADirectoryError when the item is gone. Anything else that
        cannot be read is in the result as omitted, so that it never costs the content.
        """

    def apply(
        self, target: Native | int, items: Mapping[str, bytes], *, want_acl: bool, want_owner: bool
    ) -> list[str]:
        """Gives an item its metadata; returns the names that could not be set.

        To be called after the owner is set and before mode and times (a read-only file takes no
        attributes, a new owner clears capabilities, a written stream changes the time). `target`: a
        path, whose last part is never followed, or an open file. `want_acl`: access lists.
        `want_owner`: the owner in a Windows descriptor, and what gives rights (capabilities). What
        is not wanted is not missed. Never raises for bad items.
        """

    def apply_last(self, target: Native | int, items: Mapping[str, bytes], *, want_owner: bool) -> list[str]:
        """What would bar all later changes, mode and times included: immutable flags. As `apply`."""


class Volumes(Protocol):
    """Facts about file systems. Paths need not be absolute. All raise OSError."""

    def sync_directory(self, path: Native) -> None:
        """Makes names created or removed in a directory survive a power cut, where the system can."""

    def syncs_whole(self, path: Native) -> bool:
        """Whether `sync_volume` is for this user: Windows keeps it to administrators. Never raises; what
        `path` names may be yet to be made."""

    def sync_volume(self, target: Native | int) -> None:
        """Brings all that was written to the file system of `target` to the disk, whoever wrote it.

        `target`: a path, or an open directory; one opened before the writing hears of what could not
        be written meanwhile (Linux). OSError then, EIO mostly: something is not on the disk.
        """

    def is_remote(self, path: Native) -> bool:
        """Whether another machine may change what is at `path`, which this system would not be told of: a
        network drive, or what a program shows as one (FUSE). Never raises, and asks no server."""


class Disk(NamedTuple):
    """A file system that is mounted. `id`: keeps with it wherever it is plugged in, "uuid:…" or "serial:…";
    never empty. `at`: where it is mounted, in text."""

    id: str
    at: str


class Disks(Protocol):
    """The file systems on disks of this machine, those that can be told apart. Nothing here raises, or asks
    another machine."""

    def present(self) -> list[Disk]:
        """All that are mounted now. Cheap enough for every minute."""

    def of(self, path: Native) -> Disk | None:
        """The one that holds a path, as far as the path is there; None for what has no lasting id: a network
        share, what a program shows, memory."""


class Machine(Protocol):
    """Names of this computer and of its users."""

    def machine_name(self) -> str:
        """As its owner knows it; never empty."""

    def user_name(self) -> str:
        """The account this process runs as; never empty."""

    def owner_names(self, users: set[int], groups: set[int]) -> OwnerNames:
        """Names of ids as trees hold them; unknown ids are left out, and all of them on Windows."""


OwnerNames = dict[str, dict[int, str]]
"""{"users": {id: name}, "groups": {id: name}}"""


class Process(Protocol):
    """What this process asks of the system for itself. Best effort: nothing here raises."""

    def forbid_core_dumps(self) -> None:
        """Keeps keys out of core dumps, crash reports, and other processes of the same user."""

    def give_memory_back(self) -> None:
        """From now on large blocks that are freed go back to the system, where they otherwise would not."""

    def stand_back(self) -> None:
        """Processor and disk to everybody else first, from now on: for this process and the threads and
        processes that it starts afterwards. To be called before it starts any."""


class Energy(NamedTuple):
    """Where the current comes from. `on_battery`: False also where there is none; `percent`: what is left in
    it, 0 to 100. None: not known."""

    on_battery: bool | None
    percent: int | None


class Power(Protocol):
    """The machine's supply of current."""

    def energy(self) -> Energy:
        """As it is now. Never raises."""


class Connection(Protocol):
    """The networks of this machine."""

    def metered(self, address: str) -> bool | None:
        """Whether the way to an address (numeric; empty for the internet's) is paid by volume or limited, by
        the interface that the traffic takes; None when the system does not know. Never raises."""


class Clocks(Protocol):
    """Seconds that nobody sets, from any start."""

    def awake(self) -> float:
        """Stands still while the machine sleeps."""

    def going(self) -> float:
        """Goes on while it sleeps."""


class Ended(NamedTuple):
    """How a program ended. `exit`: None when it was killed; `timed_out`: since its time was over. `last`: the
    end of what it wrote, errors or else output, at most some KiB. `left`: it ended, but not all that it had
    started, which was killed then."""

    exit: int | None
    timed_out: bool
    last: bytes
    left: bool = False


class Programs(Protocol):
    """Programs of the user's that a run starts."""

    def run(
        self,
        command: Sequence[str],
        folder: str | None,
        seconds: float,
        check_cancel: Callable[[], None],
        *,
        alone: bool = False,
    ) -> Ended:
        """Runs a program, without a shell and without input, until it ends; after so many seconds it is
        killed with all that it started. `check_cancel` may raise: then it is killed too. What it leaves
        behind when it ends by itself goes on if it was `alone`, and is killed otherwise (not on Windows,
        where nothing tells whose it was). OSError when it cannot be started.
        """


class PrivateFiles(Protocol):
    """Folders and files that nobody but this user may open, from the moment they are there (on Windows the
    system itself may too). All raise OSError, FileExistsError for what is there already."""

    def new_folder(self, path: str) -> None:
        """Makes a folder; the one above it must exist."""

    def create(self, path: str) -> int:
        """Descriptor, for writing alone, of a new file."""


class SecretKeeper(Protocol):
    """Keeps small secrets of this user on this machine: a keychain, or a file by explicit choice.

    Names are `[a-z0-9._-]`, at most 64, and not secret. All methods may raise
    NeedsUnlock("keychain_unavailable", reason=…), reason being "no_service", "locked", "refused" or
    "not_kept", or for a file NeedsUnlock("device_file_exposed" | "device_file_unreadable", path=…);
    `store` also Failed("device_file_not_written", path=…).
    """

    def store(self, name: str, secret: bytes) -> None:
        """Keeps it, in the place of an earlier one of that name, and makes sure it can be read again."""

    def load(self, name: str) -> bytes | None:
        """The secret, or None when there is none of that name."""

    def remove(self, name: str) -> None:
        """Forgets it; absent is no error."""

    def describe(self) -> str:
        """Which kind: "secret_service", "credential_manager", "keychain" or "owner_file"."""


class Channel(Protocol):
    """One connection between two processes of this machine: a stream of bytes, both ways at once.

    One thread may send while another receives, and any thread may close.
    """

    def send(self, data: bytes) -> None:
        """All of it. Raises OSError when the other end is gone or this one is closed."""

    def receive(self, most: int) -> bytes:
        """From one to `most` bytes, waiting for the first; b"" once the other end is closed or gone, or this
        one is closed. Raises OSError."""

    def close(self) -> None:
        """Wakes whoever waits in `send` or `receive`; what was sent still arrives. Twice is no error."""


class Listener(Protocol):
    """Where one process waits for others of the same user."""

    address: str
    """What `LocalSockets.connect` takes."""

    def accept(self) -> Channel | None:
        """Waits for the next one; None once closed. Who is neither this user nor the administrator (root,
        SYSTEM) is turned away inside. Raises OSError."""

    def close(self) -> None:
        """Wakes who waits in `accept`; channels that were accepted stay. Twice is no error."""


class LocalSockets(Protocol):
    """Channels between processes of one user on this machine. All raise OSError."""

    def listen(self, folder: str) -> Listener:
        """`folder`: this user's alone, or PermissionError; it tells listeners apart: while one is there,
        another process or a second call gets an OSError with EADDRINUSE. One that was killed is in nobody's
        way."""

    def connect(self, address: str) -> Channel:
        """FileNotFoundError or ConnectionRefusedError when nobody listens, PermissionError when whoever does
        is neither this user nor the administrator, TimeoutError when the listener does not take anybody."""


ServiceScope = Literal["system", "user"]
"""Begun with the machine, whoever is logged in; or with a user's session, and ended with it."""

ServiceState = Literal["absent", "stopped", "running", "failed"]
"""`failed`: it ended by itself with an error, and is not begun again."""


class ServicePlan(NamedTuple):
    """A program that the system keeps running. `name`: `[a-z0-9-]+`. `command`: the program (an absolute
    path) and its arguments. `folder`: the profile's, whose owner it runs as (Windows: SYSTEM). `writes`:
    further folders that it writes to; the rest of the disk it reads."""

    name: str
    scope: ServiceScope
    description: str
    command: tuple[str, ...]
    folder: str
    writes: tuple[str, ...] = ()


class Services(Protocol):
    """The system's own keeper of programs: systemd, launchd, the Service Control Manager.

    All methods that name a scope may raise Failed("service_no_manager", manager=…) where there is none,
    ("service_scope_unknown", scope=…) where there is none of that scope, ("service_no_rights") and
    ("service_refused", name=…, reason=…).
    """

    def install(self, plan: ServicePlan) -> str:
        """Puts it in place, in that of an earlier one, to be begun each time; tells where it stands, a file
        or a name. It is not begun yet. On Windows the profile is the system's and administrators' alone from
        then on. Also Failed("service_bad_path", path=…), ("service_profile_not_taken", path=…, reason=…)."""

    def uninstall(self, name: str, scope: ServiceScope) -> bool:
        """Ends it and takes it away; False when there was none."""

    def state(self, name: str, scope: ServiceScope) -> ServiceState:
        """Needs no rights."""

    def start(self, name: str, scope: ServiceScope) -> None:
        """Begins it, unless it runs; once it is known not to have failed at once."""

    def stop(self, name: str, scope: ServiceScope) -> None:
        """Asks it to end, and waits until it has."""

    def run_as_service(self, folder: str, main: Callable[[], None], stop: Callable[[], None]) -> None:
        """Runs `main` in this thread as what the system began, if it did: `stop` is called, from another
        thread, when the system wants it to end. Where the system says so by a signal, or did not begin this
        process, just `main`; on Windows the latter takes a while to find out.

        `folder`: the profile's. Failed("service_profile_open", path=…) when this is SYSTEM, and others could
        write there."""
