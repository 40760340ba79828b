"""French or English, chosen once for a run; every text of the command line is written in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Language = Literal["fr", "en"]


class Both(NamedTuple):
    """One text in both languages."""

    fr: str
    en: str

    def __str__(self) -> str:
        return self.en if _Chosen.language == "en" else self.fr


class _Chosen:
    language: Language = "fr"


def say(fr: str, en: str) -> str:
    """The text in the chosen language."""
    return en if _Chosen.language == "en" else fr


def language() -> Language:
    """The chosen language."""
    return _Chosen.language


def choose(chosen: Language) -> None:
    """From now on."""
    _Chosen.language = chosen


_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def from_environment(environ: Mapping[str, str]) -> Language:
    """What the system is set to; French where it does not say."""
    told = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    name = told.partition(".")[0].partition("_")[0].lower()
    return "fr" if name in ("", "c", "posix", "fr") else "en"
