"""What decoding of hostile bytes may raise."""

from __future__ import annotations

from typing import Final

import msgspec

MALFORMED: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""Text that is no UTF-8 comes as UnicodeDecodeError (a ValueError), deep nesting as RecursionError."""
