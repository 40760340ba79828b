"""Nothing of the user's leaves: what is not a number, a time or a word of this program's own becomes a label.

By what may pass, not by what may not: a secret cannot hide where only known words are let through. A label is
the same for the same text all over one archive, under a key that is thrown away: nobody can try names.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec

from ...core import errors
from ..incidents import RULES
from ..messages import error_texts, notice_texts
from ..messages.background import WAITING
from ..messages.health import HEALTH
from ..messages.incidents import INCIDENTS
from ..messages.reasons import REASONS
from ..wording.report_words import BY, COMMANDS, LEVELS, SEVERITIES, STATES, TRIGGERS

MOST_ITEMS: Final = 1000
"""Of a list: what comes after is only counted."""
_MOST_FIELDS: Final = 60
_DEEPEST: Final = 8

_OWN: Final = """
completed stopped failed full partial missed reconcile protected yes no auto off on ask none system
file keychain folder bucket host before after amber stop fr en user directory symlink packs indexes
snapshots slots name connection encryption answer clock limit network all absent own other posix nt
agent_started agent_ended slept clock_moved paused resumed waiting watch_lost active grace suspended
terminated small usual danger attention unknown notice warning critical cabinet present command
window old never Linux Windows Darwin x86_64 AMD64 arm64 aarch64 linux win32 darwin utf-8
"""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)|\d{4}-\d\d-\d\d")
_MEASURE: Final = re.compile(
    r"\d{1,4}|\d{1,6}([.,]\d{1,3})? ?(%|s|min|h|d|w|[kMGT]?[bB]|[KMGT]iB|[kMG]o|[kMG]bit/s)"
    r"|\d\d:\d\d(-\d\d:\d\d)?"
    r"|((mon|tue|wed|thu|fri|sat|sun)[-,]?){1,7}( \d\d:\d\d-\d\d:\d\d)?"
)
_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,6}){1,2}((a|b|rc|\.dev|\.post)\d{1,4})?|TLSv1\.[23]")
_FACT: Final = re.compile(r"\{(\w+)\}")
_FRAME: Final = re.compile(r"  (cyberlib_client(?:[/\\][a-z_0-9]{1,40}){1,6})\.py:(\d{1,6}) \S+")
_RAISED: Final = re.compile(r"([A-Za-z_][\w.]{0,80})\.([A-Za-z_]\w{0,60})( \d{1,5})?")
_HEAD: Final = re.compile(r"CyberLib (\S+), Python (\S+), .*")
_WHEN: Final = re.compile(r"(\S+)  (.*)")
_MOST_LINES: Final = 400


@cache
def own_words() -> frozenset[str]:
    """Codes and words of this program, and what systems say of their own errors."""
    found = set(_OWN.split())
    tables: tuple[Mapping[str, object], ...] = (
        error_texts(), notice_texts(), RULES, WAITING, HEALTH, INCIDENTS, REASONS,
        BY, COMMANDS, LEVELS, SEVERITIES, STATES, TRIGGERS,
    )  # fmt: skip
    for table in tables:
        found.update(str(each) for each in table)
    return frozenset(found)


@cache
def own_facts() -> frozenset[str]:
    """The names that facts of errors, notices and incidents have."""
    tables = (error_texts(), notice_texts(), WAITING, HEALTH, INCIDENTS)
    return frozenset(name for table in tables for text in table.values() for name in _FACT.findall(str(text)))


class Redactor:
    """`key`: 32 random bytes, for one archive."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def label(self, text: str) -> str:
        """What stands for a text: the same for the same one."""
        kind = "path" if "/" in text or "\\" in text else "text"
        given = text.encode("utf-8", "surrogateescape")
        return f"{kind}-{hashlib.blake2b(given, key=self._key, digest_size=6).hexdigest()}"

    def text(self, text: str) -> str:
        """The text when it can name nobody, else its label."""
        if text == "" or text in own_words():
            return text
        if any(shape.fullmatch(text) for shape in (_TIME, _MEASURE, _VERSION)):
            return text
        head, colon, rest = text.partition(":")
        if colon and head + colon in own_words() | {"key_unknown:", "key_missing:", "value_unfit:"}:
            return f"{head}:{self.text(rest)}"  # a reason and what it is about
        return self.label(text)

    def value(self, value: Any, depth: int = 0) -> Any:
        """What JSON has of records and plain values. The fields of a record are ours; the keys of a mapping
        are texts like any other. Long lists are cut."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth > _DEEPEST:
            return "…"
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, msgspec.Struct):
            fields = msgspec.structs.asdict(value).items()
            return {name: self.value(each, depth + 1) for name, each in fields}
        if isinstance(value, Mapping):
            items = list(value.items())
            found = {self._key_of(str(k)): self.value(v, depth + 1) for k, v in items[:_MOST_FIELDS]}
            return found | ({"…": len(items) - _MOST_FIELDS} if len(items) > _MOST_FIELDS else {})
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            shown = [self.value(each, depth + 1) for each in value[:MOST_ITEMS]]
            return [*shown, {"…": len(value) - MOST_ITEMS}] if len(value) > MOST_ITEMS else shown
        return "…"

    def error(self, raised: BaseException) -> dict[str, Any]:
        """An error by its code."""
        if isinstance(raised, errors.CyberlibError):
            return {"code": self.text(raised.code), "facts": self.value(raised.facts)}
        return {"code": "internal_error", "kind": _known_class("builtins", type(raised).__name__)}

    def _key_of(self, name: str) -> str:
        return name if name in own_facts() else self.text(name)

    def crash(self, text: str) -> str:
        """A crash report line by line, only what has the shape that this program writes."""
        lines = text.splitlines()
        kept = [self._crash_line(each) for each in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            kept.append(f"… {len(lines) - _MOST_LINES}")
        return "\n".join(kept) + "\n"

    def _crash_line(self, told: str) -> str:
        if not told.strip():
            return ""
        if found := _FRAME.fullmatch(told):
            module = re.sub(r"[/\\]", ".", found[1])
            return f"  {module}:{found[2]}" if _is_ours(module) else f"  other:{found[2]}"
        if told.startswith("  "):
            return "  other"
        if found := _HEAD.fullmatch(told):
            return f"CyberLib {self.text(found[1])}, Python {self.text(found[2])}"
        if found := _WHEN.fullmatch(told):
            return f"{self.text(found[1])}  {self.text(found[2])}"
        if found := _RAISED.fullmatch(told):
            return _known_class(found[1], found[2]) + (found[3] or "")
        return "…"


@cache
def _is_ours(module: str) -> bool:
    """Whether there is such a module in this program: a name that somebody chose is none."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _known_class(module: str, name: str) -> str:
    """The class when it is one of Python's or ours."""
    if module == "builtins" and isinstance(getattr(builtins, name, None), type):
        return name
    if module == errors.__name__ and isinstance(getattr(errors, name, None), type):
        return name
    return "other"
