"""A new machine let in by one that opens the vault: papers that the host carries and cannot make
(docs/format/approval.md)."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from .problems import Problem
from .shapes import Answer, Hex32, Id, Struct, Time

Document = Annotated[str, Meta(min_length=2, max_length=16_384, description="as in docs/format/approval.md")]
State = Literal["asked", "held", "open", "cancelled", "expired"]

T = TypeVar("T")

_LINES: Final = 3


class Asking(Struct, frozen=True):
    """A request of a new machine."""

    request: Document


class Answering(Struct, frozen=True):
    """The answer of a machine that opens the vault."""

    answer: Document


class ApprovalTold(Answer, frozen=True):
    """A request. `state`: "asked", "held" until `opens` (answered without the vault's passphrase), "open",
    "cancelled" or "expired". `device`: the one that asked, `by`: the one that answered. `answer`: for the one
    that asked, once it is open. `taken`: whether it has read it."""

    id: Hex32
    state: State
    device: Id
    name: str
    asked: Time
    opens: Time | None
    by: str
    request: str
    answer: str
    taken: bool


class ApprovalList(Answer, frozen=True):
    """The latest first."""

    approvals: list[ApprovalTold]


class Request(msgspec.Struct, frozen=True):
    """As far as a host reads it."""

    kind: str
    place: Id


class Reply(msgspec.Struct, frozen=True):
    """As far as a host reads it."""

    kind: str
    request: Hex32
    proof: Literal["secret", "device"]


def read_request(text: str, vault: str) -> str:
    """What names a request about this vault. Raises Problem("approval_document_bad", where=…)."""
    request = _first(text, Request, "request")
    if (request.kind, request.place) != ("cyberlib approval request", vault):
        raise Problem("approval_document_bad", where="request")
    return hashlib.sha256(text.encode()).hexdigest()


def read_reply(text: str, request: str) -> Reply:
    """An answer to the request of this name. Raises Problem("approval_document_bad", where=…)."""
    reply = _first(text, Reply, "answer")
    if (reply.kind, reply.request) != ("cyberlib approval answer", request):
        raise Problem("approval_document_bad", where="answer")
    return reply


def _first(text: str, kind: type[T], where: str) -> T:
    try:
        lines = text.encode().split(b"\n")
        if len(lines) != _LINES or lines[2]:
            raise ValueError("not two lines")
        return msgspec.json.decode(lines[0], type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Problem("approval_document_bad", where=where) from None
