r"""One gitignore pattern: read once, then asked about single items on the way down a folder.

The rules are those of gitignore(5) as git applies them while it walks: a pattern speaks about an item
itself, never about what lies beneath it, because the walk does not enter a folder that is left out.

    name  *.ext  pre*     no slash: the item's own name, at any depth
    /a  a/b               a slash at the start or inside: the path from the root of the source
    a/                    a slash at the end: folders only
    **/a  a/**/b  a/**    any number of folders; everything inside `a`, but not `a`
    ?  [a-z]  [!a]  \*    one character; one of a set; a special character as itself
    !pattern              takes back what an earlier pattern left out

What could never match, or hardly means what its writer thinks, is refused instead of ignored, for a
rule without effect is found out only when it is too late: an empty pattern, a comment, `./a`, `a//b`,
an open bracket, and a backslash before a letter or digit (`Temp\cache` would mean `Tempcache`).
"""

from __future__ import annotations

import re
from typing import Final

from ..core.errors import UsageError

_ANY: Final = "**"

_POSIX_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class Pattern:
    """One pattern, ready to be asked. `text` is compared as it stands: fold it as names are folded.

    `name`, `head` and `tail` describe the last part of the pattern, which an item's own name must fit:
    its exact name, or how it begins and ends. `loose` says that they tell nothing.
    """

    __slots__ = (
        "_regex",
        "_source",
        "by_name",
        "head",
        "loose",
        "name",
        "negated",
        "only_folders",
        "tail",
    )

    def __init__(self, text: str) -> None:
        """Raises UsageError("bad_pattern", pattern=…, reason=…)."""
        refuse = _Refusal(text)
        body = _without_trailing_spaces(text)
        if not body or body[0] == "#" or "\0" in body or "\n" in body:
            raise refuse("comment" if body[:1] == "#" else "empty" if not body else "control")
        self.negated = body[0] == "!"
        body = body[1:] if self.negated else body
        self.only_folders = body.endswith("/")
        body = body[:-1] if self.only_folders else body
        anchored = "/" in body
        parts = body.removeprefix("/").split("/")
        if re.match(r"[A-Za-z]:$", parts[0]) or any(part in ("", ".", "..") for part in parts):
            raise refuse("path" if body else "empty")
        if len(parts) == 2 and parts[0] == _ANY != parts[1]:
            anchored, parts = False, parts[1:]  # `**/a` says what `a` says
        globs = [_Glob(part, refuse) for part in parts]
        last = globs[-1]
        self.by_name = not anchored
        self.name, self.head, self.tail = last.literal, last.head, last.tail
        self.loose = self.name is None and not self.head and not self.tail
        self._source = _path_regex(parts, globs) if anchored else last.regex
        self._regex: re.Pattern[str] | None = None

    def matches(self, path: str, name: str) -> bool:
        """Whether the item `name` at `path` (from the root of the source) fits; whether it is a folder, as
        `only_folders` may ask, is for the caller to compare."""
        if self.name is not None:
            if name != self.name:
                return False
            if self.by_name:
                return True
        elif not (name.startswith(self.head) and name.endswith(self.tail)):
            return False
        if self._regex is None:  # few patterns ever get here: compiling all would cost 20 ms a run
            self._regex = re.compile(self._source, re.DOTALL)
        return self._regex.fullmatch(name if self.by_name else path) is not None

    @property
    def regex(self) -> str:
        """For `fullmatch` with DOTALL: on the name when `by_name`, else on the path."""
        return self._source


class _Refusal:
    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, reason: str) -> UsageError:
        return UsageError("bad_pattern", pattern=self.text, reason=reason)


def _without_trailing_spaces(text: str) -> str:
    """Git drops spaces at the end unless a backslash keeps them."""
    bare = text.rstrip(" ")
    escapes = len(bare) - len(bare.rstrip("\\"))
    return text[: len(bare) + escapes % 2]  # an odd backslash belongs to the space after it, if there is one


def _path_regex(parts: list[str], globs: list[_Glob]) -> str:
    out = []
    last = len(parts) - 1
    for i, part in enumerate(parts):
        if part != _ANY:
            out.append(globs[i].regex + ("/" if i < last else ""))
        elif i == last:
            out.append(".+")
        elif parts[i + 1] != _ANY:  # several in a row say no more than one
            out.append("(?:.+/)?")
    return "".join(out)


class _Glob:
    """One part of a pattern between slashes: `literal` when it has no wildcard, the letters it begins and
    ends with, and its regular expression."""

    def __init__(self, part: str, refuse: _Refusal) -> None:
        # Runs of ordinary characters and single-character wildcards, parted by stars.
        runs: list[list[tuple[str, bool]]] = [[]]
        i = 0
        while i < len(part):
            c = part[i]
            i += 1
            if c == "*":
                runs.append([])
            elif c == "?":
                runs[-1].append(("[^/]", False))
            elif c == "[":
                regex, i = _bracket(part, i, refuse)
                runs[-1].append((regex, False))
            else:
                if c == "\\":
                    c, i = _escaped(part, i, refuse)
                runs[-1].append((c, True))
        self.head = _leading(runs[0])
        self.tail = _leading(runs[-1][::-1])[::-1]
        whole = len(runs) == 1 and len(self.head) == len(runs[0])
        self.literal = self.head if whole else None
        self.regex = _runs_regex(runs)


def _leading(run: list[tuple[str, bool]]) -> str:
    out = ""
    for text, ordinary in run:
        if not ordinary:
            break
        out += text
    return out


def _runs_regex(runs: list[list[tuple[str, bool]]]) -> str:
    """The first place where a run fits is as good as any later one, so what a star swallowed is never tried
    again (the atomic groups): a name costs no more than its length times the pattern's."""
    texts = ["".join([re.escape(text) if ordinary else text for text, ordinary in run]) for run in runs]
    if len(texts) == 1:
        return texts[0]
    middle = "".join([f"(?>[^/]*?{text})" for text in texts[1:-1] if text])
    return f"{texts[0]}{middle}[^/]*{texts[-1]}"


def _escaped(part: str, i: int, refuse: _Refusal) -> tuple[str, int]:
    if i == len(part):
        raise refuse("escape")
    if part[i].isalnum():
        raise refuse("backslash")
    return part[i], i + 1


_CLASS_NAME: Final = re.compile(r"\[:([a-z]+):\]")


def _bracket(part: str, i: int, refuse: _Refusal) -> tuple[str, int]:
    """The set that starts after the bracket at `i - 1`, as a regular expression, and where it ends."""
    negated = part[i : i + 1] in ("!", "^")
    i += negated
    first = i
    items: list[str] = []
    while part[i : i + 1] != "]" or i == first:
        named = _CLASS_NAME.match(part, i)
        if named:
            if named[1] not in _POSIX_CLASSES:
                raise refuse("bracket")
            items.append(_POSIX_CLASSES[named[1]])
            i = named.end()
            continue
        low, i = _member(part, i, refuse)
        if part[i : i + 1] == "-" and part[i + 1 : i + 2] not in ("]", ""):
            high, i = _member(part, i + 1, refuse)
            if high < low:
                raise refuse("range")
            items.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            items.append(re.escape(low))
    # A set never stands for a slash: `a[!b]c` must not reach from folder `a` into file `c`.
    return f"[^/{''.join(items)}]" if negated else f"(?!/)[{''.join(items)}]", i + 1


def _member(part: str, i: int, refuse: _Refusal) -> tuple[str, int]:
    if i >= len(part):
        raise refuse("bracket")
    if part[i] == "\\":
        return _escaped(part, i + 1, refuse)
    return part[i], i + 1
