"""What whoever looks after the machines of a practice left for the first run: `enrolment.toml`.

    host = "https://…"                  the host's address
    contract_key_file = "contract.key"  a file with the contract key alone
    ca_file = "ca.pem"                  certificates to trust (PEM), if the host's are not known to the system

Paths are relative to the file's own folder. The first one found counts: in the profile, then in the place
for the whole machine.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from ..state.private_file import read_file
from ..state.profile import Profile

_NAME = "enrolment.toml"


class Placed(msgspec.Struct, frozen=True):
    """Paths are absolute; "" for what is not given."""

    host: str = ""
    contract_key_file: str = ""
    ca_file: str = ""


def placed(profile: Profile) -> Placed:
    """What was left here; nothing where there is none, or it cannot be read."""
    for path in _paths(profile):
        try:
            data = read_file(path)
            if data is None:
                continue
            found = msgspec.convert(tomllib.loads(data.decode("utf-8")), type=Placed)
        except (CyberlibError, *MALFORMED):
            continue
        folder = os.path.dirname(path)
        return Placed(
            found.host,
            os.path.join(folder, found.contract_key_file) if found.contract_key_file else "",
            os.path.join(folder, found.ca_file) if found.ca_file else "",
        )
    return Placed()


def _paths(profile: Profile) -> Iterator[str]:
    yield os.path.join(profile.root, _NAME)
    if sys.platform == "win32":
        if folder := os.environ.get("PROGRAMDATA"):
            yield os.path.join(folder, "CyberLib", _NAME)
    elif sys.platform == "darwin":
        yield os.path.join("/Library/Application Support/CyberLib", _NAME)
    else:
        yield os.path.join("/etc/cyberlib", _NAME)
