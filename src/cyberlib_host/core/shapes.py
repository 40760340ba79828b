"""What the records on the wire are made of."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# Patterns end with `$(?!\n)`: in Python `$` alone lets a line feed pass behind it.
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="32 bytes in hex")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}$(?!\n)", description="64 bytes in hex")]
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)", description="16 bytes in hex")]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
ObjectName = Annotated[
    str,
    Meta(
        pattern=r"^(vault|(slots|packs|index|lookups|snapshots|retired)/[0-9a-f]{64})$(?!\n)",
        description="as in docs/format",
    ),
]
Size = Annotated[int, Meta(ge=0, le=1 << 40)]
Time = Annotated[str, Meta(description="RFC 3339, UTC")]
Key = Annotated[str, Meta(min_length=8, max_length=200, description="a contract key")]

OrganisationState = Literal["active", "grace", "suspended", "terminated"]
DeviceState = Literal["active", "surplus", "revoked"]


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request: what is not known is refused, so that a misspelt field is not passed over."""


class Answer(msgspec.Struct, frozen=True):
    """An answer: clients pass over what they do not know."""
