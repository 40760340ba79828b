"""The one place where a code becomes sentences: what happened, what to do; in French and in English.

Every code raised anywhere has its entry in both languages; a test reads the sources and says which do
not. Facts are put between braces; those that are codes themselves (`reason`) have words of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Literal, NamedTuple

Language = Literal["fr", "en"]
Fact = str | int | float | None


class Message(NamedTuple):
    """`title`: what happened. `advice`: what to do, perhaps empty."""

    title: str
    advice: str

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".rstrip()


def error_message(code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for an error's code; for an unknown code, words that say so."""
    return _message("ERRORS", code, facts, language)


def notice_message(code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    """The words for a notice; any error may become one."""
    table = "NOTICES" if code in _table("NOTICES", language) else "ERRORS"
    return _message(table, code, facts, language)


def incident_message(code: str, detail: str, language: Language) -> Message:
    """The words for an incident, without its path."""
    return _message("INCIDENTS", code, {"detail": detail}, language)


def system_words(text: str, language: Language) -> str:
    """The system's own words ("Permission denied"), in French where we know them."""
    return _table("WORDS", language).get(text, (text, ""))[0]


def _message(table: str, code: str, facts: Mapping[str, Fact], language: Language) -> Message:
    title, advice = _table(table, language).get(code) or _table("ERRORS", language)["unknown_code"]
    filled = _Facts({name: _shown(value, language) for name, value in facts.items()}, code=code)
    return Message(_tidy(title.format_map(filled)), _tidy(advice.format_map(filled)))


class _Facts(dict[str, str]):
    """A missing fact must not turn an error into another one."""

    def __missing__(self, _name: str) -> str:
        return "?"


def _shown(value: Fact, language: Language) -> str:
    if value is None or value == "":
        return "?"
    return system_words(value, language) if isinstance(value, str) else str(value)


def _tidy(text: str) -> str:
    return text.replace(" (?)", "").replace(" : ?.", ".").replace(": ?.", ".")


def _table(name: str, language: Language) -> Mapping[str, tuple[str, str]]:
    module = import_module("." + ("french" if language == "fr" else "english"), __name__)
    table: Mapping[str, tuple[str, str]] = getattr(module, name)
    return table
