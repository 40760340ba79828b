"""Whom to ask where nobody is."""

from __future__ import annotations

from collections.abc import Callable, Set

from ..core.errors import CyberlibError, UsageError
from .workplace import PersonGiven, Question, Way


class Nobody:
    """See workplace.Prompt: it never answers."""

    def passphrase(self, *, refused: CyberlibError | None, left: int, proof: bool) -> str | None:
        """None."""
        return None

    def new_passphrase(self, weakness: Callable[[str], UsageError | None]) -> str | None:
        """None."""
        return None

    def recovery_words(self) -> str | None:
        """None."""
        return None

    def proxy_password(self, user: str) -> str | None:
        """None."""
        return None

    def person(
        self, action: str, *, ways: Set[Way], refused: CyberlibError | None, left: int
    ) -> PersonGiven | None:
        """None."""
        return None

    def agreed(self, question: Question, why: CyberlibError | None = None) -> bool | None:
        """None."""
        return None
