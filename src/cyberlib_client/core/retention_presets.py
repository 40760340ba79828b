"""Policies with a name, for those who do not want to count. None is legal advice: docs/user says what each is
about, and the texts of law behind it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from .retention import ALL, Policy

PRESETS: Final[Mapping[str, Policy]] = {
    "cabinet": Policy(last=10, within=2, daily=30, weekly=12, monthly=24, yearly=21),
    "comptabilite": Policy(last=10, within=2, daily=30, weekly=12, monthly=24, yearly=11),
    "court": Policy(last=5, within=2, daily=14, weekly=8, monthly=12),
    "tout": Policy(last=ALL),
}
"""By name. "cabinet": twenty years, as long as a patient's record is kept, and the one that is not over;
"comptabilite": the ten years of commercial law, likewise; "court": a year; "tout": nothing ever goes."""


def preset_named(text: str) -> str:
    """The name of a preset, however it is accented and whatever its capitals. Raises ValueError."""
    plain = unicodedata.normalize("NFD", text.strip().casefold())
    name = "".join(each for each in plain if not unicodedata.combining(each))
    if name not in PRESETS:
        raise ValueError(text)
    return name
