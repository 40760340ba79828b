"""Which items the rules leave out: gitignore semantics, at a cost that 50,000 files do not feel.

The last rule that matches decides; a rule that starts with `!` takes an item back. Rules are asked
about an item itself, on the way down: a folder that is left out is not entered, so that nothing below
it can be taken back, as with git. See `patterns` for the language.

Nearly every item matches nothing, and that is what must be cheap. Every pattern tells something about
the name of the items it can match: the name itself, how it begins, or how it ends. Those tell-tales of
all rules are merged into a few sets: an item whose name is in none of them is kept without any pattern
being asked. The merged test can only say "perhaps" too often, never "no" wrongly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ..core.errors import UsageError
from .names import THIS_SYSTEM, System
from .patterns import Pattern

Fold = Callable[[str], str] | None


class Rule(NamedTuple):
    """One line that leaves items out, and where it comes from: "default", "source" (the settings of a
    source), "option" (the command line), "cachedir-tag", "one-file-system", or what a preview
    was given for a folder that no backup enters."""

    pattern: str
    origin: str


class Filters:
    """Rules made ready for one source. Safe to share between threads.

    Names are compared as the system compares them: exactly on Linux, without regard to case on Windows and
    macOS, and there also without regard to how accents are composed.
    """

    def __init__(self, rules: Sequence[Rule], *, system: System = THIS_SYSTEM) -> None:
        """Raises UsageError("bad_pattern", pattern=…, reason=…) for the first rule that cannot work."""
        self.rules: Final = tuple(rules)
        self._fold: Final = _FOLDS[system]
        # In the vault, names of Windows are WTF-8, others are whatever bytes they are (see `names`).
        self._errors: Final = "surrogatepass" if system == "windows" else "surrogateescape"
        patterns = [self._read(rule) for rule in self.rules]
        # The last match wins: ask from the end. Nothing can be taken back before something was left out.
        self._from_last: Final = tuple(zip(reversed(patterns), reversed(self.rules), strict=True))
        sieve = _Sieve([p for p in patterns if not p.negated], self._fold)
        self._names: Final = sieve.names
        self._dotted: Final = sieve.dotted
        self._firsts: Final = sieve.firsts
        self._heads: Final = sieve.heads
        self._tails: Final = sieve.tails
        self._loose: Final = sieve.loose
        # Bytes of names can be compared with bytes of patterns as long as nothing is folded.
        self._must_decode: Final = self._fold is not None or sieve.loose is not None
        self._names_bytes: Final = frozenset(map(self._raw, sieve.names))
        self._dotted_bytes: Final = frozenset(map(self._raw, sieve.dotted))
        self._firsts_bytes: Final = frozenset(self._raw(head)[:1] for head in sieve.heads)
        self._heads_bytes: Final = tuple(map(self._raw, sieve.heads))
        self._tails_bytes: Final = tuple(map(self._raw, sieve.tails))

    def decide(self, path: str, name: str, is_dir: bool) -> Rule | None:
        """The rule that leaves the item out, or None when it stays.

        `path` leads from the root of the source to the item, with `/` between names and none in front;
        `name` is its last name. A link to a folder is not a folder.
        """
        if self._fold is not None:
            name = self._fold(name)
        if (
            name in self._names
            or name[name.rfind(".") :] in self._dotted
            or (name[:1] in self._firsts and name.startswith(self._heads))
            or name.endswith(self._tails)
            or (self._loose is not None and self._loose(path, name))
        ):
            return self._last_match(path, name, is_dir)
        return None

    def decide_bytes(self, path: bytes, name: bytes, is_dir: bool) -> Rule | None:
        """`decide` for path and name as bytes, as they are in the vault: the same answer as for the text
        that they are in UTF-8."""
        if self._must_decode:
            return self.decide(self._text(path), self._text(name), is_dir)
        if (
            name in self._names_bytes
            or name[name.rfind(b".") :] in self._dotted_bytes
            or (name[:1] in self._firsts_bytes and name.startswith(self._heads_bytes))
            or name.endswith(self._tails_bytes)
        ):
            return self._last_match(self._text(path), self._text(name), is_dir)
        return None

    def _last_match(self, path: str, name: str, is_dir: bool) -> Rule | None:
        """`name` is folded already, `path` is not."""
        if self._fold is not None:
            path = self._fold(path)
        for pattern, rule in self._from_last:
            if (is_dir or not pattern.only_folders) and pattern.matches(path, name):
                return None if pattern.negated else rule
        return None

    def _read(self, rule: Rule) -> Pattern:
        try:
            self._raw(rule.pattern)
        except UnicodeEncodeError:
            raise UsageError("bad_pattern", pattern=ascii(rule.pattern), reason="control") from None
        if self._fold is None:
            return Pattern(rule.pattern)
        try:
            return Pattern(self._fold(rule.pattern).replace("[:upper:]", "[:alpha:]"))
        except UsageError as error:  # quoting what was written
            raise UsageError("bad_pattern", pattern=rule.pattern, reason=error.facts["reason"]) from None

    def _raw(self, text: str) -> bytes:
        return text.encode("utf-8", self._errors)

    def _text(self, name: bytes) -> str:
        return name.decode("utf-8", self._errors)


class _Sieve:
    """What the names of all items that any of `patterns` can match have in common.

    A pattern counts in exactly one of: `names` (the whole name), `dotted` (the name from its last dot on),
    `heads` (how it begins; `firsts` are their first characters), `tails` (how it ends), `loose`.
    """

    def __init__(self, patterns: Sequence[Pattern], fold: Fold) -> None:
        names, dotted, heads, tails = set(), set(), set(), set()
        for p in patterns:
            if p.name is not None:
                names.add(p.name)
            elif p.head:
                heads.add(p.head)
            elif "." in p.tail:  # then the name's last dot is that of the tail
                dotted.add(p.tail[p.tail.rfind(".") :])
            elif p.tail:
                tails.add(p.tail)
        self.names = frozenset(names)
        self.dotted = frozenset(dotted)
        self.heads = tuple(sorted(heads))
        self.firsts = frozenset(head[0] for head in heads)
        self.tails = tuple(sorted(tails))
        self.loose = _loose_test([p for p in patterns if p.loose], fold)


def _loose_test(patterns: Sequence[Pattern], fold: Fold) -> Callable[[str, str], bool] | None:
    """For patterns whose last part tells nothing (`*brouillon*`, `a/**`): one regular expression for those on
    names, one for those on paths. Names come folded, paths do not."""
    if not patterns:
        return None
    by_name = _any_of([p.regex for p in patterns if p.by_name])
    by_path = _any_of([p.regex for p in patterns if not p.by_name])
    if all(p.by_name for p in patterns):
        return lambda _path, name: bool(by_name.fullmatch(name))
    if fold is None:
        return lambda path, name: bool(by_name.fullmatch(name)) or bool(by_path.fullmatch(path))
    return lambda path, name: bool(by_name.fullmatch(name)) or bool(by_path.fullmatch(fold(path)))


def _any_of(sources: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join([f"(?:{s})" for s in sources]) or r"(?!)", re.DOTALL)


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).lower()


_FOLDS: Final[dict[System, Fold]] = {
    "linux": None,
    "macos": _folded,
    "windows": _folded,
}
