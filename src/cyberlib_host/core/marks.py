"""What devices say of objects that may go, and what is answered."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .shapes import Answer, ObjectName, Struct


class Named(Struct, frozen=True):
    """Objects of a vault."""

    names: Annotated[list[ObjectName], Meta(min_length=1, max_length=1000)]


class Names(Answer, frozen=True):
    """Those of them that are marked, are there, or are gone, as was asked."""

    names: list[ObjectName]
