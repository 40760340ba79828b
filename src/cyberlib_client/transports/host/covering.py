"""Covered restorations as a host carries them: grants, and logs that it cannot read."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .client import HostClient
from .records import Hex32, Shown


class Entry(msgspec.Struct, frozen=True):
    """What was read, sealed to the customer, and when the host heard of it."""

    time: Shown
    entry: Annotated[str, Meta(max_length=120_000)]


class GrantAtHost(msgspec.Struct, frozen=True):
    """A grant as it was signed; see docs/protocol."""

    release: Hex32
    state: Literal["given", "over", "ended"]
    grant: Annotated[str, Meta(max_length=150_000)]
    given: Shown
    until: Shown
    accesses: Annotated[list[Entry], Meta(max_length=10_000)]


class CoveringPost:
    """Grants for requests about one vault at a host. Raises as `HostClient`."""

    def __init__(self, client: HostClient, vault: str) -> None:
        self._client, self._at = client, f"/v1/vaults/{vault}/escrow/releases"

    def show(self, release: str) -> GrantAtHost:
        """How one stands."""
        return self._client.ask("GET", f"{self._at}/{release}/grant", GrantAtHost)

    def give(self, release: str, grant: bytes) -> GrantAtHost:
        """Hands one in."""
        body = {"grant": grant.decode()}
        return self._client.ask("PUT", f"{self._at}/{release}/grant", GrantAtHost, body)

    def end(self, release: str) -> GrantAtHost:
        """Ends it."""
        return self._client.ask("POST", f"{self._at}/{release}/grant/end", GrantAtHost)

    def access(self, release: str, entry: str) -> GrantAtHost:
        """Says what is read next."""
        return self._client.ask("POST", f"{self._at}/{release}/grant/accesses", GrantAtHost, {"entry": entry})
