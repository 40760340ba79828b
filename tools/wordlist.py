"""The list of recovery words: its rules, and the module made from it.

    python3 tools/wordlist.py            checks resources/words/fr.txt, writes core/words_fr.py
    python3 tools/wordlist.py --near     also shows words that sound alike (needs espeak-ng)

How the list was made. Candidates were the singular nouns, adjectives and infinitives that French
spelling dictionaries know and that are common in large collections of texts. Out went what is written
with accents, what sounds like another word that begins with other letters (encre and ancre), and by
eye: illness and death, weapons, fear, insults and double meanings, religions and peoples, first names,
words of dictation itself (virgule, espace) and numbers. Among the rest the largest set was sought in
which all rules below hold. The list never changes: words on paper would no longer open their vault.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "resources" / "words" / "fr.txt"
MODULE = ROOT / "src" / "cyberlib_client" / "core" / "words_fr.py"
SIZE = 2048
WIDTH = 110

HEAD = '''"""The 2048 recovery words: resources/words/fr.txt, written here by tools/wordlist.py."""

from __future__ import annotations

from typing import Final

_TEXT: Final = """
'''
TAIL = '''"""

WORDS: Final = tuple(_TEXT.split())
'''


def faults(words: list[str]) -> list[str]:
    """Every rule that the list breaks, in words; empty when it is sound."""
    found = [f"{len(words)} words, not {SIZE}"] if len(words) != SIZE else []
    if words != sorted(set(words)):
        found.append("not sorted, or a word stands twice")
    found += [f"not 4 to 8 plain letters: {word}" for word in words if not re.fullmatch("[a-z]{4,8}", word)]
    found += [f"same first four letters: {a}, {b}" for a, b in _sharing(words, lambda w: [w[:4]])]
    near = _sharing(words, _trimmed)
    found += [f"one slip apart: {a}, {b}" for a, b in near if _one_slip(a, b)]
    return found


def _trimmed(word: str) -> Iterator[str]:
    """The word, and the word with one letter missing: words a slip apart have one of these in common."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter changed, added, left out, or swapped with its neighbour turns `a` into `b`."""
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    rest, other = a[start:], b[start:]
    changed = rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    return rest == other[1:] or (len(a) == len(b) and changed)


def _sharing(words: Iterable[str], marks: Callable[[str], Iterable[str]]) -> list[tuple[str, str]]:
    holders: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for mark in marks(word):
            holders[mark].add(word)
    return sorted({pair for held in holders.values() for pair in combinations(sorted(held), 2)})


def sounding_alike(words: list[str]) -> list[tuple[str, str]]:
    """Pairs that espeak-ng says alike, or that differ only as b and p, d and t, … on a bad line."""
    spoken = "".join(f"{word}.\n\n" for word in words)
    command = ["espeak-ng", "-v", "fr-fr", "-q", "-x", "--stdin"]
    said = subprocess.run(command, input=spoken, stdout=subprocess.PIPE, text=True, check=True).stdout
    sounds = [re.sub(r"[',:|_\s-]", "", line) for line in said.splitlines() if line.strip()]
    if len(sounds) != len(words):
        raise SystemExit("espeak-ng did not say each word by itself")
    dull = str.maketrans("bdgvzZEOA", "ptkfsSeoa")
    blurred = {word: sound.translate(dull) for word, sound in zip(words, sounds, strict=True)}
    return _sharing(words, lambda word: [blurred[word]])


def main(args: list[str]) -> int:
    """Check, write; exit code 1 when a rule is broken."""
    words = SOURCE.read_text(encoding="ascii").split()
    if broken := faults(words):
        print("\n".join(broken))
        return 1
    MODULE.write_text(HEAD + _lines(words) + TAIL, encoding="ascii")
    if "--near" in args:
        print("\n".join(f"{a} {b}" for a, b in sounding_alike(words)))
    return 0


def _lines(words: list[str]) -> str:
    lines, line = [], ""
    for word in words:
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".lstrip()
    return "\n".join([*lines, line, ""])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
