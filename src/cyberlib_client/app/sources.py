"""The folders a profile protects: added, removed, listed, and what their rules leave out."""

from __future__ import annotations

import os

from ..files.names import display, parse_display
from ..state.settings import SourceSettings


def native_of(source: SourceSettings) -> str | bytes:
    """The path of a source of the settings, as this system takes it."""
    if source.escaped:
        return parse_display(source.escaped)
    return source.path if os.name == "nt" else os.fsencode(source.path)


def settings_path(native: str | bytes) -> dict[str, str]:
    """A path as the settings hold it: `path`, or `escaped` when it is not text."""
    text = os.fsdecode(native)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return {"escaped": display(os.fsencode(native))}
    return {"path": text}
