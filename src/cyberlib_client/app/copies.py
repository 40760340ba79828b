"""Second copies that a profile knows: added, removed, listed, found wherever they are plugged in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

import msgspec

from ..core.errors import CyberlibError, Unreachable, UsageError
from ..core.ports import Store
from ..core.windows_paths import extended
from ..services.copying import begin_copy
from ..state.copies import CopyState, read_copies, write_copies
from ..state.copy_settings import CopySettings
from ..state.settings import write_settings
from ..transports.folder import FolderStore
from . import bootstrap, stores
from .apart import require_profile_outside
from .copies_told import CopyInfo as CopyInfo
from .copy_places import access_of, stayed
from .copy_rounds import forget_rounds
from .known_disks import folder_of
from .paths import lies_in, native_path, real, shown_native
from .session import Session
from .times import iso_time
from .workplace import BucketGiven, Notice

_OWN = frozenset(("vault", "slots", "packs", "index", "lookups", "retired", "snapshots", "parity", "tmp"))


def list_copies(session: Session) -> list[CopyInfo]:
    """Those of the profile. Asks the vault for its snapshots where it can be reached, and needs no key."""
    copies = session.settings.copies
    if not copies:
        return []
    note_present(session)
    vault: set[str] | None = None
    with contextlib.suppress(CyberlibError):
        vault = {name for name, _ in session.store.list("snapshots")}
    states = read_copies(session.profile, session.place.id)
    return [_info(session, copy, states.get(copy.name, CopyState()), vault) for copy in copies]


def _info(session: Session, copy: CopySettings, state: CopyState, vault: set[str] | None) -> CopyInfo:
    folder = None if stores.is_bucket(copy.at) else folder_of(copy)
    held: set[str] | None = None
    if folder is not None:
        with contextlib.suppress(CyberlibError):
            held = {name for name, _ in FolderStore(folder).list("snapshots")}
    lacks: int | None = state.lacks if state.copied is not None else None
    if vault is not None and held is not None:
        lacks = len(vault - held)
    elif vault is not None and state.copied is not None:
        lacks = max(state.lacks, len(vault) - state.snapshots)
    return CopyInfo(
        name=copy.name,
        at=shown_native(folder or copy.at),
        disk=copy.disk,
        here=None if stores.is_bucket(copy.at) else held is not None,
        seen=_time(state.seen),
        copied=_time(state.copied),
        snapshots=len(held) if held is not None else state.snapshots,
        lacks=lacks,
        bytes=state.bytes,
        every=copy.every,
        parity=copy.parity,
        elsewhere=copy.elsewhere,
        checked=_time(state.checked),
        read_since=_time(state.read_since),
    )


def _time(at: int | None) -> str | None:
    return iso_time(at) if at is not None else None


# ---- where they are ------------------------------------------------------------------------------------


def note_present(session: Session) -> list[str]:
    """Notes which disks are there now; names of their copies, as of those that need no disk. Never raises."""
    copies = session.settings.copies
    if not copies or session.settings.vault is None:
        return []
    present = bootstrap.disks().present()
    here = [copy.name for copy in copies if stores.is_bucket(copy.at) or folder_of(copy, present) is not None]
    now = bootstrap.clock()
    states = read_copies(session.profile, session.settings.vault.id)
    seen = {
        name: msgspec.structs.replace(states.get(name, CopyState()), seen=now)
        for name in here
        if (states.get(name, CopyState()).seen or 0) < now - 60 * 10**9
    }
    if seen:
        with contextlib.suppress(CyberlibError):
            write_copies(session.profile, session.settings.vault.id, {**states, **seen})
    return here


def remember(session: Session, name: str, state: CopyState) -> None:
    """Keeps what is known of a copy; a notice when that cannot be written."""
    states = read_copies(session.profile, session.place.id)
    try:
        write_copies(session.profile, session.place.id, {**states, name: state})
    except CyberlibError:
        session.notify(Notice("state_not_written", {"at": session.profile.copies}))


def store_at(session: Session, at: str, given: BucketGiven, access: str = "") -> Store:
    """The store of a copy that is to be made, or gone on with, at a place that somebody named.

    Raises UsageError("copy_at_host", at=…), ("copy_is_vault", at=…), ("profile_in_vault", at=…),
    ("folder_not_empty", at=…), ("bucket_not_empty", at=…), ("not_a_folder", at=…), ("bad_path"),
    ("copy_other_vault", at=…), Unreachable("store_absent", at=…), and what the store raises.
    """
    if stores.is_host(at):
        raise UsageError("copy_at_host", at=at)
    if stores.is_bucket(at):
        from . import bucket_link

        store: Store = bucket_link.new_store_at(session, at, given, access)
        if store.location == session.store.location:
            raise UsageError("copy_is_vault", at=at)
        return store
    native_path(at)
    stores.require_text(at)
    if stores.location_folder(at) is None:
        raise UsageError("store_kind_unknown", at=at)
    require_profile_outside(session.profile, at)
    _require_apart(session, at)
    folder = os.path.abspath(at)
    if os.path.isfile(extended(folder)):
        raise UsageError("not_a_folder", at=folder)
    if not os.path.isdir(extended(os.path.dirname(folder))):
        raise Unreachable("store_absent", at=os.path.dirname(folder))  # and no folder beside a missing disk
    if os.path.isdir(extended(folder)):
        _require_own(folder)
    return stayed(FolderStore.make(folder))


def _require_apart(session: Session, at: str) -> None:
    """UsageError("copy_is_vault", at=…) for the vault's own folder, one in it, or one that holds it."""
    vault = stores.location_folder(session.place.at)
    if vault is not None and (lies_in(real(at), real(vault)) or lies_in(real(vault), real(at))):
        raise UsageError("copy_is_vault", at=at)


def _require_own(folder: str) -> None:
    """UsageError("folder_not_empty", at=…) where something else lies than a copy, begun or done."""
    try:
        names = os.listdir(extended(folder))
    except OSError:
        return  # the store says why, in its own words
    if any(name not in _OWN and name not in stores.LITTER and name[:1] not in ".$" for name in names):
        raise UsageError("folder_not_empty", at=folder)


# ---- the list --------------------------------------------------------------------------------------------


def add_copy(
    session: Session,
    name: str,
    at: str,
    given: BucketGiven,
    *,
    every: str = "1 d",
    parity: bool = False,
    elsewhere: bool = False,
    in_file: bool = False,
) -> CopyInfo:
    """Adds a copy: its place gets what opens the vault, so that it is known again; its content comes with
    the next copy.

    Raises UsageError("copy_name_taken", name=…), ("bad_copy", name=…), ("copy_place_taken", name=…), and as
    `store_at`, `check_is_copy` and `Session.vault`."""
    if any(copy.name == name for copy in session.settings.copies):
        raise UsageError("copy_name_taken", name=name)
    try:
        copy = CopySettings(name, at, every=every, parity=parity, elsewhere=elsewhere)
    except ValueError:
        raise UsageError("bad_copy", name=name) from None
    store = store_at(session, at, given)
    if stores.is_bucket(at):
        from . import bucket_link

        place = bucket_link.settings_of(at, session.place.id, given)
        copy = msgspec.structs.replace(copy, at=place.at, endpoint=place.endpoint, region=place.region)
    else:
        copy = msgspec.structs.replace(copy, at=store.location)
        disk = bootstrap.disks().of(store.location)
        if disk is not None:
            below = os.path.relpath(os.path.realpath(store.location), os.path.realpath(disk.at))
            copy = msgspec.structs.replace(copy, disk=disk.id, folder="" if below == os.curdir else below)
    begin_copy(session.vault, store)
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        _require_new(settings.copies, copy)
        if stores.is_bucket(at):
            from . import bucket_link

            bucket_link.keep(session, given, "file" if in_file else "keychain", access_of(name))
        write_settings(session.profile, msgspec.structs.replace(settings, copies=[*settings.copies, copy]))
    session.fresh_settings()
    remember(session, name, CopyState(seen=bootstrap.clock()))
    return _info(session, copy, CopyState(seen=bootstrap.clock()), None)


def _require_new(copies: Sequence[CopySettings], new: CopySettings) -> None:
    for copy in copies:
        if copy.name == new.name:
            raise UsageError("copy_name_taken", name=new.name)
        same = (copy.disk, copy.folder) == (new.disk, new.folder) if new.disk else copy.at == new.at
        if same:
            raise UsageError("copy_place_taken", name=copy.name)


def change_copy(
    session: Session,
    name: str,
    *,
    every: str | None = None,
    parity: bool | None = None,
    elsewhere: bool | None = None,
) -> CopyInfo:
    """Changes what is noted of a copy, wherever its disk is; None for what stays. UsageError("copy_unknown",
    name=…), ("bad_copy", name=…)."""
    given = {"every": every, "parity": parity, "elsewhere": elsewhere}
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = named(settings.copies, name)
        try:
            changed = msgspec.structs.replace(before, **{k: v for k, v in given.items() if v is not None})
        except ValueError:
            raise UsageError("bad_copy", name=name) from None
        copies = [changed if each.name == name else each for each in settings.copies]
        if changed != before:
            write_settings(session.profile, msgspec.structs.replace(settings, copies=copies))
    session.fresh_settings()
    state = read_copies(session.profile, session.place.id).get(name, CopyState())
    return _info(session, changed, state, None)


def remove_copy(session: Session, name: str) -> CopyInfo:
    """Takes a copy off the list; what it holds stays where it is. UsageError("copy_unknown", name=…)."""
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        copy = named(settings.copies, name)
        left = [each for each in settings.copies if each.name != name]
        write_settings(session.profile, msgspec.structs.replace(settings, copies=left))
        states = read_copies(session.profile, session.place.id)
        state = states.pop(name, CopyState())
        write_copies(session.profile, session.place.id, states)
        if stores.is_bucket(copy.at):
            from . import bucket_link

            bucket_link.drop(session, access_of(name))
    forget_rounds(session.profile, name)
    session.fresh_settings()
    return _info(session, copy, state, None)


def note_soundness(session: Session, copy: str, damaged: int) -> None:
    """Objects of a copy that are damaged stay an incident until a check finds none. `copy`: its name, or its
    place."""
    if session.settings.vault is None:
        return
    now = bootstrap.clock()
    if damaged:
        session.history.raise_incident("copy_unsound", copy, "warning", {"count": damaged}, now)
    else:
        session.history.clear("copy_unsound", copy, now)


def named(copies: Sequence[CopySettings], name: str) -> CopySettings:
    """The copy of that name. UsageError("copy_unknown", name=…)."""
    for copy in copies:
        if copy.name == name:
            return copy
    raise UsageError("copy_unknown", name=name)
