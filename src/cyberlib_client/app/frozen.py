"""Sources read from snapshots of their volumes, where the settings allow it and the system can."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..core.platform import Native
from ..core.volume_snapshots import Taken, Whose
from ..core.windows_paths import extended
from ..services.backup import Source
from ..services.entry import Frozen
from . import bootstrap
from .paths import compared, lies_in, shown
from .session import Session
from .sources import never_entered, own_folders
from .workplace import Notice


class Reading(NamedTuple):
    """What a run reads. `skip`: (device, inode) of folders of CyberLib's own, there as in the snapshots."""

    sources: list[Source]
    skip: frozenset[tuple[int, int]]


@contextlib.contextmanager
def reading(session: Session, sources: Sequence[Source], *, partial: bool) -> Iterator[Reading]:
    """The sources, in snapshots where that can be; those are removed at the end.

    A partial run makes none: it reads little, and a snapshot of the volume costs more.
    """
    skip = set(never_entered(session))
    if session.settings.backup.volume_snapshots == "off" or partial:
        yield Reading(list(sources), frozenset(skip))
        return
    tag = hashlib.sha256(os.fsencode(session.profile.root)).hexdigest()[:12]
    whose = Whose(tag, os.path.join(session.profile.state, "volume-snapshots"))
    taken: list[Taken] = []
    try:
        frozen = [_frozen(session, source, sources, whose, taken) for source in sources]
        for folder, _ in own_folders(session):
            for each in taken:
                inside = _inside(each, os.path.realpath(folder))
                with contextlib.suppress(OSError):
                    if inside is not None:
                        status = os.stat(inside)
                        skip.add((status.st_dev, status.st_ino))
        yield Reading(frozen, frozenset(skip))
    finally:
        for each in taken:
            each.release()


def _frozen(
    session: Session, source: Source, sources: Sequence[Source], whose: Whose, taken: list[Taken]
) -> Source:
    adapter = bootstrap.volume_snapshots()
    real = os.path.realpath(source.native)
    try:
        original = os.stat(real).st_dev
        for each in taken:
            if os.stat(each.volume).st_dev == original and (inside := _inside(each, real)) is not None:
                return _moved(source, inside, original, _told_by_path(source, real, each))
        adapter.clear(real, whose)
        made = adapter.take(
            real,
            whose,
            whole=not source.selection.one_file_system,
            beside=[os.path.realpath(other.native) for other in sources],
            check_cancel=session.cancel.check,
        )
        if isinstance(made, str):
            if made != "unsupported":
                session.notify(Notice("volume_not_frozen", {"path": shown(source.path), "reason": made}))
            return source
        taken.append(made)
        taken.extend(made.beside)
        _tell(session, source, made)
        inside = _inside(made, real)
        if inside is None:
            return source
        return _moved(source, inside, original, _told_by_path(source, real, made))
    except OSError:
        return source  # gone, or not to be read: the run tells


def _tell(session: Session, source: Source, made: Taken) -> None:
    """Programs that did not set their files in order: those count as after a power cut."""
    path = shown(source.path)
    if made.unasked:
        session.notify(Notice("programs_not_asked", {"path": path, "reason": made.unasked}))
    for name, reason in made.failed.items():
        session.notify(Notice("program_not_in_order", {"path": path, "name": name, "reason": reason}))


def _told_by_path(source: Source, real: Native, taken: Taken) -> Callable[[bytes], bool]:
    """What the snapshot tells of files, by their paths in the vault."""
    prefix = source.path.rstrip(b"/")

    def in_order(inside: bytes) -> bool:
        rest = inside[len(prefix) :].lstrip(b"/")
        path = os.path.join(os.fsencode(real), rest) if rest else os.fsencode(real)
        return taken.in_order(os.fsdecode(path))

    return in_order


def _moved(source: Source, inside: Native, original: int, in_order: Callable[[bytes], bool]) -> Source:
    path = extended(inside) if isinstance(inside, str) else inside
    frozen = Frozen(os.stat(path).st_dev, original, in_order)
    return Source(path, source.path, source.selection, frozen)


def _inside(taken: Taken, path: Native) -> Native | None:
    """Where a path of the volume is in the snapshot."""
    plain, volume = os.fsencode(path).removeprefix(b"\\\\?\\"), os.fsencode(taken.volume)
    if not lies_in(compared(plain), compared(volume)):
        return None
    rest = plain[len(volume) :].lstrip(b"/\\")
    found = os.path.join(os.fsencode(taken.at), rest) if rest else os.fsencode(taken.at)
    return os.fsdecode(found) if isinstance(path, str) else found


__all__ = ["Reading", "reading"]
