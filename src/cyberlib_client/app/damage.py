"""What damage costs: each touched file once, with the versions touched and the last one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..core.events import Incident
from ..core.format_v1.tree import DIRECTORY
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..services.browse import look
from ..services.verify import VerifyResult
from .paths import native, shown, shown_text
from .session import Session
from .times import iso_time

MOST: Final = 1000
"""Files told with all there is to tell of them."""

_SOUGHT: Final = 100
"""Snapshots in which a whole version is looked for, newest first."""


class Version(msgspec.Struct, frozen=True):
    """A snapshot, as files name it."""

    id: str
    time: str


class TouchedFile(msgspec.Struct, frozen=True):
    """A file or folder of one device that cannot be restored whole from some snapshots. `reason`: "missing"
    or "damaged". `first`, `last`: the oldest and newest of `count` touched ones. `whole`: the newest snapshot
    that has it whole, null when none of the last hundred does. `folder`: what is below is touched too."""

    path: str
    native: str
    device: str
    reason: str
    count: int
    first: Version
    last: Version
    whole: Version | None
    folder: bool


class Damage(msgspec.Struct, frozen=True):
    """`files`: the first thousand of `count`. `snapshots`: how many are touched. `last_whole`: the newest
    that is not, null when all are."""

    files: list[TouchedFile]
    count: int
    snapshots: int
    last_whole: Version | None


def damage_of(session: Session, found: VerifyResult, snapshots: Sequence[Stored]) -> Damage | None:
    """None where nothing is touched. `snapshots`: oldest first. Reads folders of the vault, no content."""
    if not found.affected:
        return None
    touched: dict[tuple[bytes, bytes], list[Stored]] = {}
    reasons: dict[tuple[bytes, bytes], str] = {}
    spoilt: set[bytes] = set()
    for each in found.affected:
        key = (each.snapshot.snapshot.device.id, each.path)
        touched.setdefault(key, []).append(each.snapshot)
        reasons[key] = each.reason
        spoilt.add(each.snapshot.digest)
    reader = session.vault.reader()
    files = [
        _file(reader, snapshots, key, held, reasons[key], _folders(touched, key))
        for key, held in list(touched.items())[:MOST]
    ]
    sound = [stored for stored in snapshots if stored.digest not in spoilt]
    # Beyond the bound of what is listed, more may be touched.
    last = _version(sound[-1]) if sound and found.affected_count == len(found.affected) else None
    return Damage(files, len(touched), len(spoilt), last)


def _folders(touched: dict[tuple[bytes, bytes], list[Stored]], key: tuple[bytes, bytes]) -> set[bytes]:
    """Digests of the snapshots in which a folder above this is touched: nothing below it is whole there."""
    device, path = key
    found: set[bytes] = set()
    while path not in (b"", b"/"):
        path = path.rpartition(b"/")[0] or b"/"
        found.update(stored.digest for stored in touched.get((device, path), ()))
    return found


def _file(
    reader: Reader,
    snapshots: Iterable[Stored],
    key: tuple[bytes, bytes],
    held: list[Stored],
    reason: str,
    above: set[bytes],
) -> TouchedFile:
    device, path = key
    spoilt = above | {stored.digest for stored in held}
    others = [s for s in snapshots if s.snapshot.device.id == device and s.digest not in spoilt]
    whole = None
    for stored in reversed(others[-_SOUGHT:]):
        if _has(reader, stored, path):
            whole = _version(stored)
            break
    text, newest = shown(path), held[-1]
    return TouchedFile(
        text,
        native(text, newest.snapshot.system),
        shown_text(newest.snapshot.device.name),
        reason,
        len({stored.digest for stored in held}),
        _version(held[0]),
        _version(newest),
        whole,
        _is_folder(reader, newest, path),
    )


def _has(reader: Reader, stored: Stored, path: bytes) -> bool:
    try:
        return look(reader, stored.snapshot.root, path) is not None
    except CyberlibError:
        return False


def _is_folder(reader: Reader, stored: Stored, path: bytes) -> bool:
    try:
        entry = look(reader, stored.snapshot.root, path)
    except CyberlibError:
        return True  # not even what is above it can be read
    return path == b"/" or (entry is not None and entry.kind == DIRECTORY)


def _version(stored: Stored) -> Version:
    return Version(stored.id, iso_time(stored.snapshot.time))


def incidents_of(damage: Damage | None) -> list[Incident]:
    """One a touched file, for the history and its report."""
    return [
        Incident(
            "file_damaged",
            file.path,
            f"{file.first.id[:8]}-{file.last.id[:8]} {file.whole.id[:8] if file.whole else ''}".strip(),
        )
        for file in (damage.files if damage is not None else ())
    ]


def damage_facts(damage: Damage | None) -> dict[str, str | int | float | None]:
    """What an incident about the whole tells."""
    if damage is None:
        return {}
    last = damage.last_whole
    return {
        "files": damage.count,
        "versions": damage.snapshots,
        "whole": last.id[:8] if last is not None else "",
    }
