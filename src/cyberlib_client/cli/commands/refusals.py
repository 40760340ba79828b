"""`cyberlib refusals`, with `refuse`, which fills it."""

from __future__ import annotations

from .refuse import refusals

__all__ = ["refusals"]
