"""How a command of the user's ended, in words of ours."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"hook_timed_out|hook_left|code -?\d+")


def is_plain_end(detail: str) -> bool:
    """Whether it tells how a command ended in words of ours, and not in what it wrote itself."""
    return _PLAIN.fullmatch(detail) is not None
