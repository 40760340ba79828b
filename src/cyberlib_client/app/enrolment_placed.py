"""What whoever looks after the machines of a practice left for the first run: `enrolment.toml`.

    host = "https://…"                  the host's address
    contract_key_file = "contract.key"  a file with the contract key alone
    ca_file = "ca.pem"                  certificates to trust (PEM), if the host's are not known to the system

Paths are relative to the file's own folder. The first one that can be read counts: in the profile, then in
the place for the whole machine.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator

import msgspec

from ..core.errors import CyberlibError, Failed
from ..core.format_v1.malformed import MALFORMED
from ..state.private_file import read_file
from ..state.profile import Profile
from ..state.typed_files import fault_of
from .paths import shown_native

_NAME = "enrolment.toml"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it is written."""

    host: str = ""
    contract_key_file: str = ""
    ca_file: str = ""


class Placed(msgspec.Struct, frozen=True):
    """Paths are absolute; "" for what is not given. `unfit`: the first file that could not be read, and why;
    it keeps nobody from a first run."""

    host: str = ""
    contract_key_file: str = ""
    ca_file: str = ""
    unfit: Failed | None = None


def placed(profile: Profile) -> Placed:
    """What was left here; nothing where there is none, or none can be read."""
    unfit: Failed | None = None
    for path in _paths(profile):
        try:
            found = _read(path)
        except Failed as error:
            unfit = unfit or error
            continue
        if found is None:
            continue
        folder = os.path.dirname(path)
        return Placed(
            found.host,
            os.path.join(folder, found.contract_key_file) if found.contract_key_file else "",
            os.path.join(folder, found.ca_file) if found.ca_file else "",
            unfit,
        )
    return Placed(unfit=unfit)


def _read(path: str) -> _File | None:
    """Failed("enrolment_file_unfit", at=…, line=…, reason=…)."""
    try:
        data = read_file(path)
    except CyberlibError as error:
        raise Failed(
            "enrolment_file_unfit", at=shown_native(path), reason=error.facts.get("reason")
        ) from None
    if data is None:
        return None
    try:
        return _parsed(data.decode("utf-8"))
    except MALFORMED as error:
        reason, line = fault_of(data, error, _parsed)
        raise Failed("enrolment_file_unfit", at=shown_native(path), line=line, reason=reason) from None


def _parsed(text: str) -> _File:
    return msgspec.convert(tomllib.loads(text), _File)


def _paths(profile: Profile) -> Iterator[str]:
    yield os.path.join(profile.root, _NAME)
    if sys.platform == "win32":
        if folder := os.environ.get("PROGRAMDATA"):
            yield os.path.join(folder, "CyberLib", _NAME)
    elif sys.platform == "darwin":
        yield os.path.join("/Library/Application Support/CyberLib", _NAME)
    else:
        yield os.path.join("/etc/cyberlib", _NAME)
