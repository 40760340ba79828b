"""The colours and measures of which all is made, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal[
    "window", "card", "line", "ink", "soft", "brand", "brand_soft", "on_brand", "ok", "ok_soft", "todo",
    "todo_soft", "wrong", "wrong_soft", "side", "side_ink", "side_soft", "side_chosen", "badge", "on_badge",
    "edge", "side_mark", "on_side", "side_ring",
]  # fmt: skip
"""What a colour is for. `on_…`: text on that ground; `…_soft`: the ground below text of that colour; `edge`:
around what is typed into, which is not found without it."""


@dataclass(frozen=True)
class Tokens:
    """Colours as `#RRGGBB`."""

    dark: bool
    window: str
    card: str
    line: str
    ink: str
    soft: str
    brand: str
    brand_soft: str
    on_brand: str
    ok: str
    ok_soft: str
    todo: str
    todo_soft: str
    wrong: str
    wrong_soft: str
    side: str
    side_ink: str
    side_soft: str
    side_chosen: str
    edge: str
    on_side: str = "#FFFFFF"
    side_mark: str = "#FFFFFF"
    side_ring: str = "#57B8C8"
    contrast: bool = False
    badge: str = "#F0B45A"
    on_badge: str = "#2B1C00"

    def of(self, role: Role) -> str:
        """The colour for a use."""
        colour: str = getattr(self, role)
        return colour


LIGHT: Final = Tokens(
    dark=False, window="#F4F7F8", card="#FFFFFF", line="#DCE5E8", ink="#12262B", soft="#51686F",
    brand="#0B6170", brand_soft="#E3F0F2", on_brand="#FFFFFF", ok="#1B7A4B", ok_soft="#E4F3EA",
    todo="#8A5000", todo_soft="#FFF1D9", wrong="#B3261E", wrong_soft="#FCE8E6",
    side="#0E2F37", side_ink="#D7E6E9", side_soft="#9DB3B9", side_chosen="#17505D",
    edge="#7B9098",
)  # fmt: skip
DARK: Final = Tokens(
    dark=True, window="#0F191C", card="#172427", line="#2A3B40", ink="#E6F0F2", soft="#9DB3B9",
    brand="#57B8C8", brand_soft="#173A41", on_brand="#06262C", ok="#5CC98D", ok_soft="#15352A",
    todo="#F0B45A", todo_soft="#3A2D15", wrong="#FF8A80", wrong_soft="#3E1F1D",
    side="#0A1214", side_ink="#D7E6E9", side_soft="#9DB3B9", side_chosen="#17383F",
    edge="#68808A",
)  # fmt: skip

TITLE: Final = 22
SECTION: Final = 15
BODY: Final = 14
SMALL: Final = 12.5
"""Sizes of text in px, before the system's own scale."""
PITCH: Final = 20 / 14
"""From line to line of what is wrapped, in sizes of its text."""
PITCH_LARGE: Final = 28 / 22
"""The same of titles."""

CONTROL: Final = 38
SIDE: Final = 216
GAP: Final = 18
PAGE: Final = (32, 28, 32, 28)
WIDEST: Final = 1080
CARD: Final = 20
"""px."""
