"""Paths for people: as the system they come from writes them, folders with a separator at their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..app.wording.language import say

_MOST: Final = 5
"""Sources named in one line."""


def here(text: str) -> str:
    """A path from this machine, or any other text, in the words of this machine: `C:\\Users` on Windows."""
    from ..app.paths import for_people

    return for_people(text)


def told(path: str, native: str, kind: str) -> str:
    """A path of the vault, or `native` where its own system writes it in another way."""
    text = native or path
    separator = "\\" if native else "/"
    return text + separator if kind == "directory" and not text.endswith(separator) else text


def sources_told(paths: Sequence[str], system: str) -> str:
    """The sources of a snapshot on one line, as the system that made it writes them."""
    from ..app.paths import native

    named = ", ".join(native(path, system) or path for path in paths[:_MOST])
    more = len(paths) - _MOST
    return named + (say(f" … et {more} de plus", f" … and {more} more") if more > 0 else "")
