"""An old machine's folders on this one: where they are here, restored there, and protected from now on.

What the vault holds of them is not sent again: content is known by its ids, whatever folder it lies in.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

import msgspec

from ..core.errors import UsageError
from ..core.folder_mapping import Kind, Machine, System, proposals
from ..core.format_v1 import tree
from ..core.format_v1.snapshot import Setup
from ..files.names import THIS_SYSTEM, from_vault_path, to_vault_path
from ..repository.snapshots import Stored
from ..services.browse import look
from . import machine_setup, sources, stores
from .adopting_told import AdoptedFolder, Adoption, Place
from .choosing import choose, own_device
from .paths import compared, inner_path, native_of, native_path, shown, shown_native, shown_text
from .restoring import Mapped, Wanted, run_restore
from .session import Session
from .sources import Choice
from .times import iso_time

_SYSTEMS: Mapping[str, System] = {"linux": "linux", "macos": "macos", "windows": "windows"}


def offer(session: Session, device: str = "", chosen: Mapping[str, str] | None = None) -> Adoption:
    """Where the folders of a machine's newest snapshot are, or may be, on this one; nothing is changed.
    `device`: by its name at the host, or in the vault; the newest of all without one. `chosen`: places
    by source, as somebody wrote them; "" leaves one out.

    Raises UsageError("adopt_unknown", path=…): none of the sources is so called, ("adopt_nothing",
    device=…), ("bad_path"), and as `choosing.choose`.
    """
    stored = _newest_whole(session, _newest_of(session, device))
    snapshot = stored.snapshot
    if not snapshot.sources:
        raise UsageError("adopt_nothing", device=shown_text(snapshot.device.name))
    wanted = {inner_path(old): new for old, new in (chosen or {}).items()}
    for path in wanted:
        if path not in snapshot.sources:
            raise UsageError("adopt_unknown", path=shown(path))
    here = _this_machine()
    system = _SYSTEMS.get(snapshot.system, THIS_SYSTEM)
    return Adoption(
        stored.id,
        shown_text(snapshot.device.name),
        snapshot.system,
        iso_time(snapshot.time),
        [_folder(session, stored, path, system, here, wanted.get(path)) for path in snapshot.sources],
        schedule=machine_setup.schedule_state(session, snapshot.setup),
        machine=device or shown_text(snapshot.device.name),
    )


def _newest_of(session: Session, device: str) -> Stored:
    if device and stores.is_host(session.place.at):
        from .old_machine import newest_at_host

        found = newest_at_host(session, device)
        if found is not None:
            return found
    return choose(session, f"latest@{device}" if device else "latest")


def _newest_whole(session: Session, newest: Stored) -> Stored:
    """The newest snapshot of that machine that has all the folders it was set to protect: the last may be of
    one that somebody named for once."""
    setup, device = newest.snapshot.setup, newest.snapshot.device.id
    wanted = {each.path for each in setup.sources} if setup is not None else set()
    of_it = [each for each in session.snapshots.items if each.snapshot.device.id == device]
    return next((each for each in reversed(of_it) if wanted <= {*each.snapshot.sources}), newest)


def of_another(session: Session) -> Adoption | None:
    """The same for the machine that this one replaced, as the host knows it; at no host, for the one that
    made the newest snapshot. None where there is none, or this one has backed up already. Raises as `offer`,
    and what the host refuses."""
    listed = session.snapshots.items
    own = own_device(session)
    if not listed or any(each.snapshot.device.id == own for each in listed):
        return None
    device = ""
    if stores.is_host(session.place.at):
        from .old_machine import replaced

        device = replaced(session)
        if not device:
            return None  # one machine more, beside the others
    try:
        return offer(session, device)
    except UsageError as error:
        if error.code not in ("adopt_nothing", "device_unknown"):
            raise
        return None


def read_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Places by source, from `OLD=NEW`. UsageError("adopt_pair", text=…)."""
    found = {}
    for text in pairs:
        old, equals, new = text.partition("=")
        if not equals or not old.strip():
            raise UsageError("adopt_pair", text=text)
        found[old] = new
    return found


def adopt(
    session: Session, device: str = "", chosen: Mapping[str, str] | None = None, *, restore: bool = False
) -> Adoption:
    """Protects them here, with `restore` after what the snapshot has was put there; what is there already
    is left as it is. What the other machine left out is left out here too, and its schedule is taken where
    none was chosen. Done twice it changes nothing.

    Raises as `offer`, `sources.add_source`, `machine_setup.take_schedule` and `restoring.run_restore`.
    """
    told = offer(session, device, chosen)
    if restore:
        told = _restored(session, told)
    setup = next(each.snapshot.setup for each in session.snapshots.items if each.id == told.snapshot)
    folders = [_adopted(session, each, setup) for each in told.folders]
    schedule = told.schedule
    if any(each.adopted for each in folders):
        schedule = machine_setup.take_schedule(session, setup)
    return msgspec.structs.replace(told, folders=folders, schedule=schedule)


def _restored(session: Session, told: Adoption) -> Adoption:
    pairs = [
        Mapped(each.source, each.to) for each in told.folders if each.place in ("known", "there", "absent")
    ]
    if not pairs:
        return told
    items = [f"{told.snapshot}:{each.source}" for each in pairs]
    done = run_restore(session, Wanted(items, None, conflict="skip", mapped=pairs))
    return msgspec.structs.replace(
        told,
        restored=True,
        files=done.files,
        bytes=done.bytes,
        failed=done.failed,
        incidents=done.incidents,
    )


def _adopted(session: Session, folder: AdoptedFolder, setup: Setup | None) -> AdoptedFolder:
    if folder.place == "known":
        return msgspec.structs.replace(folder, adopted=True)
    if folder.place not in ("there", "absent") or not os.path.isdir(folder.to):
        return folder
    rules = machine_setup.rules_of(setup, inner_path(folder.source))
    choice = Choice(
        exclude=rules.exclude,
        one_file_system=rules.one_file_system,
        default_exclusions=rules.default_exclusions,
    )
    try:
        return _added(session, folder, choice)
    except UsageError as error:
        if error.code != "bad_pattern":
            raise
    # A pattern that this program does not know: too much is better than too little.
    folder = msgspec.structs.replace(folder, exclude=[])
    return _added(session, folder, msgspec.structs.replace(choice, exclude=()))


def _added(session: Session, folder: AdoptedFolder, choice: Choice) -> AdoptedFolder:
    try:
        sources.add_source(session, folder.to, choice)
    except UsageError as error:
        if error.code != "source_known":  # two of the old machine's folders are one here
            raise
    return msgspec.structs.replace(folder, adopted=True)


def _folder(
    session: Session, stored: Stored, path: bytes, system: System, here: Machine, chosen: str | None
) -> AdoptedFolder:
    entry = look(session.vault.reader(), stored.snapshot.root, path)
    if entry is not None and entry.kind != tree.DIRECTORY:
        return AdoptedFolder(shown(path), "", "file")
    if chosen is not None:
        found = [os.path.abspath(os.fsdecode(native_path(chosen)))] if chosen else []
    else:
        found = [from_vault_path(each) for each in proposals(path, system, here)]
    if not found:
        return AdoptedFolder(shown(path), "", "none")
    first = next((each for each in found if os.path.isdir(each)), found[0])
    others = [shown_native(each) for each in found if each != first]
    rules = machine_setup.rules_of(stored.snapshot.setup, path)
    return AdoptedFolder(
        shown(path),
        first,
        _place(session, first),
        others,
        exclude=[shown_text(each) for each in rules.exclude],
        one_file_system=rules.one_file_system,
        default_exclusions=rules.default_exclusions,
    )


def _place(session: Session, native: str) -> Place:
    known = {compared(native_of(source)) for source in session.settings.sources}
    if compared(native_path(native)) in known:
        return "known"
    return "there" if os.path.isdir(native) else "absent"


def _this_machine() -> Machine:
    import platformdirs  # asks the system, and here alone

    home = to_vault_path(os.path.expanduser("~"))
    folders: dict[Kind, str] = {
        "documents": platformdirs.user_documents_dir(),
        "desktop": platformdirs.user_desktop_dir(),
        "pictures": platformdirs.user_pictures_dir(),
        "downloads": platformdirs.user_downloads_dir(),
        "music": platformdirs.user_music_dir(),
        "videos": platformdirs.user_videos_dir(),
    }
    # Where a desktop has none of them, its setting names the home folder itself.
    named = {kind: to_vault_path(os.path.abspath(path)) for kind, path in folders.items()}
    own = {kind: path for kind, path in named.items() if path != home}
    return Machine(THIS_SYSTEM, home, own, _drives())


def _drives() -> list[bytes]:
    if sys.platform != "win32":
        return []
    letters = (f"{letter}:\\" for letter in "CDEFGHIJKLMNOPQRSTUVWXYZ")
    return [to_vault_path(each) for each in letters if os.path.isdir(each)]
