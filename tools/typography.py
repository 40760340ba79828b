"""Puts the no-break spaces of French into the sentences of terminal and window.

    python3 tools/typography.py

A line must not begin with the second half of « : » or « 12 % ». In the sources an ordinary space before
`: ; ! ? » %` and after `«` becomes U+00A0, in what the program says alone: Both(…) and say(…), the messages,
and click's words in the catalogue. A test fails where one is missing.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "src" / "cyberlib_client"
CATALOGUE = ROOT / "resources" / "locale" / "fr" / "LC_MESSAGES" / "cyberlib.po"

_SPACE = re.compile(r"(?<=\S) (?=[:;!?»%](?!\w))|(?<=«) (?=\S)")


def sources() -> Iterator[Path]:
    """The modules that say something in French."""
    yield from sorted((CLIENT / "cli").rglob("*.py"))
    for room in ("messages", "wording", "diagnosis"):
        yield from sorted((CLIENT / "app" / room).glob("*.py"))
    yield from sorted((CLIENT / "gui").rglob("*.py"))


def typeset(path: Path) -> str:
    """What the file should hold."""
    text = path.read_text(encoding="utf-8")
    return _catalogue(text) if path.suffix == ".po" else _module(path, text)


def _catalogue(text: str) -> str:
    return "".join(
        _SPACE.sub("\u00a0", line) if line.startswith("msgstr") else line for line in text.splitlines(True)
    )


def _module(path: Path, text: str) -> str:
    lines = text.splitlines(True)
    french = list(_french(path, ast.parse(text), lines))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if tokenize.tok_name[token.type] not in ("STRING", "FSTRING_MIDDLE"):
            continue
        if token.start[0] == token.end[0] and any(a <= token.start and token.end <= b for a, b in french):
            row, begin, end = token.start[0] - 1, token.start[1], token.end[1]
            # The quote belongs to the piece: it is what stands before a space at its beginning.
            piece = _SPACE.sub("\u00a0", lines[row][begin:end])
            lines[row] = lines[row][:begin] + piece + lines[row][end:]
    return "".join(lines)


Span = tuple[tuple[int, int], tuple[int, int]]
"""(line, column) of a beginning and an end."""


def _french(path: Path, module: ast.Module, lines: list[str]) -> Iterator[Span]:
    """Where French stands, or may: English has no space before these signs."""
    for node in ast.walk(module):
        if path.parent.name == "messages":
            found: list[ast.expr] = [node] if isinstance(node, ast.Constant | ast.JoinedStr) else []
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Both", "say"):
            found = node.args[:1]
        else:
            continue
        for one in found:
            assert one.end_lineno is not None and one.end_col_offset is not None
            begin = _column(lines, one.lineno, one.col_offset)
            end = _column(lines, one.end_lineno, one.end_col_offset)
            yield (one.lineno, begin), (one.end_lineno, end)


def _column(lines: list[str], line: int, offset: int) -> int:
    """The column in characters of an offset in bytes."""
    return len(lines[line - 1].encode("utf-8")[:offset].decode("utf-8"))


def main() -> None:
    """Rewrites the files that need it."""
    for path in (*sources(), CATALOGUE):
        text = typeset(path)
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
