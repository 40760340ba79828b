"""What a run is told of changes since the last one, and what is kept for the next.

Whoever watches the sources asks `since_last` with the folders it noticed, and gives the answer to
`run_backup`, which checks it again, with the rules of that moment and the profile's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .. import __version__
from ..core.crypto import sha256
from ..services.backup import BackupResult, Changed, Source
from ..state.base import Base, read_base, write_base
from .session import Session
from .workplace import Notice

MOST_DOUBTFUL: Final = 1_000
"""Folders with databases: with more, a look at everything costs hardly more than a look at these."""


def since_last(session: Session, folders: Iterable[bytes]) -> Changed | None:
    """What to tell the next run: `folders` (vault paths) are all that changed since the last one ended, or
    before. None: nothing is known of the last run, so that everything is to be looked at."""
    base = read_base(session.profile, session.place.id)
    return Changed(base.snapshot, frozenset(folders)) if base is not None else None


def checked(
    session: Session, sources: list[Source], skip: Iterable[tuple[int, int]], changed: Changed | None
) -> Changed | None:
    """`changed` with the folders that are looked into each time; None when it does not fit what was kept."""
    if changed is None:
        return None
    base = read_base(session.profile, session.place.id)
    if base is None or base.snapshot != changed.base or base.rules != _fingerprint(sources, skip):
        return None
    return Changed(base.snapshot, changed.folders | base.doubtful)


def keep(
    session: Session, sources: list[Source], skip: Iterable[tuple[int, int]], result: BackupResult
) -> None:
    """Keeps what the next run may begin from; says so when that fails."""
    base: Base | None = None
    if result.doubtful is not None and len(result.doubtful) <= MOST_DOUBTFUL:
        digest, rules = result.snapshot.digest, _fingerprint(sources, skip)
        base = Base(session.place.id, digest, rules, result.doubtful)
    if not write_base(session.profile, base):
        session.notify(Notice("state_not_written", {"at": session.profile.state}))


def _fingerprint(sources: list[Source], skip: Iterable[tuple[int, int]]) -> bytes:
    """Differs when something else is left out: by a rule, because it is our own (`skip`: device and number,
    of which the first is another after each start of the system), or because another version decides."""
    chosen = [
        (
            source.path,
            [rule.pattern for rule in source.selection.filters.rules],
            source.selection.one_file_system,
            source.selection.cache_tags,
            source.frozen is not None,
            sorted(source.selection.elsewhere.ids) if source.selection.elsewhere is not None else [],
        )
        for source in sources
    ]
    told = (__version__, chosen, sorted(inode for _, inode in skip))
    return sha256(ascii(told).encode())
