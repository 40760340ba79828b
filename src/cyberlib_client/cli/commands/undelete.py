"""`cyberlib undelete`, with `forget`, which it undoes."""

from __future__ import annotations

from .forget import undelete

__all__ = ["undelete"]
