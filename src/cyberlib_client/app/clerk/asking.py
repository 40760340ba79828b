"""What all questions to the clerk have in common."""

from __future__ import annotations

import msgspec


class Question(msgspec.Struct, frozen=True, tag_field="ask"):
    """`id`: the window's own count."""

    id: int
