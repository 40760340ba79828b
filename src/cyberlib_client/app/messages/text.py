"""A pair of sentences in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """What happened and what to do. Both languages name the same facts."""

    fr: str
    fr_advice: str
    en: str
    en_advice: str

    def of(self, language: str) -> tuple[str, str]:
        """(what happened, what to do)."""
        return (self.en, self.en_advice) if language == "en" else (self.fr, self.fr_advice)
