"""Putting back what a vault has lost, as far as something still tells it: other objects, packs, a copy.

Each step proves what it writes, adds it, and needs no other: a repair may end anywhere and be run again, and
several at once do the same. What lies damaged under a name that is needed gives way to bytes proven whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1.vault import OBJECT_NAME, write_vault_header
from ..core.ids import digest_of, object_name
from ..core.ports import CancelToken, Clock, Random, Store
from ..repository.index_objects import put_lookups
from ..repository.lookups import damaged_lookups
from ..repository.rebuild import footers, unnamed_packs
from ..repository.slot_tables import damaged_tables, put_tables
from ..repository.vault import Vault, header_is_intact
from .anew import save_anew
from .verify import VerifyResult

Kind = Literal["header", "slots", "index", "lookups", "copied", "anew"]


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to be put back, or that was. `names`: the objects; for "index" the packs that get one, for
    "anew" those whose content is stored in other packs."""

    kind: Kind
    names: Sequence[str]


@dataclass(slots=True)
class Repair:
    """What a repair does. `strange`: names of objects that are no packs of this vault. `kept`: damaged
    objects that this store lets nobody replace. `chunks`: those of the packs that get an index."""

    fixes: list[Fix] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    chunks: int = 0
    index_damaged: list[str] = field(default_factory=list)

    def names(self, kind: Kind) -> list[str]:
        """Those of all fixes of a kind."""
        return [name for fix in self.fixes if fix.kind == kind for name in fix.names]


class Mender:
    """Repairs one vault. Without `apply` nothing is written, and the same is told."""

    def __init__(
        self,
        vault: Vault,
        *,
        apply: bool,
        random: Random,
        listener: Listener,
        cancel: CancelToken,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._apply = apply
        self._random = random
        self._clock = clock
        self._listener = listener
        self._cancel = cancel
        self.done = Repair()

    def small_objects(self) -> None:
        """The header and the table of slots that counts: the vault is open, so both are known. Raises what
        the store raises, as all of these do."""
        vault = self._vault
        if not header_is_intact(vault):
            written = write_vault_header(vault.header, vault.keys)
            if self._write(OBJECT_NAME, lambda: written):
                self.done.fixes.append(Fix("header", [OBJECT_NAME]))
        damaged = {name for name, _ in damaged_tables(vault.store, vault.keys)}
        names = vault.table_names
        lacking = [name for name in names if name in damaged or vault.store.size(name) is None]
        if not lacking or len(lacking) == len(names):
            return  # another one by now, or put together from several: for the next change of slots
        self._cancel.check()
        away = [name for name in lacking if vault.store.size(name) is not None]
        if away and not vault.store.may_delete:
            self.done.kept += away
            return
        if self._apply:
            put_tables(vault.store, vault.keys, vault.table, away)
        self.done.fixes.append(Fix("slots", lacking))

    def index(self) -> None:
        """Index objects for the packs that none names, some packs at a time."""
        vault = self._vault
        items = unnamed_packs(vault, self.done.index_damaged)
        total, read = sum(item.size for item in items), 0
        for infos in footers(vault, items, self._cancel, self.done.strange.append):
            if self._apply:
                vault.put_index(infos, self._random)
            self.done.fixes.append(Fix("index", [object_name("packs", info.name) for info in infos]))
            self.done.chunks += sum(len(segment.sizes) for info in infos for segment in info.segments)
            read += sum(info.size for info in infos)
            self._listener(Progress("repair", bytes_done=read, bytes_total=total))

    def lookups(self) -> None:
        """Lookups for index objects that have none that opens, where the store is far away."""
        vault = self._vault
        damaged = damaged_lookups(vault.store, vault.keys)
        if not damaged:
            return
        self._cancel.check()
        if self._apply:
            put_lookups(vault.store, vault.keys, {}, self._random)
        self.done.fixes.append(Fix("lookups", damaged))

    def copy_from(self, other: Store, found: VerifyResult) -> None:
        """What is damaged or missing here and whole in another store of the same vault, by its own name.

        Where chunks are missing and nothing tells in which packs, all packs that are not here; where the
        chain of snapshots is broken, all snapshots.
        """
        wanted = dict.fromkeys(name for name, _ in found.damaged if name.startswith("packs/"))
        if any(affected.reason == "missing" for affected in found.affected):
            wanted |= dict.fromkeys(self._absent(other, "packs"))
        if found.problems:
            wanted |= dict.fromkeys(self._absent(other, "snapshots"))
            wanted |= dict.fromkeys(
                name for problem in found.problems if (name := _snapshot_name(problem.name))
            )
        copied = [name for name in wanted if self._copy(other, name)]
        if copied:
            self.done.fixes.append(Fix("copied", copied))
        self._save_anew(other, [name for name in self.done.kept if name in wanted])

    def _save_anew(self, other: Store, names: Sequence[str]) -> None:
        """What lies damaged where nobody replaces it, as far as no other pack holds the same."""
        packs = [name for name in names if name.startswith("packs/")]
        if not packs:
            return
        vault = self._vault
        done = save_anew(
            vault,
            other,
            packs,
            apply=self._apply,
            epoch=vault.epoch(self._clock()),
            random=self._random,
            cancel=self._cancel,
        )
        if done:
            self.done.fixes.append(Fix("anew", done))

    def _absent(self, other: Store, kind: str) -> Iterable[str]:
        retirements = self._vault.retirements()
        gone = retirements.retired(kind) | retirements.doomed(kind)
        here = {item.name for item in self._vault.store.list(kind)}
        return [
            item.name
            for item in sorted(other.list(kind))
            if item.name not in here and digest_of(item.name) not in gone
        ]

    def _copy(self, other: Store, name: str) -> bool:
        """Whether it was put back, or would be; never what is not what its name says."""
        self._cancel.check()
        try:
            data = other.get(name)
        except IntegrityError:
            return False  # not there, or the disk does not give it back
        if sha256(data) != digest_of(name):
            return False
        return self._write(name, lambda: data)

    def _write(self, name: str, whole: Callable[[], bytes]) -> bool:
        """Whether it was written, or would be; what lies there is known to be damaged, or is looked at."""
        store = self._vault.store
        if store.size(name) is not None:
            with contextlib.suppress(IntegrityError):
                if store.get(name) == whole():
                    return False
            if not store.may_delete:
                self.done.kept.append(name)
                return False
        if not self._apply:
            return True
        (store.put if store.size(name) is None else store.replace)(name, whole())
        return True


def _snapshot_name(name: str) -> str:
    """The object's name of a problem, "" where it has none."""
    digits = name.rpartition("/")[2]
    return f"snapshots/{digits}" if len(digits) == 64 else ""
