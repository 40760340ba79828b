"""Trying a restore: files of the newest snapshot are brought back, compared, opened; the proof is signed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from ..core.errors import Busy, CyberlibError, Failed, UsageError
from ..core.events import Incident
from ..core.platform import Native
from ..files.names import THIS_SYSTEM, display, from_vault_path, parse_display
from ..files.removal import remove_tree
from ..repository.snapshots import Stored
from ..services.drill import DrillRequest, DrillResult, Failing, drill
from ..state.drill_places import PREFIX, read_places, write_places
from ..state.drill_settings import read_size
from . import bootstrap, stores
from .choosing import LATEST, choose, own_device
from .device_identity import device_identity
from .drill_certificates import certify_drill
from .history import remembered, remembered_if_failed
from .incidents import Met
from .paths import lies_in, native, native_path, real, shown_native, shown_text
from .session import Session
from .times import iso_time

FAILED: Final = "drill_failed"
"""The kind of the incidents: one for each file, until a later drill restores it."""

_MOST_TOLD: Final = 100
_ALL: Final = 2**62


class DrillWanted(msgspec.Struct, frozen=True):
    """What to try. `sample`: so many files; `size`: so many bytes, as typed; `everything`: all; else as the
    settings have it. `to`: the folder in which a scratch folder is made, "" for the usual one."""

    snapshot: str = LATEST
    sample: int | None = None
    size: str | None = None
    everything: bool = False
    to: str = ""


class DrillFailure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that failed. `fault`: "damaged" (what the vault holds of it is not what was stored), "differs"
    (from the file on this disk, which looks unchanged), "missing" (not restored, for `detail`) or "unopened"
    (restored as it was saved, but it does not open). `native`: as in `browsing.EntryInfo`."""

    path: str
    fault: str
    detail: str = ""
    native: str = ""


class Drilled(msgspec.Struct, frozen=True):
    """How a drill ended. `taken`: files by why they were chosen. `compared_disk`, `compared_vault`: files the
    same as on this disk byte for byte, as the vault's authenticated hashes. `checked`: databases that passed
    their own check; `opened`: other files that begin as their kind does. `too_large`: databases that no place
    was left for. Seconds: `first` until the first file was there, `restoring` for all; restoring the whole
    snapshot would take `whole_least` to `whole_most`. `certificate`: the signed PDF. `failing`: at most 100.
    """

    outcome: Literal["passed", "failed"]
    snapshot: str
    time: str
    device: str
    files: int
    bytes: int
    taken: dict[str, int]
    compared_disk: int
    compared_vault: int
    checked: int
    opened: int
    too_large: int
    failed: int
    failing: list[DrillFailure]
    first: float
    restoring: float
    whole_least: float
    whole_most: float
    seconds: float
    certificate: str
    certificate_id: str
    fingerprint: str

    @property
    def exit_code(self) -> int:
        """7 when the vault does not give back what was saved, 3 when files do not open or are not there."""
        if any(each.fault in ("damaged", "differs") for each in self.failing):
            return 7
        return 3 if self.failed else 0


def run_drill(session: Session, wanted: DrillWanted | None = None) -> Drilled:
    """Tries a restore, and keeps its certificate.

    Raises UsageError("bad_size", text=…), ("drill_no_folder", at=…), ("target_in_vault", at=…),
    Busy("drill_at_work"), Failed("drill_no_room", …), ("drill_nothing"), what `choosing.choose`, unlocking
    and the store raise, and what a restore raises. Whatever happens the scratch folder is removed: at the
    latest by the next drill.
    """
    wanted = wanted or DrillWanted()
    size = _size(session, wanted)
    with remembered_if_failed(session, "drill"):  # that there is no snapshot yet is no run that failed
        session.unlock()
        stored = choose(session, wanted.snapshot)
    with _alone(session), remembered(session, "drill") as ended, _scratch(session, wanted) as folder:
        started = bootstrap.clock()
        result = drill(
            session.vault,
            _request(session, wanted, stored, folder, size),
            metadata=bootstrap.metadata(),
            volumes=bootstrap.volumes(),
            random=bootstrap.random,
            listener=session.listener,
            cancel=session.cancel,
        )
        signer = device_identity(session)
        kept = certify_drill(session, stored, result, signer, started, _organisation(session))
        done = _done(stored, result, kept.file, kept.id, kept.fingerprint)
        met = [
            Incident("drill_failed", display(each.path), each.fault) for each in result.failing[:_MOST_TOLD]
        ]
        met += [Incident("drill_failed", display(path), "untried") for path in result.untried[:_MOST_TOLD]]
        ended(done.exit_code, Met(met), snapshot=stored.id, files=done.files, bytes=done.bytes)
    return done


def _size(session: Session, wanted: DrillWanted) -> int | None:
    if wanted.size is None:
        return None
    try:
        return read_size(wanted.size)
    except ValueError:
        raise UsageError("bad_size", text=wanted.size) from None


def _request(
    session: Session, wanted: DrillWanted, stored: Stored, folder: str, size: int | None
) -> DrillRequest:
    settings = session.settings.drill
    most = wanted.sample or (settings.files if size is None else 10_000)
    room = size or (_ALL if wanted.sample else read_size(settings.size))
    own = stored.snapshot.device.id == own_device(session) and stored.snapshot.system == THIS_SYSTEM
    return DrillRequest(
        stored,
        folder,
        most,
        room,
        spare=size is None,
        everything=wanted.everything,
        again=frozenset(_failed_before(session)),
        original=_original if own else None,
    )


def _original(path: bytes) -> Native | None:
    try:
        text = from_vault_path(path)
    except UsageError:
        return None
    return text if bootstrap.is_windows() else os.fsencode(text)


def _failed_before(session: Session) -> Iterator[bytes]:
    for each in session.history.incidents(open_only=True):
        if each.kind == FAILED:
            with contextlib.suppress(UsageError):
                yield parse_display(each.subject)


def _organisation(session: Session) -> str:
    """The practice's name: as the settings have it, else as the vault's host knows it."""
    named = session.settings.drill.organisation
    if named or not stores.is_host(session.place.at):
        return named
    from .host_link import host_client

    try:
        return host_client(session.store).standing().organisation.name
    except CyberlibError:
        return ""


# ---- the scratch place ------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone(session: Session) -> Iterator[None]:
    """One drill at a time: each clears what others left."""
    session.profile.make_folder(session.profile.state)
    lock = bootstrap.file_lock(session.profile.drill_lock)
    try:
        lock.__enter__()
    except Busy:
        raise Busy("drill_at_work") from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


@contextlib.contextmanager
def _scratch(session: Session, wanted: DrillWanted) -> Iterator[str]:
    """A new private folder, for the time of a drill; those that others left are removed."""
    profile = session.profile
    above = wanted.to or session.settings.drill.to
    if above:
        native_path(above)
        _check_place(session, above)
    else:
        above = profile.drill
        profile.make_folder(above)
    left = [*read_places(profile), *_in(profile.drill)]
    kept = [each for each in dict.fromkeys(left) if os.path.lexists(each) and not remove_tree(each)]
    place = os.path.join(os.path.abspath(above), f"{PREFIX}{bootstrap.random(8).hex()}")
    write_places(profile, [*kept, place])
    try:
        _make(profile.private.new_folder, place)
        yield place
    finally:
        if not os.path.lexists(place) or remove_tree(place):
            with contextlib.suppress(CyberlibError):
                write_places(profile, kept)


def _in(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return []


def _make(new_folder: Callable[[str], None], place: str) -> None:
    try:
        new_folder(place)
    except OSError as error:
        raise Failed("drill_no_folder", at=os.path.dirname(place), reason=error.strerror) from None


def _check_place(session: Session, folder: str) -> None:
    """Files among a vault's objects would be taken for damage."""
    if not os.path.isdir(folder):
        raise UsageError("drill_not_a_folder", at=folder)
    vault = stores.location_folder(session.place.at)
    if vault is not None and lies_in(real(folder), real(vault)):
        raise UsageError("target_in_vault", at=folder)


# ---- the result -------------------------------------------------------------------------------------


def _done(stored: Stored, result: DrillResult, path: str, certificate: str, fingerprint: str) -> Drilled:
    snapshot = stored.snapshot
    return Drilled(
        outcome="failed" if result.failing else "passed",
        snapshot=stored.id,
        time=iso_time(snapshot.time),
        device=shown_text(snapshot.device.name),
        files=result.total[0],
        bytes=result.total[1],
        taken={why: counted[0] for why, counted in sorted(result.taken.items())},
        compared_disk=result.disk[0],
        compared_vault=result.vault[0],
        checked=result.opened["checked"],
        opened=result.opened["database"] + result.opened["document"],
        too_large=result.too_large,
        failed=len(result.failing),
        failing=[_failure(each, snapshot.system) for each in _gravest(result.failing)[:_MOST_TOLD]],
        first=result.first,
        restoring=result.restoring,
        whole_least=result.whole_least,
        whole_most=result.whole_most,
        seconds=result.seconds,
        certificate=shown_native(path),
        certificate_id=certificate,
        fingerprint=fingerprint,
    )


def _gravest(failing: list[Failing]) -> list[Failing]:
    return sorted(failing, key=lambda each: ("damaged", "differs", "missing", "unopened").index(each.fault))


def _failure(each: Failing, system: str) -> DrillFailure:
    text = display(each.path) or "/"
    return DrillFailure(text, each.fault, each.detail, native(text, system))
