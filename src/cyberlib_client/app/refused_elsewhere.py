"""What a patient refused on another machine of the vault: this one leaves the same paths out, and says so.

Records hold no path, so that a machine knows by their ids only what it has itself. A whole source is not left
out on another machine's word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from ..core.format_v1.retired import ERASED, LIFTED, REFUSED, Retirement
from ..core.ids import ID_SIZE
from ..files.selection import Elsewhere, Selection
from ..services.backup import Source
from ..state.refusals import newly_heeded
from . import bootstrap
from .device_identity import device_identity
from .incidents import RULES
from .paths import shown_text
from .refusal_register import ids_of_path
from .session import Session
from .workplace import Fact, Notice

KIND = "refused_elsewhere"


def standing(session: Session) -> list[Retirement]:
    """Refusals that other machines noted and that nobody took back, as of when snapshots were listed last."""
    _ = session.snapshots
    own = device_identity(session).device.id
    records = session.vault.retirements_known.records.values()
    lifted = {record.digest for record in records if record.action == LIFTED}
    return [
        record
        for record in records
        if record.action in (REFUSED, ERASED)
        and record.paths
        and record.device.id != own
        and record.digest not in lifted
    ]


def ids_of(record: Retirement) -> Iterator[bytes]:
    """The ids of the paths that it names."""
    return (record.paths[at : at + ID_SIZE] for at in range(0, len(record.paths), ID_SIZE))


class Heeding:
    """Of one run: what other machines refused, and which of it is here."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by = {each: record for record in standing(session) for each in ids_of(record)}
        self._met: set[bytes] = set()

    def sources(self, sources: Sequence[Source]) -> list[Source]:
        """These sources, without what was refused."""
        return [self._without(source) for source in sources] if self._by else list(sources)

    def _without(self, source: Source) -> Source:
        ids = frozenset(self._by)
        which = 1 if bootstrap.is_windows() else 0
        root = source.path.rstrip(b"/") + b"/"

        def holds(path: bytes) -> bool:
            found = ids_of_path(self._session, root + path)[which]
            if found in ids:
                self._met.add(found)
            return found in ids

        old = source.selection
        selection = Selection(
            old.filters,
            one_file_system=old.one_file_system,
            cache_tags=old.cache_tags,
            elsewhere=Elsewhere(ids, holds),
        )
        return dataclasses.replace(source, selection=selection)

    def tell(self) -> None:
        """Each time that it leaves something out; an incident for what is new."""
        session = self._session
        if not self._met:
            return
        device = min(shown_text(self._by[each].device.name) for each in self._met)
        facts: dict[str, Fact] = {"count": len(self._met), "device": device}
        session.notify(Notice("refused_elsewhere", facts))
        new = newly_heeded(session.profile, session.place.id, frozenset(self._met))
        if new:
            told: dict[str, Fact] = {"count": len(new), "device": device}
            session.history.raise_incident(KIND, "", RULES[KIND].severity, told, bootstrap.clock())
