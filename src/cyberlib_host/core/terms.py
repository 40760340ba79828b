"""The terms of service on the wire, and their acceptance."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .shapes import Answer, Hex32, Name, Struct, Time


class Terms(Answer, frozen=True):
    version: int
    effective: Time
    sha256: Hex32
    text: str


class TermsList(Answer, frozen=True):
    """The terms in force, and those announced for later."""

    terms: list[Terms]


class Acceptance(Struct, frozen=True):
    """`user`: the account of the workstation that accepts; `name`: as its holder signs, where that is
    another."""

    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    sha256: Hex32
    user: Name
    name: Name | None = None
