"""Two people who meet by eight words: what the host carries between them and cannot read
(docs/format/guidance.md)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from .shapes import Answer, Id, Name, Struct, Time

Side = Literal["customer", "support"]
State = Literal["open", "joined", "over"]

LONGEST_SECONDS: Final = 2 * 3600
MOST_WAITING: Final = 32
"""Messages of one side that the other has not fetched yet."""
MOST_TOLD: Final = 8
"""Messages in an answer."""

Document = Annotated[str, Meta(min_length=2, max_length=8192, description="as in docs/format/guidance.md")]
Sealed = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}$(?!\n)", min_length=24, max_length=87_384, description="base64"),
]
Number = Annotated[int, Meta(ge=0, le=1 << 31)]


class Opening(Struct, frozen=True):
    """A meeting that somebody at a customer's machine offers. `meeting`: drawn from the words."""

    meeting: Id
    offer: Document
    seconds: Annotated[int, Meta(ge=1, le=LONGEST_SECONDS)]


class Joining(Struct, frozen=True):
    """Of support, the first that comes."""

    joining: Document


class Saying(Struct, frozen=True):
    """A message. `number`: of its side's messages, from 0."""

    number: Number
    sealed: Sealed


class Said(Answer, frozen=True):
    """As the other side sent it."""

    number: int
    sealed: str


class MeetingTold(Answer, frozen=True):
    """A meeting. `offer` for support, `joining` for the customer's machine; `helper`: as the host knows who
    joined. `said`: by the other side, from the wanted number on. `over`: somebody ended it, or its time ran
    out at `ends`; what had been said before can still be fetched."""

    state: State
    ends: Time
    offer: str
    helper: str
    joining: str
    said: list[Said]


class HelperTold(Answer, frozen=True):
    """Who guides, as the host knows them: customers see this name."""

    id: Id
    name: Name
