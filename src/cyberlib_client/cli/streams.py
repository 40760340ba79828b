"""Standard streams fit for what is written to them, whatever the caller gave."""

from __future__ import annotations

import codecs
import os
import sys
from typing import Final

_PLAIN: Final = {
    "\u00a0": " ",
    "\u202f": " ",
    "\u2019": "'",
    "\u2018": "'",
    "\u201c": '"',
    "\u201d": '"',
    "«": '"',
    "»": '"',
    "…": "...",
    "–": "-",
    "→": "->",
    "·": "|",
    "œ": "oe",
    "Œ": "OE",
}
"""Signs of print for encodings without them. Letters are not here: a name must stay another one's."""


def open_streams() -> None:
    """Gives the streams that were closed a place that takes and tells nothing, and all an encoding error
    that is none."""
    # Left closed, the next file that is opened would get their numbers, and with them what is printed.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    codecs.register_error("cyberlib", _plain)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="cyberlib")  # type: ignore[union-attr]


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, in signs it has; the rest as listings write it and commands take it back."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or _escaped(ord(c)) for c in text), error.end


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
