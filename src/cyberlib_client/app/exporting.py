"""Reversibility kits: everything a practice has, to leave with, and to be restored without us."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from .. import __version__
from ..core import kit
from ..core.errors import CyberlibError, Failed, UsageError
from ..core.events import Progress
from ..core.kit import Begun, Head, KitSnapshot, Signed
from ..core.windows_paths import extended
from ..files import kit_folder
from ..files.restore_names import WINDOWS
from ..repository.snapshots import Stored
from ..resources import resource, specification
from ..services.kit_objects import take_objects
from ..services.mounted import folder_names
from ..services.restore import Conflict, RestoreRequest, restore
from ..transports.folder import FolderStore
from . import bootstrap, stores
from .device_identity import device_identity
from .paths import lies_in, native_path, real, shown, shown_native, shown_text
from .restoring import RULES, NamesOf
from .session import Session
from .snapshot_list import absent_sources
from .times import iso_time

FILES: Final = "fichiers"
_VERSION: Final = 1
_MOST_INCIDENTS: Final = 1000


class Exported(msgspec.Struct, frozen=True):
    """How a kit was made. `kind`: "plain" or "vault". `files`, `bytes`: of all that its lists name. `failed`:
    items that are not whole in it, each named. `manifest`: SHA-256 of `manifest.json`. `fingerprint`: of the
    vault's key, by which whoever checks the kit knows whose it is."""

    outcome: Literal["completed"]
    kind: kit.Kind
    to: str
    snapshots: list[KitSnapshot]
    files: int
    bytes: int
    failed: int
    manifest: str
    fingerprint: str
    seconds: float

    @property
    def exit_code(self) -> int:
        """3 when something is not whole."""
        return 3 if self.failed else 0


def export_plain(
    session: Session, to: str, wanted: Sequence[str] = (), names: NamesOf | None = None
) -> Exported:
    """Everything of some snapshots (none named: the newest of each device) as plain files, with signed lists.

    Begun again after it was cut short, it goes on with the same snapshots. Raises UsageError("kit_other"),
    ("kit_complete"), ("folder_not_empty"), ("target_in_vault"), Failed("kit_not_written"), and what choosing
    and restoring raise.
    """
    begun = time.monotonic()
    to = _place(session, to)
    noted, volume = _begin(session, to, "plain", lambda: _ids(session, wanted))
    chosen = _chosen(session, noted)
    told = [f"{s.snapshot.device.name} {_day(s.snapshot.time)}" for s in chosen]
    heads = []
    for name, stored in folder_names(chosen, told).items():
        text = os.fsdecode(WINDOWS.on_disk(name))  # whichever system reads the disk
        heads.append(_restored(session, stored, os.path.join(to, FILES, text), f"{FILES}/{text}", names))
    _add_texts(to, "plain", volume)
    return _finish(session, to, "plain", heads, begun, volume)


def export_vault(session: Session, to: str) -> Exported:
    """All objects of the vault as they are, with the rescue program, the description of the format, and
    signed lists. Raises as `export_plain`, and what the stores raise."""
    begun = time.monotonic()
    to = _place(session, to)
    _, volume = _begin(session, to, "vault", list)
    session.unlock()
    target = _Objects.make(os.path.join(to, kit.VAULT))
    target.stay()

    def clean(name: str) -> bool:
        if name == "vault":
            return target.get(name) == session.store.get(name)
        kind, _, digits = name.partition("/")
        parts = (kind, digits[:2], digits) if kind == "packs" else (kind, digits)
        path = extended(os.path.join(target.location, *parts))
        with kit_folder.told(to):
            return kit_folder.sha256_of(path, lambda _size: session.cancel.check()) == digits

    taken = take_objects(session.vault.store, target, session.listener, session.cancel, clean)
    shutil.rmtree(extended(os.path.join(target.location, "tmp")), ignore_errors=True)
    _add_texts(to, "vault", volume)
    with kit_folder.told(to):
        for source, folder in ((resource("rescue"), "programme"), (specification(), "format")):
            shutil.copytree(source, os.path.join(to, folder), copy_function=kit_folder.copy_whole, **_TREES)
        kit_folder.copy_whole(str(resource("words/fr.txt")), os.path.join(to, "format", "words-fr.txt"))
    heads = [_head(stored, "") for stored in session.snapshots.items]
    return _finish(session, to, "vault", heads, begun, volume, damaged=taken.damaged)


_TREES: Final[Any] = {"dirs_exist_ok": True, "ignore": shutil.ignore_patterns("__pycache__")}


class _Objects(FolderStore):
    """What goes wrong with it is said of the kit and not of the vault, which it is no place of."""

    def _error(self, error: OSError, name: str) -> CyberlibError:
        found = super()._error(error, name)
        if found.code == "object_missing":
            return found
        reason = error.strerror or type(error).__name__
        return Failed("kit_not_written", at=os.path.dirname(self.location), reason=reason)


def _place(session: Session, to: str) -> str:
    native_path(to)
    to = os.path.abspath(to)
    folder = stores.location_folder(session.place.at)
    if folder is not None and lies_in(real(to), real(folder)):
        raise UsageError("target_in_vault", at=to)
    return to


def _begin(
    session: Session, to: str, kind: kit.Kind, chosen: Callable[[], list[str]]
) -> tuple[list[str], int]:
    """What the kit in this folder is to hold, noted there before anything else, and the volume it is on."""
    noted = extended(os.path.join(to, kit.UNFINISHED))
    with kit_folder.told(to):
        names = os.listdir(extended(to)) if os.path.isdir(extended(to)) else []
        if kit.UNFINISHED in names:
            with open(noted, "rb") as file:
                data = file.read(1 << 24)
            try:
                begun = msgspec.json.decode(data, type=Begun)
            except msgspec.DecodeError:
                raise UsageError("kit_other", at=to) from None
            if (begun.kind, begun.vault) != (kind, session.place.id):
                raise UsageError("kit_other", at=to)
            return begun.snapshots, _volume(to)
        if kit.SIGNATURE in names:
            raise UsageError("kit_complete", at=to)
        begun_on = kit.UNFINISHED + kit.PART  # killed in its first moment
        if any(name not in (*stores.LITTER, begun_on) and name[:1] not in ".$" for name in names):
            raise UsageError("folder_not_empty", at=to)
        snapshots = chosen()
        os.makedirs(extended(to), mode=0o700, exist_ok=True)
        data = msgspec.json.encode(Begun(_VERSION, kind, session.place.id, snapshots))
        kit_folder.write_whole(to, kit.UNFINISHED, data)
        _flush(to)
        return snapshots, _volume(to)


def _flush(to: str) -> None:
    """Names are on the disk, too. Raises OSError."""
    if not bootstrap.is_windows():
        bootstrap.volumes().sync_directory(to)


def _volume(to: str) -> int:
    """Which a kit is on. OSError."""
    return os.stat(extended(to)).st_dev


def _stays(to: str, volume: int) -> None:
    """It is still there: of a disk that is pulled out the folder stays that it was mounted on, and no kit
    must be made and signed there. OSError."""
    if _volume(to) != volume:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))


def _ids(session: Session, wanted: Sequence[str]) -> list[str]:
    listed = session.snapshots
    listed.some_left()
    if wanted:
        return list(dict.fromkeys(listed.resolve(each).id for each in wanted))
    newest = {stored.snapshot.device.id: stored for stored in listed.items}
    if not newest:
        raise UsageError("no_snapshot")
    return [stored.id for stored in newest.values()]


def _chosen(session: Session, ids: Sequence[str]) -> list[Stored]:
    return [session.snapshots.resolve(each) for each in ids]


def _restored(session: Session, stored: Stored, to: str, folder: str, names: NamesOf | None) -> KitSnapshot:
    result = restore(
        session.vault,
        RestoreRequest(stored, to, conflict=Conflict.REPLACE, rules=RULES[names] if names else None),
        metadata=bootstrap.metadata(),
        volumes=bootstrap.volumes(),
        listener=session.listener,
        cancel=session.cancel,
    )
    incidents = [(i.code, i.path, i.detail) for i in result.incidents[:_MOST_INCIDENTS]]
    return msgspec.structs.replace(_head(stored, folder), failed=result.failed, incidents=incidents)


def _head(stored: Stored, folder: str) -> KitSnapshot:
    s = stored.snapshot
    return KitSnapshot(
        id=stored.id,
        time=iso_time(s.time),
        device=shown_text(s.device.name),
        folder=folder,
        files=s.statistics.files,
        bytes=s.statistics.bytes,
        missing=[shown(path) for path in absent_sources(stored)],
    )


def _add_texts(to: str, kind: kit.Kind, volume: int) -> None:
    with kit_folder.told(to):
        _stays(to, volume)
        for name in ("LISEZMOI.txt", "README.txt"):
            kit_folder.copy_whole(str(resource(f"kit/{kind}/{name}")), os.path.join(to, name))


def _finish(
    session: Session,
    to: str,
    kind: kit.Kind,
    heads: list[KitSnapshot],
    begun: float,
    volume: int,
    damaged: int = 0,
) -> Exported:
    """Writes the lists from what lies on the disk, and signs them."""
    vault = session.vault
    counted = _Counted(session)
    with kit_folder.told(to):
        lists = kit_folder.ListWriter(to, Head(_VERSION, kind, vault.id, __version__, heads))
        try:
            for item in _listed(to, heads, counted):
                lists.add(item)
            digests = lists.finish()
        finally:
            lists.close()
        signer = device_identity(session)
        signed = Signed(_VERSION, kind, vault.id, iso_time(bootstrap.clock()), digests)
        signature = kit.sign_kit(vault.keys, signer.device, signer.signing, signed)
        _stays(to, volume)
        kit_folder.write_whole(to, kit.SIGNATURE, signature)
        _flush(to)
        os.unlink(extended(os.path.join(to, kit.UNFINISHED)))
        _flush(to)
    return Exported(
        outcome="completed",
        kind=kind,
        to=shown_native(to),
        snapshots=heads,
        files=counted.files,
        bytes=counted.bytes,
        failed=sum(each.failed for each in heads) + damaged,
        manifest=digests[kit.MANIFEST],
        fingerprint=kit.fingerprint_of(vault.keys),
        seconds=time.monotonic() - begun,
    )


class _Counted:
    def __init__(self, session: Session) -> None:
        self._session = session
        self.files = self.bytes = 0

    def tick(self, size: int) -> None:
        self._session.cancel.check()
        self.bytes += size
        self._session.listener(Progress("hash", self.files, bytes_done=self.bytes))


def _listed(to: str, heads: list[KitSnapshot], counted: _Counted) -> Iterator[kit.Item]:
    folders = [(head.folder.encode() + b"/", head.folder) for head in heads if head.folder]
    for found in kit_folder.walk(to):
        snapshot = next((folder for begin, folder in folders if found.path.startswith(begin)), "")
        mtime = iso_time(found.status.st_mtime_ns)
        item = kit_folder.item_of(to, found, snapshot, mtime, counted.tick)
        counted.files += item.kind == "file"
        yield item


def _day(ns: int) -> str:
    return time.strftime("%Y-%m-%d %H.%M", time.localtime(ns // 10**9))
