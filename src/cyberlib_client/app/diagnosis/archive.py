"""The archive: made in memory, written whole or not at all, for its owner's eyes alone."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

from ...core.errors import CyberlibError, Failed, UsageError
from ...state.private_file import write_private
from .. import bootstrap
from ..session import Session
from .collecting import COLLECT
from .contents import PARTS, README, Diagnosis, DiagnosisPart, readme
from .redacting import Redactor

MOST: Final = 5_000_000
"""Bytes: what a mail takes."""
_MOST_PART: Final = 4_000_000
"""Of one part, before it is compressed."""


def usual_name() -> str:
    """By the day and the minute: nothing that names the machine."""
    now = datetime.fromtimestamp(bootstrap.clock() / 1e9, UTC).astimezone()
    return f"cyberlib-diagnostic-{now:%Y%m%d-%H%M}.zip"


def contents() -> Diagnosis:
    """What it would hold; nothing is looked at."""
    return Diagnosis("", 0, [DiagnosisPart(name, str(what), 0, "") for name, what in PARTS.items()])


def diagnose(session: Session, to: str = "") -> Diagnosis:
    """Writes the archive into the file `to`; a folder, or "" for this one, gets `usual_name`.

    Raises UsageError("bad_path"), ("diagnosis_exists", at=…), Failed("diagnosis_not_written", at=…,
    reason=…), and nothing for what is broken in the profile: the archive says it."""
    if "\0" in to:
        raise UsageError("bad_path", path="…")
    at = os.path.abspath(to or ".")
    if os.path.isdir(at):
        at = os.path.join(at, usual_name())
    if os.path.lexists(at):
        raise UsageError("diagnosis_exists", at=at)
    redactor = Redactor(os.urandom(32))
    parts: list[DiagnosisPart] = []
    held: dict[str, bytes] = {README: readme().encode("utf-8")}
    for name, collect in COLLECT.items():
        session.cancel.check()
        data, error = _part(session, redactor, name, collect)
        held[name] = data
        parts.append(DiagnosisPart(name, str(PARTS[name]), len(data), error))
    parts.insert(0, DiagnosisPart(README, str(PARTS[README]), len(held[README]), ""))
    packed = _packed(held)
    try:
        write_private(session.profile.private, at, packed)
    except Failed as raised:
        reason = raised.facts.get("reason") or "No space left on device"
        raise Failed("diagnosis_not_written", at=at, reason=reason) from None
    return Diagnosis(at, len(packed), parts)


def _part(session: Session, redactor: Redactor, name: str, collect: Any) -> tuple[bytes, str]:
    error = ""
    try:
        found = collect(session, redactor)
        if name.endswith(".txt"):
            return "\n".join(found).encode("utf-8")[:_MOST_PART], ""
    except Exception as raised:  # what is broken is what the archive is for
        if isinstance(raised, CyberlibError) and raised.code == "stopped":
            raise
        found = {"error": redactor.error(raised)}
    if isinstance(found, dict) and "error" in found:
        error = found["error"]["code"]
    data = json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    if len(data) > _MOST_PART:
        data = json.dumps({"error": {"code": "too_large", "bytes": len(data)}}).encode()
        error = "too_large"
    return data, error


def _packed(held: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    if made.tell() > MOST:  # never, for what has so many labels: history goes before the rest
        largest = max(held, key=lambda name: len(held[name]))
        return _packed({**held, largest: b'{"error": {"code": "too_large"}}'})
    return made.getvalue()
