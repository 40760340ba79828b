"""Paths for people: as the system they come from writes them, folders with a separator at their end."""

from __future__ import annotations


def here(text: str) -> str:
    """A path from this machine, or any other text, in the words of this machine: `C:\\Users` on Windows."""
    from ..app.paths import for_people

    return for_people(text)


def told(path: str, native: str, kind: str) -> str:
    """A path of the vault, or `native` where its own system writes it in another way."""
    text = native or path
    separator = "\\" if native else "/"
    return text + separator if kind == "directory" and not text.endswith(separator) else text
