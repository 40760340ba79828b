"""The recovery key as 24 French words, to be printed, read out over the telephone and typed.

    bits   = key (256 bits) followed by the first 8 bits of SHA-256(key), most significant bit first
    words  = the 264 bits in 24 groups of 11; each group is a place, from 0, in the list of 2048 words

The list (`words_fr`; resources/words/fr.txt is the same for people) has no accents, words of 4 to 8
letters whose first four letters differ, and no two words that one mistyped letter would confuse. The
first four letters decide: what follows them is not compared, so that a slip there harms nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from typing import Final

from .errors import UsageError
from .words_fr import WORDS

KEY_SIZE: Final = 32
WORD_COUNT: Final = 24
LETTERS_THAT_DECIDE: Final = 4

_BITS: Final = 11
_CHECK_BITS: Final = 8
_FARTHEST: Final = 2  # slips within a word that still let us guess which was meant
_MOST_GUESSES: Final = 3
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
# "1.", "n° 2", "mot 3 :"
_NUMBERING: Final = re.compile(r"(?:\b(?:mot|numero|no|n)\b[^\w]*)?\d+")
# A line such as those above the words in a file; "# 3 docile" is a numbered word.
_TITLE: Final = re.compile(r"^[ \t]*#(?![ \t]*\d).*", re.MULTILINE)
_PLACES: Final = {word[:LETTERS_THAT_DECIDE]: place for place, word in enumerate(WORDS)}


def encode(key: bytes) -> list[str]:
    """The 24 words of a 32-byte key. Raises ValueError for any other length."""
    if len(key) != KEY_SIZE:
        raise ValueError(f"a recovery key has {KEY_SIZE} bytes, not {len(key)}")
    bits = int.from_bytes(key) << _CHECK_BITS | _check(key)
    shifts = range((WORD_COUNT - 1) * _BITS, -1, -_BITS)
    return [WORDS[bits >> shift & (1 << _BITS) - 1] for shift in shifts]


def decode(text: str) -> bytes:
    """The 32-byte key behind words as people write them.

    Accents, capitals, line breaks, commas, numbering and lines that begin with # do not matter, and four
    letters stand for a word. Raises UsageError: "recovery_words_count" (`count`, `expected`),
    "recovery_word_unknown" (`position` from 1, `suggestion`: words of our list, with commas, or None),
    "recovery_words_checksum" (`position` of the first word that goes on otherwise than ours after four
    letters, or None).
    """
    written = written_words(text)
    if len(written) != WORD_COUNT:
        raise UsageError("recovery_words_count", count=len(written), expected=WORD_COUNT)
    bits = 0
    for position, word in enumerate(written, 1):
        place = _PLACES.get(word[:LETTERS_THAT_DECIDE])
        if place is None:
            meant = ", ".join(guesses(word)) or None
            raise UsageError("recovery_word_unknown", position=position, suggestion=meant)
        bits = bits << _BITS | place
    key = (bits >> _CHECK_BITS).to_bytes(KEY_SIZE)
    if bits & (1 << _CHECK_BITS) - 1 != _check(key):
        raise UsageError("recovery_words_checksum", position=_first_doubtful(written))
    return key


def written_words(text: str) -> list[str]:
    """The words of a text as `decode` sees them: lower case, no accents, no numbering, no title."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+", _NUMBERING.sub(" ", _TITLE.sub(" ", plain)))


def listed(written: str) -> str | None:
    """The word of the list that a word of `written_words` is taken for."""
    place = _PLACES.get(written[:LETTERS_THAT_DECIDE])
    return None if place is None else WORDS[place]


def guesses(written: str) -> list[str]:
    """The words of the list that may have been meant, at most three: the fewest slips first, then those with
    the same letters, then those that begin alike."""
    letters = Counter(written)
    ranked = []
    for word in WORDS:
        other = Counter(word)
        apart = (letters - other).total() + (other - letters).total()
        slips = _slips(written, word)
        if slips <= min(_FARTHEST, len(written) // 2) or apart == 0:
            ranked.append((slips, apart, written[:1] != word[0], word))
    return [word for *_, word in sorted(ranked)[:_MOST_GUESSES]]


def is_doubtful(written: str, ours: str) -> bool:
    """Whether a word goes on otherwise, after the letters that decide, than the one it is taken for."""
    return written not in (ours, ours[:LETTERS_THAT_DECIDE])


def _first_doubtful(written: list[str]) -> int | None:
    for position, word in enumerate(written, 1):
        if is_doubtful(word, listed(word) or ""):
            return position
    return None


def _check(key: bytes) -> int:
    return hashlib.sha256(key).digest()[0]


def _slips(a: str, b: str) -> int:
    """Letters to add, leave out, change, or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
