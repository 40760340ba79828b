"""One command at work: its profile, its vault once opened, whom to ask and whom to tell."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import msgspec

from ..core.errors import Failed, UsageError
from ..core.events import Listener, ignore
from ..core.ports import CancelToken, Store
from ..repository.snapshots import SnapshotList, load_snapshots
from ..repository.vault import Vault
from ..state.profile import Profile
from ..state.seen import Seen, read_seen, write_seen
from ..state.settings import Settings, VaultSettings, read_settings
from . import bootstrap

Fact = str | int | float | None


class Notice(msgspec.Struct, frozen=True):
    """Something worth knowing that stops nothing; `app.messages` has the words for its code."""

    code: str
    facts: dict[str, Fact] = {}


class Prompt(Protocol):
    """Questions to whoever is there. Each returns None when nobody can answer."""

    def passphrase(self, *, again: bool) -> str | None:
        """The vault's passphrase; `again` after a wrong one."""

    def new_passphrase(self, weakness: Callable[[str], UsageError | None]) -> str | None:
        """A passphrase typed twice for which `weakness` finds nothing to say."""

    def recovery_words(self) -> str | None:
        """The 24 words as they are written down."""


@dataclass
class Session:
    """What a command works with. `environ`: the process's environment, of which two names are read."""

    profile: Profile
    prompt: Prompt
    listener: Listener = ignore
    notify: Callable[[Notice], None] = lambda _notice: None
    cancel: CancelToken = field(default_factory=CancelToken)
    environ: Mapping[str, str] = field(default_factory=dict)
    passphrase_file: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """Read once. Failed("settings_damaged")."""
        return read_settings(self.profile)

    def fresh_settings(self) -> Settings:
        """Read anew: to be called with the profile's lock, before they are changed."""
        self.__dict__.pop("settings", None)
        return self.settings

    @property
    def place(self) -> VaultSettings:
        """Where the profile's vault is. UsageError("no_vault", profile=…)."""
        if self.settings.vault is None:
            raise UsageError("no_vault", profile=self.profile.root)
        return self.settings.vault

    @cached_property
    def store(self) -> Store:
        """The store of the profile's vault."""
        return bootstrap.store_at(self.place.at)

    @cached_property
    def vault(self) -> Vault:
        """The profile's vault, unlocked. Raises as `unlock.open_profile_vault`."""
        from .unlock import open_profile_vault

        vault = open_profile_vault(self)
        if vault.table.generation > self.seen.generation:
            self.remember(msgspec.structs.replace(self.seen, generation=vault.table.generation))
        return vault

    @property
    def seen(self) -> Seen:
        """What this machine remembers of the vault; read anew, since other runs remember too."""
        return read_seen(self.profile, self.place.id)

    def remember(self, seen: Seen) -> None:
        """Keeps it for the next commands; says so when that fails."""
        if not write_seen(self.profile, seen):
            self.notify(Notice("state_not_written", {"at": self.profile.state}))

    @cached_property
    def snapshots(self) -> SnapshotList:
        """The vault's snapshots; what is wrong with them is told, once."""
        found = load_snapshots(self.vault.store, self.vault.keys, self._heads())
        for problem in found.problems:
            self.notify(Notice(problem.code, {"name": problem.name, "device": problem.device}))
        self.remember_heads(found)
        return found

    def remember_heads(self, snapshots: SnapshotList, *, forget_absent: bool = False) -> None:
        """Notes each device's newest snapshot, so that its absence is noticed later."""
        previous = {s.snapshot.previous for s in snapshots.items}
        heads = {s.id for s in snapshots.items if s.digest not in previous}
        present = {s.id for s in snapshots.items}
        seen = self.seen
        absent = set() if forget_absent else {head for head in seen.heads if head not in present}
        if seen.heads != heads | absent:
            self.remember(msgspec.structs.replace(seen, heads=frozenset(heads | absent)))

    def _heads(self) -> list[bytes]:
        return [bytes.fromhex(head) for head in sorted(self.seen.heads)]

    def require_no_vault(self) -> None:
        """UsageError("profile_has_vault", at=…)."""
        vault = self.fresh_settings().vault
        if vault is not None:
            raise UsageError("profile_has_vault", at=vault.at)


def read_secret_file(session: Session, path: str) -> str:
    """The text of a file that holds one secret, without its line end; a notice when others may read it.

    Raises Failed("secret_file_unreadable", at=…, reason=…), UsageError("secret_file_not_text", at=…).
    """
    try:
        with open(path, "rb") as file:
            data = file.read(64 * 1024)
            status = os.fstat(file.fileno())
    except OSError as error:
        raise Failed("secret_file_unreadable", at=path, reason=error.strerror) from None
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        session.notify(Notice("secret_file_exposed", {"at": path}))
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError("secret_file_not_text", at=path) from None
