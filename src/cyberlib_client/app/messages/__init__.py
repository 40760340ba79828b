"""The one place where a code becomes sentences: what happened, what to do; in French and in English.

Every code raised anywhere has its entry; a test reads the sources and names those that have none, and
those that nobody raises. Facts are put between braces; a part between square brackets is left out
when one of its facts is unknown. Facts that are codes or the system's own words are translated too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from importlib import import_module
from typing import Final, Literal, NamedTuple

from .text import Text

Language = Literal["fr", "en"]
Fact = str | int | float | None


class Message(NamedTuple):
    """`title`: what happened. `advice`: what to do, perhaps empty."""

    title: str
    advice: str

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".rstrip()


def error_message(code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for an error; for a code that is not ours, words that give it as it is."""
    return _message(error_texts(), code, facts, language)


def notice_message(code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for a notice; any error may become one."""
    notices = notice_texts()
    return _message(notices if code in notices else error_texts(), code, facts, language)


def waiting_message(kind: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for a condition that keeps a run from beginning, see core.conditions."""
    from .background import WAITING

    return _message(WAITING, kind, facts, language)


def incident_message(code: str, detail: str, language: Language) -> Message:
    """The words for an incident, without its path."""
    from .incidents import INCIDENTS, NAMED

    return _message(INCIDENTS, code, {"name" if code in NAMED else "detail": detail}, language)


def health_message(code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for a level of `core.health`, a reason, or the next thing to do. Times among the facts must
    be written already."""
    from .health import HEALTH

    if code == "incident":
        kind = str(facts.get("kind") or "")
        if kind in error_texts():
            return error_message(kind, facts, language)
    return _message(HEALTH, code, facts, language)


def notice_texts() -> Mapping[str, Text]:
    """Every notice's text by code, but for errors that became one."""
    from .approval import NOTICES as OF_APPROVALS
    from .background import NOTICES as OF_AGENTS
    from .copies import NOTICES as OF_COPIES
    from .escrow import NOTICES as OF_ESCROW
    from .happening import NOTICES
    from .mounting import NOTICES as OF_MOUNTS
    from .noted import NOTICES as OF_NOTES
    from .people import NOTICES as OF_PEOPLE
    from .retention import NOTICES as OF_RETENTION

    mine = OF_AGENTS | OF_MOUNTS | OF_COPIES | OF_RETENTION | OF_ESCROW | OF_NOTES | OF_APPROVALS
    return NOTICES | mine | OF_PEOPLE


_PARTS: Final = (
    "using",
    "unlocking",
    "storing",
    "damage",
    "hosting",
    "machines",
    "buckets",
    "networking",
    "hooks",
    "services",
    "background",
    "mounting",
    "noted",
    "copies",
    "leaving",
    "proving",
    "retention",
    "window",
    "escrow",
    "escrow_at_host",
    "covering",
    "approval",
    "guidance",
    "replacing",
    "people",
)


def error_texts() -> Mapping[str, Text]:
    """Every error's text by code."""
    found: dict[str, Text] = {}
    for part in _PARTS:
        found |= import_module(f".{part}", __name__).ERRORS
    return found


def translated(words: str, language: Language) -> str:
    """A reason in the user's language: codes (`no_service`), the system's words ("Permission denied")."""
    from .reasons import REASONS

    if words in REASONS:
        return REASONS[words][language == "en"]
    if ", " in words:
        return ", ".join(translated(part, language) for part in words.split(", "))
    head, colon, rest = words.partition(":")
    if colon and head + colon in REASONS:
        return f"{REASONS[head + colon][language == 'en']} {translated(rest, language)}"
    return words


_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_NAMED: Final = re.compile(r"\{(\w+)\}")
_DAYS: Final = ("day", "since")
_BYTES: Final = ("quota",)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_REASONS: Final = ("reason", "detail", "state")
_UNKNOWN: Final = Text("Erreur {code}[ : {reason}].", "", "Error {code}[: {reason}].", "")


def _message(texts: Mapping[str, Text], code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    text = texts.get(code, _UNKNOWN)
    known = {"code": code}
    told = {name: value for name, value in facts.items() if value is not None}
    for name, value in told.items():
        if value != "":
            known[name] = _written(name, value, language)
    title, advice = text.of(language)
    empty = told.keys() - known.keys()
    return Message(_filled(title, known, empty), _filled(advice, known, empty))


def _written(name: str, value: str | int | float, language: Language) -> str:
    """A fact as people of that language write it: days, and the thousands of what is counted in bytes."""
    if name in _REASONS:
        return translated(str(value), language)
    if name in _BYTES and isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f") if language == "fr" else f"{value:,}"
    day = _DAY.fullmatch(str(value)) if name in _DAYS and language == "fr" else None
    return f"{day[3]}/{day[2]}/{day[1]}" if day else str(value)


def _filled(text: str, facts: Mapping[str, str], empty: Set[str]) -> str:
    def optional(match: re.Match[str]) -> str:
        return match[1] if all(name in facts for name in _NAMED.findall(match[1])) else ""

    def fact(match: re.Match[str]) -> str:
        # A missing fact must not turn an error into another one.
        return facts.get(match[1], "" if match[1] in empty else "?")

    return _NAMED.sub(fact, _OPTIONAL.sub(optional, text))
