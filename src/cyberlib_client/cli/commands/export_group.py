"""The group of `cyberlib export`."""

from __future__ import annotations

from ...app.wording.language import Both
from ..words import group

export = group(
    "export",
    Both(
        "Tout emporter, en clair ou chiffré.",
        "Take everything along, plain or encrypted.",
    ),
)
