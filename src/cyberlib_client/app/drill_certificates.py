"""Certificates of drills: made, kept in the profile, listed, checked by whoever has the file."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from .. import __version__
from ..core.certificate import (
    LARGEST,
    Compared,
    DrillRecord,
    Looked,
    Outcome,
    Part,
    SnapshotNamed,
    Taken,
    Times,
    Wrong,
    check_file,
    device_named,
    read_fingerprint,
    sign_file,
    vault_named,
)
from ..core.errors import Failed, UsageError
from ..files.names import THIS_SYSTEM
from ..repository.snapshots import Stored
from ..services.device import Identity
from ..services.drill import DrillResult
from ..services.drill_sample import Why
from ..state.private_file import read_file, write_private
from . import bootstrap
from .drill_list import ENDING, CertificateInfo, id_of, info_of, kept
from .paths import shown_native
from .session import Session
from .times import iso_time

_SECOND: Final = 10**9


class CertificateShown(msgspec.Struct, frozen=True):
    """All that a certificate says. `file`: the PDF."""

    id: str
    file: str
    record: DrillRecord


class CertificateChecked(msgspec.Struct, frozen=True):
    """A file that is as it was signed. `compared`: the fingerprint is that of the vault it was to be of; else
    nothing is proven of whose vault it was. `ahead`: dated a day or more after this machine's clock."""

    file: str
    compared: bool
    fingerprint: str
    record: DrillRecord
    ahead: bool = False


def certify_drill(
    session: Session, stored: Stored, result: DrillResult, signer: Identity, started: int, organisation: str
) -> CertificateInfo:
    """Makes, signs and keeps the certificate of a drill. Failed("profile_full"), ("profile_denied")."""
    from .drill_page import certificate_page

    ended = bootstrap.clock()
    record = _record(session, stored, result, signer, (started, ended), organisation)
    data = sign_file(certificate_page(record), session.vault.keys.vault_id, signer.signing)
    check_file(data)
    name = f"{record.ended[:19].replace(':', '')}-{record.id[:8]}{ENDING}"
    path = os.path.join(session.profile.certificates, name)
    session.profile.write(path, data)
    return info_of(path, record)


def shown(session: Session, wanted: str, to: str = "") -> CertificateShown:
    """The certificate whose id begins so, or the newest for "latest"; copied to the file `to` when one is
    given, over an older one. Raises UsageError("no_certificate"), ("certificate_not_kept", id=…),
    Failed("certificate_not_written", at=…, reason=…), and as `core.certificate.check_file`."""
    paths = kept(session)
    if not paths:
        raise UsageError("no_certificate")
    found = [path for path in paths if id_of(path).startswith(wanted.lower()[:8])]
    path = paths[-1] if wanted == "latest" else found[-1] if found and len(wanted) >= 4 else ""
    if not path:
        raise UsageError("certificate_not_kept", id=wanted)
    data = read_file(path) or b""
    record = check_file(data)
    if to:
        _write(session, os.path.abspath(to), data)
    return CertificateShown(record.id, shown_native(os.path.abspath(to) if to else path), record)


def check(path: str, vault_fingerprint: str | None) -> CertificateChecked:
    """Checks a file. `vault_fingerprint`: as somebody typed it. Needs no profile, vault or network.

    Raises UsageError("certificate_unreadable", at=…, reason=…), ("bad_fingerprint"), and as
    `core.certificate.check_file`."""
    known = read_fingerprint(vault_fingerprint) if vault_fingerprint is not None else None
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None)
        raise UsageError("certificate_unreadable", at=path, reason=reason) from None
    record = check_file(data, known)
    return CertificateChecked(
        shown_native(os.path.abspath(path)),
        known is not None,
        record.vault.fingerprint,
        record,
        record.ended > iso_time(bootstrap.clock() + 86_400 * _SECOND),
    )


def _write(session: Session, path: str, data: bytes) -> None:
    try:
        write_private(session.profile.private, path, data)
    except Failed as error:
        reason = error.facts.get("reason") or "No space left on device"
        raise Failed("certificate_not_written", at=path, reason=reason) from None


def _record(
    session: Session,
    stored: Stored,
    result: DrillResult,
    signer: Identity,
    span: tuple[int, int],
    organisation: str,
) -> DrillRecord:
    def taken(why: Why) -> Part:
        return Part(*result.taken.get(why, (0, 0)))

    started, ended = (iso_time(at - at % _SECOND) for at in span)
    outcome: Outcome = "failed" if result.failing else "passed"
    snapshot, faults, opened = stored.snapshot, result.faults, result.opened
    return DrillRecord(
        kind="cyberlib restore drill",
        version=1,
        id=bootstrap.random(16).hex(),
        outcome=outcome,
        organisation=organisation,
        device=device_named(signer.device),
        vault=vault_named(session.vault.keys),
        snapshot=SnapshotNamed(
            stored.id,
            snapshot.sequence,
            iso_time(snapshot.time - snapshot.time % _SECOND),
            snapshot.system,
            snapshot.statistics.files,
            snapshot.statistics.bytes,
        ),
        trigger=session.trigger,
        started=started,
        ended=ended,
        taken=Taken(
            databases=taken("databases"),
            recent=taken("recent"),
            large=taken("large"),
            documents=taken("documents"),
            random=taken("random"),
            again=taken("again"),
        ),
        total=Part(*result.total),
        compared=Compared(Part(*result.disk), Part(*result.vault)),
        looked=Looked(
            opened["checked"], opened["database"], opened["document"], opened["plain"], result.too_large
        ),
        wrong=Wrong(faults["damaged"], faults["differs"], faults["missing"], faults["unopened"]),
        seconds=Times(
            first=round(result.first, 3),
            restoring=round(result.restoring, 3),
            all=round(result.seconds, 3),
            whole_least=round(result.whole_least, 3),
            whole_most=round(result.whole_most, 3),
        ),
        software=f"CyberLib {__version__}",
        system=THIS_SYSTEM,
    )
