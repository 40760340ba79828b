"""The certificates of drills that a profile keeps; apart from what makes them, which is slow to load."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from ..core.errors import CyberlibError, Failed
from ..state.private_file import read_file
from .paths import shown_native, shown_text

if TYPE_CHECKING:
    from ..core.certificate import DrillRecord
    from .session import Session

ENDING: Final = ".pdf"


class CertificateInfo(msgspec.Struct, frozen=True):
    """A certificate that is kept. `problem`: a code when it is not as it was signed, or cannot be read; then
    only `id` and `file` are known."""

    id: str
    file: str
    problem: str = ""
    outcome: str = ""
    time: str = ""
    device: str = ""
    vault: str = ""
    fingerprint: str = ""
    snapshot: str = ""
    files: int = 0
    bytes: int = 0


def certificates(session: Session) -> list[CertificateInfo]:
    """Those that are kept, oldest first. Needs no vault. Failed("profile_denied")."""
    return [_looked_at(path) for path in kept(session)]


def newest_certificate(session: Session) -> CertificateInfo | None:
    """None when there is none, or the folder cannot be read."""
    try:
        found = kept(session)
    except Failed:
        return None
    return _looked_at(found[-1]) if found else None


def kept(session: Session) -> list[str]:
    """Paths of their files, oldest first. Failed("profile_denied")."""
    folder = session.profile.certificates
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(ENDING) and name[0] != ".")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Failed("profile_denied", at=folder, reason=error.strerror) from None
    return [os.path.join(folder, name) for name in names]


def id_of(path: str) -> str:
    """How the id of the certificate in a file begins, by the name of the file."""
    return os.path.basename(path)[: -len(ENDING)].rpartition("-")[2]


def _looked_at(path: str) -> CertificateInfo:
    from ..core.certificate import check_file

    try:
        return info_of(path, check_file(read_file(path) or b""))
    except CyberlibError as error:
        return CertificateInfo(id_of(path), shown_native(path), error.code)


def info_of(path: str, record: DrillRecord) -> CertificateInfo:
    """One that is as it was signed."""
    return CertificateInfo(
        record.id,
        shown_native(path),
        "",
        record.outcome,
        record.ended,
        shown_text(record.device.name),
        record.vault.id,
        record.vault.fingerprint,
        record.snapshot.id,
        record.total.files,
        record.total.bytes,
    )
