"""The folders a profile protects: added, removed, listed, and what their rules leave out."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence

import msgspec

from ..core.errors import UsageError
from ..core.windows_paths import extended
from ..files.defaults import default_rules
from ..files.filters import Filters, Rule
from ..files.names import THIS_SYSTEM, display, from_vault_path, to_vault_path
from ..files.preview import Preview, preview
from ..files.selection import Selection
from ..services.backup import Source
from ..state.drill_places import read_places
from ..state.refusal_settings import RefusalSettings
from ..state.settings import SourceSettings, write_settings
from . import bootstrap, stores
from .paths import compared, is_at, lies_in, native_of, native_path, real, shown
from .refused_paths import refused_rules, unrefused
from .session import Session
from .sources_told import LeftOutInfo as LeftOutInfo
from .sources_told import PreviewInfo as PreviewInfo
from .sources_told import SourceInfo as SourceInfo
from .workplace import Notice


class OwnFolder(msgspec.Struct, frozen=True):
    """A folder of CyberLib's own that no backup enters. `origin`: "vault", the vault itself, or "profile",
    what of the profile is secret or changes with every run."""

    path: str
    origin: str


class Choice(msgspec.Struct, frozen=True):
    """What the command line says of one run. `paths` empty: the profile's sources."""

    paths: Sequence[str] = ()
    exclude: Sequence[str] = ()
    label: str = ""
    one_file_system: bool = False
    default_exclusions: bool = True


def list_sources(session: Session) -> list[SourceInfo]:
    """Those of the profile, in the order they were added."""
    return [info_of(source) for source in session.settings.sources]


def add_source(session: Session, path: str, choice: Choice) -> SourceInfo:
    """Adds a folder or file that is there; a notice when one source lies in another.

    Raises UsageError("source_known"), ("source_absent", path=…, reason=…), ("source_special", path=…),
    ("source_in_vault", path=…), ("source_private", path=…), ("bad_pattern"), ("bad_path"),
    Busy("profile_busy").
    """
    native = native_path(path)
    named = display(to_vault_path(native))
    try:
        _refuse_special(native)
    except OSError as error:
        raise UsageError("source_absent", path=named, reason=error.strerror) from None
    source = SourceSettings(
        **_settings_path(native),
        exclude=list(choice.exclude),
        one_file_system=choice.one_file_system,
        default_exclusions=choice.default_exclusions,
    )
    made = read_source(native, source, "source")  # refuses a pattern that cannot work
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        check_not_private(session, made)
        if settings.vault is not None:
            check_outside(made, settings.vault.at)
        if any(compared(native_of(s)) == compared(native) for s in settings.sources):
            raise UsageError("source_known", path=named)
        write_settings(
            session.profile, msgspec.structs.replace(settings, sources=[*settings.sources, source])
        )
    for other in settings.sources:
        _tell_nested(session, native, native_of(other))
        _tell_nested(session, native_of(other), native)
    return info_of(source)


def _refuse_special(native: str | bytes) -> None:
    """Only a folder or a file can be a source. UsageError("source_special", path=…), OSError."""
    mode = os.stat(native).st_mode
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise UsageError("source_special", path=display(to_vault_path(native)))


def _tell_nested(session: Session, inner: str | bytes, outer: str | bytes) -> None:
    """A notice when one path lies below another."""
    if lies_in(compared(inner), compared(outer)):
        session.notify(
            Notice("source_nested", {"path": shown(to_vault_path(inner)), "at": shown(to_vault_path(outer))})
        )


def check_outside(source: Source, vault: str) -> None:
    """A vault that holds itself grows for ever. UsageError("source_in_vault", path=…)."""
    folder = stores.location_folder(vault)
    native = from_vault_path(source.path)  # as `folder` is written
    if folder is not None and lies_in(real(native), real(folder)):
        raise UsageError("source_in_vault", path=display(source.path))


def check_not_private(session: Session, source: Source) -> None:
    """No backup takes what opens the vault. UsageError("source_private", path=…)."""
    native = real(from_vault_path(source.path))
    if any(o == "profile" and lies_in(native, real(folder)) for folder, o in own_folders(session)):
        raise UsageError("source_private", path=display(source.path))


def remove_source(session: Session, path: str) -> SourceInfo:
    """Takes a source out of the profile; what the vault holds of it stays. A notice for each command that is
    run no more.

    Raises UsageError("source_unknown"), Busy("profile_busy").
    """
    native = native_path(path)
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        found = [s for s in settings.sources if is_at(s, path)]
        if not found:
            raise UsageError("source_unknown", path=display(to_vault_path(native)))
        native = native_of(found[0])
        left = [s for s in settings.sources if s not in found]
        write_settings(session.profile, msgspec.structs.replace(settings, sources=left))
    kept = {compared(native_of(source)) for source in left}
    for hook in settings.hooks:
        ours = {compared(native_path(path)) for path in hook.sources}
        if compared(native) in ours and not ours & kept:
            session.notify(Notice("hook_of_source", {"name": hook.name}))
    return info_of(found[0])


def preview_sources(session: Session, choice: Choice) -> PreviewInfo:
    """What a backup of the same choice would take.

    Raises as `chosen_sources`, UsageError("source_in_vault", path=…), ("source_private", path=…), and
    Stopped.
    """
    chosen = chosen_sources(session, choice)
    for source in chosen:
        check_not_private(session, source)
        if session.settings.vault is not None:
            check_outside(source, session.settings.vault.at)
    found = preview(
        [(s.native, s.selection) for s in chosen],
        listener=session.listener,
        cancel=session.cancel,
        never=never_entered(session),
    )
    return preview_info(found)


def preview_info(found: Preview) -> PreviewInfo:
    """A preview as plain values."""
    return PreviewInfo(
        files=found.files,
        bytes=found.bytes,
        folders=found.folders,
        others=found.others,
        placeholders=found.placeholders,
        placeholder_bytes=found.placeholder_bytes,
        left_out=[
            LeftOutInfo(
                o.rule.pattern, o.rule.origin, o.items, o.files, o.bytes, o.complete, list(o.examples)
            )
            for o in found.left_out
        ],
        unused=[rule.pattern for rule in found.unused],
        incidents=list(found.incidents),
        incident_count=found.incident_count,
    )


def own_folders(session: Session) -> Iterator[tuple[str, str]]:
    """The folders that no backup enters, each with its origin: see `OwnFolder`."""
    vault = session.settings.vault
    folder = stores.location_folder(vault.at) if vault is not None else None
    if folder is not None:
        yield os.fspath(folder), "vault"
    yield from ((at, "vault") for at in _copies(session))
    yield session.profile.state, "profile"
    yield session.profile.credentials, "profile"
    yield from ((place, "profile") for place in read_places(session.profile))  # a drill at work in a source


def _copies(session: Session) -> Iterator[str]:
    """Second copies that lie in a source: a vault's objects are not what it is to hold. Others are not looked
    at: a share that does not answer must not hold a backup up."""
    copies = session.settings.copies
    present = bootstrap.disks().present() if copies else []
    sources = [compared(native_of(source)) for source in session.settings.sources]
    for copy in copies:
        if stores.is_bucket(copy.at):
            continue
        places = [copy.at, *(os.path.join(disk.at, copy.folder) for disk in present if disk.id == copy.disk)]
        for at in dict.fromkeys(places):
            if any(lies_in(compared(at), source) for source in sources):
                yield at


def never_entered(session: Session) -> dict[tuple[int, int], str]:
    """(device, inode) of the folders that no backup enters, with their origins: see `OwnFolder`."""
    found = {}
    for folder, origin in own_folders(session):
        try:
            status = os.stat(extended(folder))
        except OSError:
            continue
        found[status.st_dev, status.st_ino] = origin
    return found


def own_folders_in(session: Session, sources: Sequence[Source]) -> list[OwnFolder]:
    """Those folders that lie in one of the sources; what is itself a source is entered."""
    roots = [real(from_vault_path(source.path)) for source in sources]
    return [
        OwnFolder(shown(to_vault_path(os.path.abspath(folder))), origin)
        for folder, origin in own_folders(session)
        if os.path.isdir(extended(folder))
        and any(lies_in(real(folder), r) and real(folder) != r for r in roots)
    ]


def chosen_sources(session: Session, choice: Choice) -> list[Source]:
    """The sources of one run with their rules, each once.

    Raises UsageError("no_sources"), ("source_special", path=…), ("bad_pattern"), ("bad_path").
    """
    refusals = session.settings.refusals
    if choice.paths:
        once = SourceSettings(
            exclude=list(choice.exclude),
            one_file_system=choice.one_file_system,
            default_exclusions=choice.default_exclusions,
        )
        paths = {compared(native): native for native in map(native_path, choice.paths)}
        for native in paths.values():
            with contextlib.suppress(OSError):  # the backup itself tells what is not there
                _refuse_special(native)
        left = unrefused(session, paths.values())
        found = [read_source(native, once, "option", refusals=refusals) for native in left]
        return _some(found)
    extra = [Rule(pattern, "option") for pattern in choice.exclude]
    chosen = {native: s for s in session.settings.sources for native in (native_of(s),)}
    left = unrefused(session, chosen)
    return _some([read_source(native, chosen[native], "source", extra, refusals) for native in left])


def _some(found: list[Source]) -> list[Source]:
    if not found:
        raise UsageError("no_sources")
    return found


def read_source(
    native: str | bytes,
    settings: SourceSettings,
    origin: str,
    extra: Sequence[Rule] = (),
    refusals: Sequence[RefusalSettings] = (),
) -> Source:
    """A source with its rules. UsageError("bad_pattern", …), ("bad_path")."""
    path = to_vault_path(native)
    rules = default_rules(THIS_SYSTEM, path) if settings.default_exclusions else []
    rules += [Rule(pattern, origin) for pattern in settings.exclude]
    selection = Selection(
        Filters([*rules, *extra, *refused_rules(path, refusals)]),
        one_file_system=settings.one_file_system,
        cache_tags=settings.default_exclusions,
    )
    # On Windows whatever is deep below is read too, and names that end with a dot are names.
    return Source(extended(native) if isinstance(native, str) else native, path, selection)


def info_of(source: SourceSettings) -> SourceInfo:
    """A source as plain values."""
    native = native_of(source)
    return SourceInfo(
        shown(to_vault_path(native)),
        source.exclude,
        source.one_file_system,
        source.default_exclusions,
        os.path.lexists(native),
    )


def _settings_path(native: str | bytes) -> dict[str, str]:
    """A path as the settings hold it: `path`, or `escaped` when it is not text."""
    text = os.fsdecode(native)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return {"escaped": display(os.fsencode(native))}
    return {"path": text}
