"""What takes a person, though it happens in the vault: its host asks who is there, and notes it."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..core.errors import CyberlibError
from ..transports.host.store import HostStore
from . import stores
from .session import Session

Action = Literal["key_rotate", "retention_shorten"]


class _Acted(msgspec.Struct, frozen=True):
    time: str


def require_person(session: Session, action: Action) -> None:
    """Before it is done, where the vault is at a host; elsewhere nobody asks.

    Raises Failed("host_proof_needed", …): nobody is there to say who they are, and what the host refuses.
    """
    if session.copy or not stores.is_host(session.place.at):
        return
    store = session.store
    assert isinstance(store, HostStore), "a vault at a host"
    try:
        store.client.ask("POST", "/v1/acts", _Acted, {"action": action, "vault": store.vault})
    except CyberlibError as error:
        if error.code != "host_unknown_path":  # of before there were people
            raise
