"""Which passwords will do.

CNIL, deliberation 2022-100 of 21 July 2022, its second case: at least 50 bits where tries are held back (see
`services.attempts`). Here 12 characters at least as well, and nothing that is guessed first.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

Weakness = Literal["password_short", "password_few_bits", "password_usual", "password_own_words"]

LEAST_LENGTH: Final = 12
LEAST_BITS: Final = 50
_SPECIAL: Final = 37  # as many as the recommendation reckons with
_LEAST_LEFT: Final = 6
_DISGUISE: Final = str.maketrans("@4310$5!7", "aaeiossit")
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop",
    "asdfghjkl", "zxcvbnm",
)  # fmt: skip
_USUAL: Final = """
    motdepasse password passe secret secretaire cyberlib sauvegarde backup cabinet medecin medical
    docteur infirmier infirmiere kine dentiste pharmacie pharmacien patient sante hopital clinique
    bonjour bonsoir soleil admin administrateur azerty qwerty iloveyou jetaime jtm doudou chouchou
    loulou coffre france marseille paris lyon toulouse bordeaux nantes lille bienvenue welcome letmein
    monkey dragon football rugby tennis baseball master superman batman pokemon starwars princesse
    princess chocolat coucou nicolas camille julien thomas maman papa famille vacances janvier fevrier
    mars avril juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi
    samedi dimanche printemps ete automne hiver monday friday summer winter spring autumn hello freedom
    whatever trustno login user test
""".split()  # noqa: SIM905 - a list of words is read as words


def weakness(password: str, own: Iterable[str] = ()) -> Weakness | None:
    """Why a password is refused, or None. `own`: words of the person and the practice."""
    if len(password) < LEAST_LENGTH:
        return "password_short"
    if bits(password) < LEAST_BITS:
        return "password_few_bits"
    for text in (password, password.translate(_DISGUISE)):
        left = _without_runs(_plain(text))
        for word in sorted(_USUAL, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < _LEAST_LEFT:
            return "password_usual"
        for word in sorted({_plain(part) for each in own for part in re.split(r"\W+", each)}, key=len):
            if len(word) >= 3:
                left = left.replace(word, "")
        if len(left) < _LEAST_LEFT:
            return "password_own_words"
    return None


def bits(password: str) -> float:
    """As the recommendation reckons: characters, and of how many kinds; those that repeat one before count
    once."""
    kinds = (
        (26, str.islower),
        (26, str.isupper),
        (10, str.isdigit),
        (_SPECIAL, lambda each: not each.isalnum()),
    )
    alphabet = sum(size for size, is_one in kinds if any(is_one(each) for each in password))
    telling = re.sub(r"(.{1,4}?)\1+", r"\1", password)
    return len(telling) * math.log2(alphabet) if alphabet else 0.0


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if each.isalnum())


def _without_runs(text: str) -> str:
    for run in _RUNS:
        for line in (run, run[::-1]):
            for size in range(len(line), 3, -1):
                for start in range(len(line) - size + 1):
                    text = text.replace(line[start : start + size], "")
    return text
