"""What is wrong with a TOML file that somebody wrote by hand, for whoever is to mend it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Final

import msgspec

from ..core.format_v1.malformed import MALFORMED

_PLACE: Final = re.compile(r" - at `\$\.?(.*?)`$")
_KEY: Final = {
    "key_unknown": re.compile(r"contains unknown field `(.+?)`"),
    "key_missing": re.compile(r"missing required field `(.+?)`"),
}


Parse = Callable[[str], object]
"""Reads such a file's text; raises one of MALFORMED."""


def fault_of(data: bytes, error: Exception, parse: Parse) -> tuple[str, int | None]:
    """(what is wrong, on which line from 1): "UTF-8", "toml", "key_unknown:…", "key_missing:…" or
    "value_unfit:…". The libraries' own sentences are English, and not for everybody. `error`: what `parse`
    raised."""
    if isinstance(error, UnicodeDecodeError):
        return "UTF-8", data.count(b"\n", 0, error.start) + 1
    text, told = data.decode("utf-8"), str(error)
    if isinstance(error, tomllib.TOMLDecodeError):
        place = re.search(r"at line (\d+)", told)  # else "at end of document"
        return "toml", int(place[1]) if place else len(text.splitlines())
    if not isinstance(error, msgspec.ValidationError):  # nested too deep, or a number of thousands of digits
        return "toml", _first_line(text, told, parse)
    where = found[1] if (found := _PLACE.search(told)) else ""
    for fault, pattern in _KEY.items():
        if found := pattern.search(told):
            return f"{fault}:{where}{'.' if where else ''}{found[1]}", _first_line(text, told, parse)
    return f"value_unfit:{where}", _first_line(text, told, parse)


def _first_line(text: str, told: str, parse: Parse) -> int | None:
    """The number of the first lines that are refused for the same reason as the whole."""
    lines = text.splitlines(keepends=True)
    for number in range(1, len(lines) + 1):
        try:
            parse("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue  # a value goes on
        except MALFORMED as error:
            if str(error) == told:
                return number
    return None
