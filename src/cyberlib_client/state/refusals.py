"""The register of refusals: `refusals.json` in the profile, and beside it the ids of what is still to be
proven gone. No path is in it: a keyed digest stands for them."""

from __future__ import annotations

import contextlib
import os
from typing import Literal

import msgspec

from ..core.errors import Failed
from ..core.format_v1.malformed import MALFORMED
from ..core.ids import ID_SIZE
from .private_file import read_file
from .profile import Profile

Status = Literal["excluded", "waiting", "proven"]


class RefusalLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One refusal. `digest`: of its paths, under a key of the vault, with `salt`. Times in ns since 1970.
    `status`: left out from now on; taken out of snapshots, in quarantine; proven to be gone. `shared`: pieces
    that other files need, found by the last look; `held`: others that are still there. `lifted`: when it was
    taken back."""

    id: str
    noted: int
    date: str
    reason: str
    salt: str
    digest: str
    paths: int
    status: Status
    snapshots: int = 0
    files: int = 0
    bytes: int = 0
    pieces: int = 0
    until: int | None = None
    looked: int | None = None
    shared: int = 0
    held: int = 0
    lifted: int | None = None


class Register(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file, of one vault. `heeded`: ids of paths that were refused on another machine, and
    that this one left out and told of."""

    vault: str = ""
    lines: tuple[RefusalLine, ...] = ()
    heeded: tuple[str, ...] = ()


def read_register(profile: Profile, vault: str) -> tuple[RefusalLine, ...]:
    """The lines of the vault with this id. Failed("refusals_damaged", at=…)."""
    return _read(profile, vault).lines


def newly_heeded(profile: Profile, vault: str, ids: frozenset[bytes]) -> frozenset[bytes]:
    """Those of these ids that were not heeded before; they are now. Raises as both others."""
    known = _read(profile, vault)
    new = frozenset(each for each in ids if each.hex() not in known.heeded)
    if new:
        heeded = (*known.heeded, *sorted(each.hex() for each in new))
        profile.write(profile.refusals, msgspec.json.encode(Register(vault, known.lines, heeded)))
    return new


def _read(profile: Profile, vault: str) -> Register:
    try:
        found = msgspec.json.decode(read_file(profile.refusals) or b"{}", type=Register)
    except MALFORMED:
        raise Failed("refusals_damaged", at=profile.refusals) from None
    return found if found.vault == vault else Register(vault)


def write_register(profile: Profile, vault: str, lines: tuple[RefusalLine, ...]) -> None:
    """Keeps them. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.refusals, msgspec.json.encode(Register(vault, lines, _read(profile, vault).heeded)))


def _ids_path(profile: Profile, line: str) -> str:
    return os.path.join(profile.root, "refusals", f"{line}.ids")


def write_ids(profile: Profile, line: str, ids: dict[int, frozenset[bytes]]) -> None:
    """Keeps the ids of what is to be gone, by kind of segment. Raises as `write_register`."""
    parts = [bytes([kind]) + each for kind, every in sorted(ids.items()) for each in sorted(every)]
    profile.write(_ids_path(profile, line), b"".join(parts))


def read_ids(profile: Profile, line: str) -> dict[int, frozenset[bytes]] | None:
    """The ids; None when they are not there."""
    data = read_file(_ids_path(profile, line))
    if data is None or len(data) % (ID_SIZE + 1):
        return None
    found: dict[int, set[bytes]] = {}
    for at in range(0, len(data), ID_SIZE + 1):
        found.setdefault(data[at], set()).add(data[at + 1 : at + 1 + ID_SIZE])
    return {kind: frozenset(every) for kind, every in found.items()}


def drop_ids(profile: Profile, line: str) -> None:
    """They are proven gone, and need not be known any more."""
    with contextlib.suppress(OSError):
        os.unlink(_ids_path(profile, line))
