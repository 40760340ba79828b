"""The proof that what a patient refused is gone from the vault."""

from __future__ import annotations

import msgspec

from ..core.format_v1.retired import ERASED
from ..repository.retirements import ERASURE
from ..repository.snapshots import SnapshotList
from ..services.erasure import Remains, remains
from ..state.refusals import RefusalLine, drop_ids, read_ids, read_register
from . import bootstrap
from .refusal_register import RefusalInfo, keep, list_refusals
from .session import Session


def check(session: Session) -> list[RefusalInfo]:
    """Looks whether what was to be gone is gone; the register then. Raises as `list_refusals`, and
    IntegrityError for what cannot be read."""
    session.unlock()
    for line in read_register(session.profile, session.place.id):
        ids = read_ids(session.profile, line.id) if line.status == "waiting" else None
        if ids is not None:
            look(session, line, ids)
    return list_refusals(session)


def remains_of(session: Session, ids: dict[int, frozenset[bytes]]) -> Remains:
    """What the vault holds of these that no snapshot needs which is there or may come back."""
    listed: SnapshotList = session.snapshots
    retirements = session.vault.retirements()
    back = [s for s in listed.retired if ERASURE not in retirements.reasons("snapshots", s.digest)]
    return remains(session.vault, [*listed.items, *back], ids, session.cancel)


def _old_ones(session: Session, line: RefusalLine) -> set[bytes]:
    """Snapshots that went for this line and are there still; of all lines where the vault tells of none."""
    retirements = session.vault.retirements()
    erased = {
        s.digest for s in session.snapshots.retired if ERASURE in retirements.reasons("snapshots", s.digest)
    }
    digest = bytes.fromhex(line.salt + line.digest)
    said = [r for r in retirements.records.values() if r.action == ERASED and r.digest == digest]
    return erased & {each for r in said for each in r.digests("snapshots")} if said else erased


def look(
    session: Session, line: RefusalLine, ids: dict[int, frozenset[bytes]]
) -> tuple[RefusalLine, Remains]:
    """Whether what was to be gone is gone; the line then, kept, and what was found. Raises as `check`."""
    found = remains_of(session, ids)
    gone = not found.held and not _old_ones(session, line)
    line = msgspec.structs.replace(
        line,
        status="proven" if gone else "waiting",
        looked=bootstrap.clock(),
        shared=found.shared,
        held=found.held,
    )
    keep(session, line)
    if gone:
        drop_ids(session.profile, line.id)
    return line, found
