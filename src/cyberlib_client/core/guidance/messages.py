"""What support may ask and a customer's machine may say: nothing else can be written down, content least."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from ..errors import IntegrityError
from ..format_v1.malformed import MALFORMED

Step = Literal["state", "names", "proposal"]
STEPS: Final[tuple[Step, ...]] = ("state", "names", "proposal")
"""In the order in which a customer grants them."""

Number = Annotated[int, Meta(ge=0, le=2**31)]
Size = Annotated[int, Meta(ge=0, le=2**62)]
# In Python `$` alone lets a line feed pass behind it.
Ident = Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}$(?!\n)")]
Line = Annotated[str, Meta(max_length=200)]
Path = Annotated[str, Meta(max_length=4096)]
NamedPath = Annotated[str, Meta(min_length=1, max_length=4096)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask"):
    """Of support. `number`: of the request, for its answer."""

    number: Number


class AskState(Asked, frozen=True, tag="state"):
    """How the machine stands: the diagnosis without names."""


class AskIncidents(Asked, frozen=True, tag="incidents"):
    """What happened."""


class AskSnapshots(Asked, frozen=True, tag="snapshots"):
    """Which backups there are."""


class AskNames(Asked, frozen=True, tag="names"):
    """What a folder of a backup holds, from after the name `after` on."""

    snapshot: Ident
    path: Path
    after: Path = ""


class AskFind(Asked, frozen=True, tag="find"):
    """Where a name occurs in a backup."""

    snapshot: Ident
    text: Annotated[str, Meta(min_length=2, max_length=200)]


class Propose(Asked, frozen=True, tag="propose"):
    """A selection for the customer to confirm. Where it goes and what becomes of files that are there already
    is not support's to say: the customer's own folder for it, and both are kept."""

    snapshot: Ident
    paths: Annotated[list[NamedPath], Meta(min_length=1, max_length=100)]


class Leave(Asked, frozen=True, tag="leave"):
    """Support goes."""


Request = AskState | AskIncidents | AskSnapshots | AskNames | AskFind | Propose | Leave


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="say"):
    """Of the customer's machine."""


class Steps(Said, frozen=True, tag="steps"):
    """What is granted, and for how many seconds more. The first thing that is said."""

    granted: Annotated[list[Step], Meta(max_length=3)]
    seconds: Number


class Lines(Said, frozen=True, tag="lines"):
    """State or incidents, as text for people."""

    number: Number
    lines: Annotated[list[Line], Meta(max_length=200)]


class SnapshotRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A backup. `time`: RFC 3339."""

    id: Ident
    time: Line
    files: Size


class Snapshots(Said, frozen=True, tag="snapshots"):
    """The latest first."""

    number: Number
    rows: Annotated[list[SnapshotRow], Meta(max_length=200)]


class NameRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file or a folder. `time`: RFC 3339, of its last change."""

    path: NamedPath
    kind: Literal["file", "folder", "other"]
    size: Size
    time: Line


class Names(Said, frozen=True, tag="names"):
    """`more`: whether there are others after the last one."""

    number: Number
    rows: Annotated[list[NameRow], Meta(max_length=200)]
    more: bool


class Proposal(Said, frozen=True, tag="proposal"):
    """What becomes of a proposal; counts alone."""

    number: Number
    state: Literal["shown", "refused", "running", "done", "failed", "stopped"]
    files: Size = 0
    bytes: Size = 0


class No(Said, frozen=True, tag="no"):
    """Not granted, or not possible: a stable code, never a name."""

    number: Number
    code: Annotated[str, Meta(pattern=r"^[a-z_]{1,60}$(?!\n)")]


class Over(Said, frozen=True, tag="over"):
    """The last thing that is said."""

    reason: Literal["stopped", "expired", "left"]


Answer = Steps | Lines | Snapshots | Names | Proposal | No | Over

_requests: Final = msgspec.json.Decoder(Request)
_answers: Final[msgspec.json.Decoder[Answer]] = msgspec.json.Decoder(Answer)


def written(message: Request | Answer) -> bytes:
    """As it is sealed."""
    return msgspec.json.encode(message)


def read_request(data: bytes) -> Request:
    """At the customer's machine. IntegrityError("guidance_malformed")."""
    try:
        request: Request = _requests.decode(data)
    except MALFORMED:
        raise IntegrityError("guidance_malformed") from None
    return request


def read_answer(data: bytes) -> Answer:
    """At support. IntegrityError("guidance_malformed")."""
    try:
        return _answers.decode(data)
    except MALFORMED:
        raise IntegrityError("guidance_malformed") from None
