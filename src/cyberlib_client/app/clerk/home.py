"""What the home screen shows, from the profile alone; and what it asks the vault's store."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from ...core.errors import CyberlibError, Unreachable
from ...core.forecast import Room
from ...core.ports import OBJECT_KINDS
from ..host_told import HostTold
from ..paths import shown_native
from ..reports import Report, report

if TYPE_CHECKING:
    from ..session import Session


class HomeTold(msgspec.Struct, frozen=True):
    """`place`: "none", "folder", "bucket" or "host"; `at`: where the vault is, fit for a screen."""

    report: Report
    sources: int
    place: str
    at: str


class StorageTold(msgspec.Struct, frozen=True):
    """`bytes`: all that the store keeps of the vault. `snapshots`: objects of that kind. `host`: None unless
    the vault is at one that answered. `room`: None where nobody knows how much there is."""

    bytes: int
    snapshots: int
    host: HostTold | None
    room: Room | None = None


def home(session: Session, days: int) -> HomeTold:
    """Needs no vault. Raises Failed("settings_damaged")."""
    from .. import stores
    from ..agent.facts import agent_facts

    vault = session.settings.vault
    place, at = "none", ""
    if vault is not None:
        at = shown_native(vault.at)
        place = "host" if stores.is_host(vault.at) else "bucket" if stores.is_bucket(vault.at) else "folder"
        if place == "host":
            at = urlsplit(vault.at).netloc  # the rest is the vault's number, which tells nobody anything
    made = report(session, days, agent=agent_facts(session))
    return HomeTold(made, len(session.settings.sources), place, at)


def storage(session: Session) -> StorageTold:
    """Asks the store, and the host. Needs no key. Raises what the store raises when it is not there."""
    from ..forecasting import room_of

    total = snapshots = 0
    for kind in OBJECT_KINDS:
        for found in session.store.list(kind):
            total += found.size
            snapshots += kind == "snapshots"
    host = _host(session)
    return StorageTold(total, snapshots, host, room_of(session, host))


def _host(session: Session) -> HostTold | None:
    from .. import stores

    if not stores.is_host(session.place.at):
        return None
    from ..hosting import told

    try:
        return told(session, session.place.at.rpartition("/")[2])
    except Unreachable:
        raise
    except CyberlibError:
        return None  # what it refuses stands among the incidents
