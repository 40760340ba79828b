"""By which key and name this workstation signs what it puts into the vault."""

from __future__ import annotations

import os

from ..core.errors import CyberlibError
from ..services.device import Identity, identity, new_seed
from ..state.credentials import read_identity, write_identity
from . import bootstrap
from .session import Session
from .workplace import Notice


def device_identity(session: Session) -> Identity:
    """This workstation's identity in the vault; a new one when it has none or its file is damaged."""
    keys = session.vault.keys
    try:
        seed = read_identity(session.profile, keys)
    except CyberlibError:
        os.replace(session.profile.identity, session.profile.identity + ".damaged")
        session.tell(Notice("identity_damaged", {"at": session.profile.identity}))
        seed = None
    if seed is None:
        seed = new_seed(bootstrap.random)
        write_identity(session.profile, keys, seed, bootstrap.random)
    name = session.settings.device or bootstrap.machine().machine_name()
    return identity(keys, seed, name)
