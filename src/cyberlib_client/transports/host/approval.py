"""New machines that ask to be let in, as a host carries their papers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .client import HostClient
from .records import Hex32, Id, Shown

_Document = Annotated[str, Meta(max_length=20_000)]
ApprovalState = Literal["asked", "held", "open", "cancelled", "expired"]


class Approval(msgspec.Struct, frozen=True):
    """A request at the host; see docs/protocol. `device`: the one that asked, `name`: what the host calls it;
    `by`: the machine that answered. `answer`: for the one that asked, once it is open."""

    id: Hex32
    state: ApprovalState
    device: Id
    name: Annotated[str, Meta(max_length=200)]
    asked: Shown
    opens: Shown | None
    by: Annotated[str, Meta(max_length=200)]
    request: _Document
    answer: _Document
    taken: bool


class _List(msgspec.Struct, frozen=True):
    approvals: Annotated[list[Approval], Meta(max_length=200)]


class ApprovalPost:
    """Requests about one vault at a host. Raises as `HostClient`."""

    def __init__(self, client: HostClient, vault: str) -> None:
        self._client, self.vault, self._at = client, vault, f"/v1/vaults/{vault}/approvals"

    def list(self) -> list[Approval]:
        """The latest first."""
        return self._client.ask("GET", self._at, _List).approvals

    def ask(self, request: bytes) -> Approval:
        """Hands a request in."""
        return self._client.ask("POST", self._at, Approval, {"request": request.decode()})

    def show(self, ident: str) -> Approval:
        """How a request stands; with the answer, this machine may use the vault."""
        return self._client.ask("GET", f"{self._at}/{ident}", Approval)

    def answer(self, ident: str, answer: bytes) -> Approval:
        """Hands an answer in."""
        return self._client.ask("POST", f"{self._at}/{ident}/answer", Approval, {"answer": answer.decode()})

    def cancel(self, ident: str) -> Approval:
        """Says no."""
        return self._client.ask("POST", f"{self._at}/{ident}/cancellation", Approval)
