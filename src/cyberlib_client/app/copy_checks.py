"""A second copy read from end to end, and mended."""

from __future__ import annotations

import contextlib
import os

import msgspec

from ..core.errors import CyberlibError, Unreachable, UsageError
from ..core.ports import PARITY, Store
from ..core.windows_paths import extended
from ..repository.vault import read_header
from ..services.copy_check import Choose, check_copy
from ..services.copying import on_copy
from ..services.stripes import bring_up_to_date
from ..state.copies import CopyState, read_copies
from ..transports.folder import FolderStore
from . import bootstrap, stores
from .copies import named, note_soundness, remember
from .copy_places import store_of
from .copy_rounds import CopyRounds
from .copying import alone as busy
from .copying import objects_of
from .paths import shown_native
from .session import Session
from .shares import ReadShare
from .workplace import BucketGiven, Notice


class CopyDamage(msgspec.Struct, frozen=True):
    """As `services.copy_check.CopyFault`. `reason`: "missing", "damaged"; `by`: "vault", "parity", "none"."""

    name: str
    reason: str
    by: str
    mended: bool


class CopyCheckDone(msgspec.Struct, frozen=True):
    """What a check found. `portion`: it read what had not been read for longest; `share`: what of the copy
    was read lately, null for one that the settings do not name. `uncovered`: objects that no parity covers
    yet, null for a copy without. `vault`: the vault was there to compare with."""

    at: str
    vault: bool
    objects: int
    bytes: int
    faults: list[CopyDamage]
    uncovered: int | None
    seconds: float
    portion: bool = False
    share: ReadShare | None = None

    @property
    def exit_code(self) -> int:
        """7 while anything is damaged."""
        return 0 if all(fault.mended for fault in self.faults) else 7

    @property
    def mendable(self) -> bool:
        """Whether `--repair` would do something."""
        return any(not fault.mended and fault.by != "none" for fault in self.faults)


def check(
    session: Session, copy: str, *, repair: bool, alone: bool = False, rotate: bool = False
) -> CopyCheckDone:
    """Reads the copy of that name, or at that place, and with `repair` mends it; no key is needed.
    `rotate`: of a copy of the settings, what has not been read for longest, as much as is due.

    What is damaged comes from the vault where that can be reached, unless `alone`, else from the copy's
    parity. Raises as `copies.store_of`, UsageError("copy_unknown", name=…), ("not_a_copy", at=…),
    ("copy_other_vault", at=…), and as `services.copy_check`.
    """
    known = any(each.name == copy for each in session.settings.copies)
    if rotate and not known:
        raise UsageError("copy_unknown", name=copy)
    store = _store(session, copy)
    rounds = CopyRounds(session, copy) if known else None
    with busy(session, store) if rotate or repair else contextlib.nullcontext():
        return _checked(session, copy, store, rounds, repair=repair, alone=alone, rotate=rotate)


def _checked(
    session: Session,
    copy: str,
    store: Store,
    rounds: CopyRounds | None,
    *,
    repair: bool,
    alone: bool,
    rotate: bool,
) -> CopyCheckDone:
    header = on_copy(store, lambda: _header_id(store))
    vault = None if alone or session.settings.vault is None else _vault(session)
    if vault is not None and header and header != session.place.id:
        raise UsageError("copy_other_vault", at=store.location)
    choose: Choose = list
    if rounds is not None:
        choose = rounds.portion if rotate else rounds.whole
    try:
        checked = check_copy(
            store,
            vault,
            repair=repair,
            listener=session.listener,
            cancel=session.cancel,
            choose=choose,
            on_read=rounds.was_read if rounds is not None else lambda _name, _sound: None,
        )
        if rounds is not None:
            rounds.ended()
    finally:
        if rounds is not None:
            rounds.keep()
    if rounds is not None:
        state = read_copies(session.profile, session.place.id).get(copy, CopyState())
        now = bootstrap.clock()
        state = msgspec.structs.replace(state, checked=now, read_since=rounds.since)
        remember(session, copy, state)
    if repair and any(fault.name.startswith(f"{PARITY}/") for fault in checked.faults):
        there = objects_of(store)
        on_copy(
            store,
            lambda: bring_up_to_date(store, there, lambda _name: False, session.listener, session.cancel),
        )
    note_soundness(session, copy, sum(not fault.mended for fault in checked.faults))
    return CopyCheckDone(
        at=shown_native(store.location),
        vault=vault is not None,
        objects=checked.objects,
        bytes=checked.bytes,
        faults=[CopyDamage(*fault) for fault in checked.faults],
        uncovered=checked.uncovered,
        seconds=round(checked.seconds, 3),
        portion=rotate,
        share=rounds.share() if rounds is not None else None,
    )


def _store(session: Session, copy: str) -> Store:
    if any(each.name == copy for each in session.settings.copies):
        return store_of(session, session.place.id, named(session.settings.copies, copy))
    if stores.is_bucket(copy):
        from . import bucket_link

        return bucket_link.store_at(session, copy, session.bucket or BucketGiven())
    folder = stores.location_folder(copy)
    if folder is None or not os.path.isdir(extended(folder)):
        raise UsageError("copy_unknown", name=copy)
    store = FolderStore(folder)
    store.stay()
    return store


def _header_id(store: Store) -> str:
    """UsageError("not_a_copy", at=…); "" where all that tells it is damaged."""
    try:
        return read_header(store).id
    except UsageError as error:
        if error.code == "not_a_vault":
            raise UsageError("not_a_copy", at=store.location) from None
        raise
    except Unreachable:
        raise
    except CyberlibError:
        return ""


def _vault(session: Session) -> Store | None:
    """The vault, if it can be reached."""
    try:
        store = session.store
        next(iter(store.list("slots")), None)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
        return None
    return store
