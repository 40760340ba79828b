"""A vault to test with: no passphrase to stretch, a clock and a random source that repeat themselves.

    kit = VaultKit()                      # in memory; VaultKit(FolderStore.make(…)) on disk
    kit.backup(folder)                    # BackupResult
    kit.restore(to)                       # RestoreResult, of the newest snapshot
    kit.verify()                          # VerifyResult, everything read

Everything goes through the doors that the product uses: a vault is opened anew for each step, so that
nothing survives in memory that would not survive a restart.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cyberlib_client.app.program import program
from cyberlib_client.core.events import Event, Incident, ignore
from cyberlib_client.core.format_v1.slots import SlotType
from cyberlib_client.core.format_v1.vault import Chunking
from cyberlib_client.core.platform import Metadata, Volumes
from cyberlib_client.core.ports import CancelToken, Store
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.names import to_vault_path
from cyberlib_client.files.selection import Selection
from cyberlib_client.repository.reader import Reader
from cyberlib_client.repository.snapshots import SnapshotList, Stored, load_snapshots
from cyberlib_client.repository.unlocking import offered_key, offered_passphrase
from cyberlib_client.repository.vault import NewSlot, Vault, create_vault, open_vault
from cyberlib_client.services.backup import BackupRequest, BackupResult, Source, backup
from cyberlib_client.services.device import Identity, identity
from cyberlib_client.services.restore import RestoreRequest, RestoreResult, restore
from cyberlib_client.services.rotation import sample
from cyberlib_client.services.sweep import Freed, Sweep, sweep
from cyberlib_client.services.verify import VerifyResult, verify
from cyberlib_client.system import this_system
from cyberlib_client.transports.memory import MemoryStore

RECOVERY_KEY: Final = bytes(range(32))
"""The secret of the one slot of a test vault."""

SMALL_CHUNKS: Final = Chunking(minimum=64, average=256, maximum=1024)
"""The smallest the chunker takes: a file of some KiB has many chunks."""

YEAR_2040: Final = 2_208_988_800 * 10**9
"""Later than any file a test makes, so that its times are old enough to be believed."""

DAY: Final = 24 * 3600 * 10**9


OwnerNames = Callable[[set[int], set[int]], tuple[dict[int, str], dict[int, str]]]
"""Names of users and groups by their numbers."""


def _nobody(users: set[int], groups: set[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Users and groups without names."""
    return {}, {}


class FixedClock:
    """A clock that stands still until it is told to go on. Nanoseconds since 1970."""

    def __init__(self, now: int = YEAR_2040) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, ns: int = DAY) -> None:
        self.now += ns


class SeededRandom:
    """The same bytes at each run; several threads may ask."""

    def __init__(self, seed: int = 0) -> None:
        self._source = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, size: int) -> bytes:
        with self._lock:
            return self._source.randbytes(size)


class GivenMetadata:
    """A metadata adapter that tells what the test put in `items` (by last name) and keeps what it is told."""

    def __init__(self, items: Mapping[str, Mapping[str, bytes]] | None = None) -> None:
        self.items = items or {}
        self.applied: list[dict[str, bytes]] = []

    def read(self, target: str | bytes | int, *, is_symlink: bool) -> dict[str, bytes]:
        if not self.items:
            return {}
        path = path_of_open(target) if isinstance(target, int) else os.fsdecode(target)
        os.lstat(path)
        return dict(self.items.get(os.path.basename(path), {}))

    def apply(
        self, target: Any, items: Mapping[str, bytes], *, want_acl: bool, want_owner: bool
    ) -> list[str]:
        self.applied.append(dict(items))
        return []

    def apply_last(self, target: Any, items: Mapping[str, bytes], *, want_owner: bool) -> list[str]:
        return []


class CancelAfter(CancelToken):
    """Lets so many checks pass and stops at the next. `asked`: how many there were."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self.asked = 0
        self._checks = checks

    def check(self) -> None:
        self.asked += 1
        if self.asked > self._checks:
            self.cancel()
        super().check()


def path_of_open(descriptor: int) -> str:
    """Where an open file or directory is."""
    if sys.platform == "win32":
        from cyberlib_client.system.windows import api

        return api.path_of(descriptor)
    if sys.platform == "darwin":
        import fcntl

        return os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
    return os.readlink(f"/proc/self/fd/{descriptor}")


def make_vault(
    store: Store | None = None,
    *,
    seed: int = 0,
    clock: Callable[[], int] | None = None,
    chunking: Chunking | None = None,
) -> Vault:
    """A new vault whose one slot opens with `RECOVERY_KEY`."""
    return create_vault(
        store if store is not None else MemoryStore(),
        [NewSlot("recovery", "kit", secret=RECOVERY_KEY)],
        clock=clock or FixedClock(),
        random=SeededRandom(seed),
        chunking=chunking,
    )


def open_with_passphrase(store: Store, passphrase: str, *, least_generation: int = 0) -> Vault:
    """Opens with a passphrase; tries each passphrase slot. Raises as `open_vault`."""
    return open_vault(store, offered_passphrase(passphrase), least_generation=least_generation)


def open_with_key(store: Store, kind: SlotType, key: bytes, *, least_generation: int = 0) -> Vault:
    """Opens with the 32 bytes of a recovery key or device secret. Raises as `open_vault`."""
    return open_vault(store, offered_key(kind, key), least_generation=least_generation)


def reopened(store: Store) -> Vault:
    """The vault of a store, as another process would open it."""
    return open_with_key(store, "recovery", RECOVERY_KEY)


def make_identity(vault: Vault, name: str = "poste-1") -> Identity:
    """A device, always the same for a name."""
    return identity(vault.keys, random.Random(ascii(name)).randbytes(48), name)


def source_of(
    path: str | Path,
    rules: Sequence[str] = (),
    *,
    one_file_system: bool = False,
    cache_tags: bool = True,
) -> Source:
    """A folder or file to protect, leaving out what `rules` say."""
    native = os.path.abspath(path)
    filters = Filters([Rule(r, "source") for r in rules])
    selection = Selection(filters, one_file_system=one_file_system, cache_tags=cache_tags)
    return Source(native if os.name == "nt" else os.fsencode(native), to_vault_path(native), selection)


class VaultKit:
    """A vault and what a run of it takes; see the module."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        seed: int = 0,
        chunking: Chunking | None = SMALL_CHUNKS,
        metadata: Metadata | None = None,
    ) -> None:
        self.store: Any = store if store is not None else MemoryStore()
        self.clock = FixedClock()
        self.random = SeededRandom(seed)
        self.metadata: Metadata = metadata or GivenMetadata()
        self.events: list[Event] = []
        make_vault(self.store, seed=seed, clock=self.clock, chunking=chunking)

    @property
    def incidents(self) -> list[tuple[str, str]]:
        """(code, path) of what the last run could not do as asked."""
        return [(e.code, e.path) for e in self.events if isinstance(e, Incident)]

    def open(self) -> Vault:
        return reopened(self.store)

    def snapshots(self) -> SnapshotList:
        vault = self.open()
        return load_snapshots(self.store, vault.keys, retirements=vault.retirements())

    def reader(self) -> Reader:
        return self.open().reader()

    def root(self, wanted: str = "latest") -> bytes:
        return self.snapshots().resolve(wanted).snapshot.root

    def backup(
        self,
        *sources: str | Path | Source,
        device: str = "poste-1",
        owners: OwnerNames = _nobody,
        cancel: CancelToken | None = None,
        **request: Any,
    ) -> BackupResult:
        """One run, a day after the one before. `request`: more of `BackupRequest`."""
        self.clock.advance()
        self.events = []
        request.setdefault("program", program())
        vault = self.open()
        return backup(
            vault,
            make_identity(vault, device),
            load_snapshots(self.store, vault.keys, retirements=vault.retirements()),
            BackupRequest([s if isinstance(s, Source) else source_of(s) for s in sources], **request),
            metadata=self.metadata,
            owners=owners,
            clock=self.clock,
            random=self.random,
            listener=self.events.append,
            cancel=cancel or CancelToken(),
        )

    def sweep(
        self,
        *going: Stored,
        device: str = "poste-1",
        cancel: CancelToken | None = None,
        **asked: Any,
    ) -> Freed:
        """Frees space; `going`: snapshots to retire. `asked`: more of `Sweep`."""
        vault = self.open()
        snapshots = load_snapshots(self.store, vault.keys, retirements=vault.retirements())
        return sweep(
            vault,
            make_identity(vault, device),
            snapshots,
            Sweep(going, **asked),
            clock=self.clock,
            random=self.random,
            listener=ignore,
            cancel=cancel or CancelToken(),
        )

    def restore(
        self,
        to: str | Path,
        snapshot: str = "latest",
        *,
        volumes: Volumes | None = None,
        cancel: CancelToken | None = None,
        **request: Any,
    ) -> RestoreResult:
        """A snapshot into a folder. `request`: more of `RestoreRequest`."""
        self.events = []
        return restore(
            self.open(),
            RestoreRequest(self.snapshots().resolve(snapshot), os.fspath(to), **request),
            metadata=self.metadata,
            volumes=volumes or this_system().volumes,
            listener=self.events.append,
            cancel=cancel or CancelToken(),
        )

    def verify(self, percent: int = 100) -> VerifyResult:
        return verify(
            self.open(),
            self.snapshots(),
            choose=sample(percent, self.random),
            listener=ignore,
            cancel=CancelToken(),
        )


def vault_path(path: str | Path) -> bytes:
    """The path in the vault of an item of this machine."""
    return to_vault_path(os.path.abspath(path))


def restored_path(to: str | Path, original: str | Path) -> Path:
    """Where a restore of everything to `to` puts `original`."""
    return Path(to, *vault_path(original)[1:].decode("utf-8", "surrogateescape").split("/"))
