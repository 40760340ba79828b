"""What makes a passphrase too weak to guard the records of a practice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from ..core.errors import UsageError
from ..core.ports import Random
from ..core.words_fr import WORDS
from .workplace import Workplace

LEAST_LENGTH: Final = 12
_LEAST_DIFFERENT: Final = 6
_MADE_UP: Final = 6
_LEAST_LEFT: Final = 6  # letters and digits that an attacker has to guess, what he tries first taken off
_DISGUISE: Final = str.maketrans("@4310$5!7", "aaeiossit")  # "P@ssw0rd" is "password" to every attacker

_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_USUAL: Final = (
    "motdepasse", "mdp", "password", "passe", "secret", "secretaire", "cyberlib", "sauvegarde", "backup",
    "cabinet", "medecin", "medical", "docteur", "infirmier", "kine", "dentiste", "pharmacie", "patient",
    "sante", "bonjour", "soleil", "admin", "administrateur", "azerty", "qwerty", "iloveyou", "jetaime",
    "doudou", "coffre", "france", "marseille", "paris", "bienvenue", "welcome", "letmein", "abc", "test",
)  # fmt: skip


def weakness(passphrase: str, known: Iterable[str] = ()) -> UsageError | None:
    """Why a passphrase is refused, or None.

    `known`: words an attacker would try first, such as the computer's name. Codes: "passphrase_short"
    (`least`), "passphrase_repeats", "passphrase_row" (of a keyboard or alphabet), "passphrase_usual".
    """
    if len(passphrase) < LEAST_LENGTH:
        return UsageError("passphrase_short", least=LEAST_LENGTH)
    words = sorted((*_USUAL, *map(_plain, known)), key=len, reverse=True)
    for text in (passphrase, passphrase.translate(_DISGUISE)):
        code = _fault(_plain(text), words)
        if code is not None:
            return UsageError(code)
    return None


def new_passphrase(work: Workplace, given: str | None, known: Iterable[str]) -> str:
    """A passphrase that is not too weak: the one given, or, when there is none, one that is asked for.

    `known`: as for `weakness`. Raises its errors, and UsageError("no_new_passphrase") when nobody answers.
    """
    words = list(known)
    if given is None:
        typed = work.prompt.new_passphrase(lambda text: weakness(text, words))
        if typed is None:
            raise UsageError("no_new_passphrase")
        return typed
    if (weak := weakness(given, words)) is not None:
        raise weak
    return given


def made_up(random: Random) -> str:
    """Six words of the list of `core.words`, by chance: 66 bits, which nobody guesses."""
    while True:
        drawn = [int.from_bytes(random(4)) % len(WORDS) for _ in range(_MADE_UP)]
        found = " ".join(WORDS[each] for each in drawn)
        if weakness(found) is None:
            return found


def _fault(plain: str, words: Iterable[str]) -> str | None:
    if len(set(plain)) < _LEAST_DIFFERENT or _is_repeated(plain):
        return "passphrase_repeats"
    for row in _ROWS:
        plain = _without_runs(plain, row)
    if len(plain) < _LEAST_LEFT:
        return "passphrase_row"
    for word in words:
        if len(word) >= 3:
            plain = plain.replace(word, "")
    return "passphrase_usual" if len(plain) < _LEAST_LEFT else None


def _plain(text: str) -> str:
    """Lower-case letters and digits, accents off."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if c.isalnum())


def _is_repeated(text: str) -> bool:
    return len(text) > 1 and text in (text + text)[1:-1]


def _without_runs(text: str, row: str) -> str:
    """The text without pieces of four letters or more of a row, read either way."""
    for line in (row, row[::-1]):
        for size in range(len(line), 3, -1):
            for start in range(len(line) - size + 1):
                text = text.replace(line[start : start + size], "")
    return text
