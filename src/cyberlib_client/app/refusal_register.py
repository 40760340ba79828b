"""The register of refusals, as it is told; it names nobody."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..state.refusals import RefusalLine, read_ids, read_register, write_register
from .session import Session
from .times import iso_time


class RefusalInfo(msgspec.Struct, frozen=True):
    """A line of the register; it names nobody. `noted`: UTC; `date`: of the request; `digest`: of the paths,
    under a key of the vault. `status`: "excluded", from backups to come; "waiting", taken out of `snapshots`
    and in quarantine until `until`; "proven", to be gone. `files`, `bytes`: of all these snapshots together;
    `pieces`: of content and folders. `looked`: when it was last looked whether they are gone; `shared`: those
    that other files need, and that stay; `held`: others that are still there; `lifted`: when it was taken
    back, backups save these paths again since."""

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
    lifted: str | None


def list_refusals(session: Session) -> list[RefusalInfo]:
    """The register of this machine. Failed("refusals_damaged", at=…)."""
    return [info_of(line) for line in read_register(session.profile, session.place.id)]


def keep(session: Session, line: RefusalLine) -> None:
    """Adds a line, or replaces the one of its id. Raises as `state.refusals.write_register`."""
    lines = read_register(session.profile, session.place.id)
    others = tuple(each for each in lines if each.id != line.id)
    every = sorted((*others, line), key=lambda each: (each.noted, each.id))
    write_register(session.profile, session.place.id, tuple(every))


def digest_of_paths(session: Session, salt: bytes, paths: Sequence[bytes]) -> bytes:
    """What stands for the vault paths of a refusal: under a key of the vault, nobody who guesses names can
    tell whether they guessed right."""
    return session.vault.keys.tree_ids.of(b"refusal\0" + salt + b"\0".join(paths))


def ids_of_path(session: Session, path: bytes) -> tuple[bytes, bytes]:
    """By which a machine knows a vault path that another refused, as long as it is refused: as it is, and for
    Windows whatever its capitals."""
    of = session.vault.keys.tree_ids.of
    return of(b"refused\0" + path), of(b"refused, folded\0" + path.lower())


def info_of(line: RefusalLine) -> RefusalInfo:
    """A line as plain values."""
    plain = msgspec.structs.asdict(line)
    del plain["salt"]
    times = {
        name: iso_time(plain[name]) if plain[name] is not None else None
        for name in ("noted", "until", "looked", "lifted")
    }
    return RefusalInfo(**{**plain, **times})


def waiting_ids(session: Session) -> dict[int, frozenset[bytes]]:
    """Of all that is to be gone, by kind of segment: whoever frees space goes on with it."""
    found: dict[int, frozenset[bytes]] = {}
    for line in read_register(session.profile, session.place.id):
        ids = read_ids(session.profile, line.id) if line.status == "waiting" else None
        for kind, every in (ids or {}).items():
            found[kind] = found.get(kind, frozenset()) | every
    return found
