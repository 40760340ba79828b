"""One command at work: its settings, and its vault once opened."""

from __future__ import annotations

import threading
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from ..core.bandwidth import Direction
from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.ids import digest_of
from ..core.ports import Store
from ..repository.snapshots import SnapshotList, load_snapshots
from ..repository.vault import Vault
from ..state.credentials import SlotsSeen, read_slots_seen, write_slots_seen
from ..state.records import Trigger
from ..state.seen import Seen, read_seen, write_seen
from ..state.settings import Settings, VaultSettings, read_settings
from . import bootstrap, stores
from .rates import rate_of
from .unlock import Known, Opened, open_profile_vault, prove
from .workplace import BucketGiven, Fact, Notice, Workplace

if TYPE_CHECKING:
    from ..state.history import History
    from .counting import Counting

_MOST_TOLD: Final = 100
"""Snapshots with the same problem, told one by one."""


class Session(Workplace):
    """A workplace with what is read from its profile and its vault, each when it is first needed."""

    incomplete = False
    """Part of what was asked for could not be read: what was listed is not all."""

    trigger: Trigger = "user"
    """Who or what asked for the run; kept in the history."""

    clock_moved = 0
    """Seconds by which this machine's clock was set since the last run that ended well."""

    copy = ""
    """The name or place of a second copy that is read instead of the vault: nothing is learnt from it of what
    the vault must hold, and nothing is written."""

    _seen_told = False

    accepts_older = False
    """A vault that was put back to an earlier state is taken as it is, on request and against a proof."""

    @property
    def listing_exit(self) -> int:
        """The exit code of a listing: 7 when it is not all."""
        return 7 if self.incomplete else 0

    @cached_property
    def settings(self) -> Settings:
        """Read once. Failed("settings_damaged")."""
        return read_settings(self.profile)

    def limit(self, direction: Direction, rate: str | None) -> None:
        """Another rate than that of the settings, for this command. UsageError("bad_rate", text=…)."""
        if rate is not None:
            rate_of(rate)
            self.limits[direction] = rate

    def fresh_settings(self) -> Settings:
        """Read anew: to be called with the profile's lock, before they are changed."""
        self.__dict__.pop("settings", None)
        return self.settings

    @property
    def place(self) -> VaultSettings:
        """Where the profile's vault is. UsageError("no_vault", profile=…)."""
        if self.settings.vault is None:
            raise UsageError("no_vault", profile=self.profile.root)
        if self.copy:
            from .copy_places import place_of

            return place_of(self.settings, self.copy)
        return self.settings.vault

    @cached_property
    def store(self) -> Store:
        """The store of the profile's vault."""
        place = self.place
        if self.copy:
            from .copy_places import read_store

            return read_store(self, self.settings, self.copy)
        if stores.is_bucket(place.at) and self.bucket is None:
            self.bucket = BucketGiven(place.endpoint, place.region)
        return stores.store_at(place.at, self)

    @property
    def vault(self) -> Vault:
        """The profile's vault, unlocked. Raises as `unlock.open_profile_vault`, and as `unlock.prove` where
        an older table of slots is taken."""
        return self._opened.vault

    @property
    def by_device(self) -> bool:
        """Whether this machine opened it by itself. Raises as `vault`."""
        return self._opened.by_device

    @cached_property
    def _opened(self) -> Opened:
        seen = read_slots_seen(self.profile, self.place.id)
        known = Known(seen.generation, seen.tables)
        if self.copy:  # it lags behind; what was removed meanwhile opens nothing all the same
            from .copy_places import tell_reading

            tell_reading(self, self.settings, self.copy, self.store)
            return open_profile_vault(self, self.store, self.place, Known(0, (), seen.removed))
        if self.accepts_older:
            # Slots that were removed stand in an older table: that it counts is not for them to say.
            known = Known(0, seen.tables, seen.removed)
        opened = open_profile_vault(self, self.store, self.place, known)
        if opened.vault.table.generation < seen.generation and opened.by_device:
            prove(self, opened.vault, seen.removed)
        self.remember_slots(opened.vault)
        lock, told = threading.Lock(), set[bytes]()

        def suspect(pack: bytes, reason: str) -> None:
            """Notes a pack that a command found damaged: the next backup does not rely upon it.

            Not one that the disk does not give back: a disk that is pulled out gives none. Who reads all of
            it, or goes on to the end without it, notes that too.
            """
            with lock:
                if reason != "store_read_error" and pack not in told:
                    told.add(pack)
                    self.suspect(pack)

        opened.vault.on_damaged = suspect
        return opened

    def suspect(self, pack: bytes) -> None:
        """Keeps it among the packs found damaged."""
        seen = self.seen
        if pack.hex() not in seen.suspects:
            self.remember(msgspec.structs.replace(seen, suspects=seen.suspects | {pack.hex()}))

    def remember_slots(self, vault: Vault) -> None:
        """Notes the newest slot table, so that an older one, put back, is refused later.

        Tells of slots that stand again although they were removed; where an older table is accepted, once.
        """
        noted = read_slots_seen(
            self.profile,
            vault.id,
            lambda: self.tell(Notice("slots_note_damaged", {"at": self.profile.slots})),
        )
        known = SlotsSeen(vault.id) if self.accepts_older else noted
        table = vault.table
        for slot in table.slots:
            if slot.id in noted.removed:
                self.tell(Notice("slot_came_back", {"slot": slot.name, "id": slot.id[:8]}))
        back = (slot.id for slot in table.slots if slot.id in known.removed)
        removed = frozenset((*table.removed, *back))
        newest = table.generation >= known.generation
        tables = tuple(vault.table_names) if newest else known.tables
        seen = SlotsSeen(vault.id, max(table.generation, known.generation), removed, tables)
        if seen == noted:
            return
        if not any(slot.id in noted.removed for slot in table.slots):
            self.history.clear("slot_came_back", "", bootstrap.clock())
        try:
            write_slots_seen(self.profile, seen)
        except CyberlibError:
            self.notify(Notice("state_not_written", {"at": self.profile.credentials}))

    def tell(self, notice: Notice) -> None:
        """To whoever is there, and by an incident to whoever comes later."""
        from .incidents import RULES

        self.notify(notice)
        kept = {name: fact for name, fact in notice.facts.items() if name not in ("at", "slot")}
        severity = RULES[notice.code].severity
        self.history.raise_incident(notice.code, "", severity, kept, bootstrap.clock())

    def prove(self) -> None:
        """Before slots change: whoever is there gives a passphrase or the words, unless they just did.

        A workstation that opens by itself proves nothing about who sits at it. Raises as `unlock.prove`.
        """
        if self._opened.by_device:
            prove(self, self.vault)

    def unlock(self) -> None:
        """Opens the vault now rather than when it is first needed."""
        _ = self.vault

    def share(self, other: Session) -> None:
        """The vault that another session has opened is this one's as well."""
        self._opened = other._opened

    @cached_property
    def history(self) -> History:
        """What happened to this installation. What is wrong with it is told, and fails nothing."""
        made = bootstrap.history(self.profile, self._tell_history)
        self.closing.callback(made.close)
        return made

    def _tell_history(self, code: str, facts: dict[str, Fact]) -> None:
        if code == "history_set_aside":
            self.notify(Notice("history_set_aside", facts))
        else:
            self.notify(Notice("history_not_written", facts))

    @property
    def seen(self) -> Seen:
        """What this machine remembers of the vault; read anew, since other runs remember too."""
        if self.copy:
            return Seen(self.place.id)
        return read_seen(self.profile, self.place.id, self._tell_seen_damaged)

    def _tell_seen_damaged(self) -> None:
        if not self._seen_told:
            self._seen_told = True
            self.tell(Notice("seen_note_damaged", {"at": self.profile.seen}))

    def remember(self, seen: Seen) -> None:
        """Keeps it for the next commands; says so when that fails. Of a copy nothing is kept."""
        if self.copy:
            return
        if not write_seen(self.profile, seen):
            self.notify(Notice("state_not_written", {"at": self.profile.state}))

    @cached_property
    def host_log(self) -> list[str]:
        """Names of the snapshots that the host's own log tells of since it was last followed; none where the
        vault is in a folder. Raises as `host_link.follow_log`."""
        if self.copy or not stores.is_host(self.place.at):
            return []
        from . import host_link

        return host_link.follow_log(self, self.store, accept_older=self.accepts_older)

    @cached_property
    def counting(self) -> Counting:
        """By whose clock retention counts. Raises as `host_log` and `counting.by_host`."""
        from . import counting

        if self.copy or not stores.is_host(self.place.at):
            return counting.by_this_machine()
        _ = self.host_log
        return counting.by_host(self, self.store)

    @cached_property
    def snapshots(self) -> SnapshotList:
        """The vault's snapshots; what is wrong with them is told, once."""
        logged: list[str] = []
        try:
            logged = self.host_log
        except IntegrityError as error:  # what can be read is read all the same
            self.incomplete = True
            self.notify(Notice(error.code, dict(error.facts)))
        found = load_snapshots(self.vault.store, self.vault.keys, self._heads(), self.vault.retirements())
        listed = {name for name, _ in self.store.list("snapshots")} if logged else set()
        for name in logged:
            if name not in listed and digest_of(name) not in found.once:
                self.incomplete = True
                self.notify(Notice("host_snapshot_withheld", {"name": name.rpartition("/")[2][:8]}))
        # Whoever writes to the store can add objects that do not open: they must not drown what matters.
        told = Counter[str]()
        for problem in found.problems:
            told[problem.code] += 1
            if told[problem.code] <= _MOST_TOLD:
                if self.accepts_older and problem.code == "snapshot_rollback":
                    self.notify(Notice("snapshot_accepted", {"name": problem.name}))
                    continue
                self.notify(Notice(problem.code, {"name": problem.name, "device": problem.device}))
        for code, number in told.items():
            if number > _MOST_TOLD:
                self.notify(Notice("more_snapshots", {"count": number - _MOST_TOLD, "problem": code}))
        self.remember_heads(found)
        return found

    def forget_snapshots(self) -> None:
        """After a backup: the next one who asks for `snapshots` reads them anew."""
        self.__dict__.pop("snapshots", None)

    def remember_heads(self, snapshots: SnapshotList, *, forget_absent: bool = False) -> None:
        """Notes each device's newest snapshot, so that its absence is noticed later."""
        previous = {s.snapshot.previous for s in snapshots.items}
        heads = {s.id for s in snapshots.items if s.digest not in previous}
        present = {s.id for s in snapshots.items}
        seen = self.seen
        absent = seen.heads - present - {digest.hex() for digest in snapshots.once}
        if forget_absent:
            # Not what the disk does not give back today, nor what a backup noted since they were listed.
            absent -= {digest.hex() for digest in snapshots.lost}
        if seen.heads != heads | absent:
            self.remember(msgspec.structs.replace(seen, heads=frozenset(heads | absent)))

    def _heads(self) -> list[bytes]:
        return [bytes.fromhex(head) for head in sorted(self.seen.heads)]

    def require_no_vault(self) -> None:
        """UsageError("profile_has_vault", at=…)."""
        vault = self.fresh_settings().vault
        if vault is not None:
            raise UsageError("profile_has_vault", at=vault.at)
