"""The register of refusals, as it is told; it names nobody."""

from __future__ import annotations

import msgspec

from ..state.refusals import RefusalLine, read_register, write_register
from .session import Session
from .times import iso_time


class RefusalInfo(msgspec.Struct, frozen=True):
    """A line of the register; it names nobody. `noted`: UTC; `date`: of the request; `digest`: of the paths,
    under a key of the vault. `status`: "excluded", from backups to come; "waiting", taken out of `snapshots`
    and in quarantine until `until`; "proven", to be gone. `files`, `bytes`: of all these snapshots together;
    `pieces`: of content and folders. `looked`: when it was last looked whether they are gone; `shared`: those
    that other files need, and that stay; `held`: others that are still there."""

    id: str
    noted: str
    date: str
    reason: str
    digest: str
    paths: int
    status: str
    snapshots: int
    files: int
    bytes: int
    pieces: int
    until: str | None
    looked: str | None
    shared: int
    held: int


def list_refusals(session: Session) -> list[RefusalInfo]:
    """The register of this machine. Failed("refusals_damaged", at=…)."""
    return [info_of(line) for line in read_register(session.profile, session.place.id)]


def keep(session: Session, line: RefusalLine) -> None:
    """Adds a line, or replaces the one of its id. Raises as `state.refusals.write_register`."""
    lines = read_register(session.profile, session.place.id)
    others = tuple(each for each in lines if each.id != line.id)
    every = sorted((*others, line), key=lambda each: (each.noted, each.id))
    write_register(session.profile, session.place.id, tuple(every))


def info_of(line: RefusalLine) -> RefusalInfo:
    """A line as plain values."""
    plain = msgspec.structs.asdict(line)
    del plain["salt"]
    times = {
        name: iso_time(plain[name]) if plain[name] is not None else None
        for name in ("noted", "until", "looked")
    }
    return RefusalInfo(**{**plain, **times})
