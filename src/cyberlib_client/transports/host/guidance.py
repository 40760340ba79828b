"""Meetings with support, as a host carries what is said in them: each side's end."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from ...core.errors import Unreachable
from .client import HostClient
from .records import Id, Shown

MeetingState = Literal["open", "joined", "over"]

_WAIT: Final = 12
"""Seconds that the host waits for something new; less than a silence that means it is gone."""


class Said(msgspec.Struct, frozen=True):
    """A sealed message of the other side, in base64."""

    number: Annotated[int, Meta(ge=0, le=1 << 31)]
    sealed: Annotated[str, Meta(max_length=90_000)]


class Meeting(msgspec.Struct, frozen=True):
    """A meeting at the host; see docs/protocol. `helper`: who joined, as the host knows them."""

    state: MeetingState
    ends: Shown
    offer: Annotated[str, Meta(max_length=10_000)]
    helper: Annotated[str, Meta(max_length=100)]
    joining: Annotated[str, Meta(max_length=10_000)]
    said: Annotated[list[Said], Meta(max_length=32)]


class Helper(msgspec.Struct, frozen=True):
    """Whose credential it is, as the host knows them."""

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=100)]


class _End:
    """Of one side. Raises as `HostClient`."""

    def __init__(self, client: HostClient, at: str) -> None:
        self._client, self._at = client, at

    def hear(self, after: int, *, joined: bool, wait: int = _WAIT) -> Meeting:
        """How it stands, with what the other side said from number `after` on: as soon as there is something,
        or somebody joined (`joined`: it is known) or ended it, or after `wait` seconds."""
        wait = min(wait, max(1, int(self._client.hears() / 2)))  # a host that waits is not one that is gone
        query = {"after": str(after), "known": str(int(joined)), "wait": str(wait)}
        return self._client.ask("GET", self._at, Meeting, query=query)

    def say(self, number: int, sealed: bytes) -> Meeting:
        """A message; may be repeated."""
        body = {"number": number, "sealed": base64.b64encode(sealed).decode()}
        return self._client.ask("POST", f"{self._at}/messages", Meeting, body)

    def end(self) -> Meeting:
        """For good; may be repeated."""
        return self._client.ask("POST", f"{self._at}/end", Meeting)

    def content(self, said: Said) -> bytes:
        """What was sealed. Unreachable("host_answer", at=…): nothing that was."""
        try:
            return base64.b64decode(said.sealed, validate=True)
        except (binascii.Error, ValueError):
            raise Unreachable("host_answer", at=self._client.url) from None


class CustomerEnd(_End):
    """Of the machine that is looked at, which has its session."""

    def __init__(self, client: HostClient, meeting: str) -> None:
        super().__init__(client, f"/v1/guidance/{meeting}")
        self._meeting = meeting

    def open(self, offer: bytes, seconds: int) -> Meeting:
        """Offers it; may be repeated."""
        body = {"meeting": self._meeting, "offer": offer.decode(), "seconds": seconds}
        return self._client.ask("POST", "/v1/guidance", Meeting, body)


class SupportEnd(_End):
    """Of support, whose client has a credential."""

    def __init__(self, client: HostClient, meeting: str) -> None:
        super().__init__(client, f"/v1/support/guidance/{meeting}")

    def join(self, joining: bytes) -> Meeting:
        """Joins; may be repeated."""
        return self._client.ask("POST", f"{self._at}/joining", Meeting, {"joining": joining.decode()})


def helper(client: HostClient) -> Helper:
    """Whose credential a client has. Raises as `HostClient`, Refused("host_helper_refused")."""
    return client.ask("GET", "/v1/support", Helper)
