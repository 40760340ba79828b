"""Escrow as a host carries it: documents that it cannot open, and requests that it holds back."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from .client import HostClient
from .records import Hex32, Id, Number, Shown

T = TypeVar("T")

_Document = Annotated[str, Meta(max_length=150_000)]
_Digest = Hex32
ReleaseState = Literal["waiting", "open", "cancelled", "left", "expired"]


class Release(msgspec.Struct, frozen=True):
    """A request at the host; see docs/protocol. `device`: the one that asked."""

    id: _Digest
    state: ReleaseState
    device: Id
    asked: Shown
    opens: Shown
    request: _Document
    answered: Number
    answers: list[_Document]


class EscrowAtHost(msgspec.Struct, frozen=True):
    """What the host has of a vault's escrow."""

    state: Literal["none", "joined", "left"]
    policy: _Document | None
    deposit: _Document | None
    consent: _Document | None
    releases: list[Release]


class EscrowPost:
    """One vault's escrow at a host. Raises as `HostClient`."""

    def __init__(self, client: HostClient, vault: str) -> None:
        self.client, self.vault, self._at = client, vault, f"/v1/vaults/{vault}/escrow"

    def show(self) -> EscrowAtHost:
        """How it stands."""
        return self.client.ask("GET", self._at, EscrowAtHost)

    def entrust(self, policy: bytes, deposit: bytes, consent: bytes, proof: str = "") -> EscrowAtHost:
        """Hands the documents in. `proof`: see `HostClient.ask`."""
        body = {"policy": policy.decode(), "deposit": deposit.decode(), "consent": consent.decode()}
        return self.client.ask("PUT", self._at, EscrowAtHost, body, proof=proof)

    def withdraw(self, leaving: bytes, proof: str = "") -> EscrowAtHost:
        """Hands a withdrawal in."""
        return self._post("withdrawal", EscrowAtHost, {"consent": leaving.decode()}, proof)

    def ask(self, request: bytes) -> Release:
        """Hands a request in."""
        return self._post("releases", Release, {"request": request.decode()})

    def release(self, ident: str) -> Release:
        """How a request stands."""
        return self.client.ask("GET", f"{self._at}/releases/{ident}", Release)

    def cancel(self, ident: str) -> Release:
        """Says no to a request."""
        return self._post(f"releases/{ident}/cancellation", Release, {})

    def waive(self, ident: str) -> Release:
        """Ends the delay of a request, with the proof of a holder."""
        return self._post(f"releases/{ident}/waiver", Release, {})

    def _post(self, path: str, kind: type[T], body: dict[str, str], proof: str = "") -> T:
        return self.client.ask("POST", f"{self._at}/{path}", kind, body or None, proof=proof)
