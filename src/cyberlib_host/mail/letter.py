"""A letter and the message made of it: plain text, and the same as simple HTML (RFC 5322, RFC 2045)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import NamedTuple

from ..core.times import SECOND

_LONGEST_SUBJECT = 150


class Rows(NamedTuple):
    """A table; cells that are numbers stand to the right."""

    columns: Sequence[str]
    cells: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()


class Letter(NamedTuple):
    """What is said, in one language ("fr" or "en"). A part is a paragraph, or a table."""

    language: str
    subject: str
    parts: Sequence[str | Rows]


def message_of(letter: Letter, *, sender: str, name: str, recipient: str, ident: str, created: int) -> bytes:
    """The message as it is sent. `ident`: its id, by which servers and readers know it again when it comes
    twice. `created`: µs since 1970."""
    message = EmailMessage(policy=SMTP)
    local, _, domain = sender.partition("@")
    message["From"] = Address(one_line(name), local, domain)
    message["To"] = recipient
    message["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
    message["Date"] = format_datetime(datetime.fromtimestamp(created // SECOND, UTC))
    message["Message-ID"] = f"<{ident}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer it
    message.set_content(as_text(letter), cte="quoted-printable")
    message.add_alternative(as_html(letter), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language  # last: what makes parts would move it into one
    return message.as_bytes()


def one_line(text: str) -> str:
    """Without anything that could begin another line, or another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def as_text(letter: Letter) -> str:
    """For readers that show no HTML."""
    return "\n\n".join(part if isinstance(part, str) else _text_rows(part) for part in letter.parts) + "\n"


def _text_rows(rows: Rows) -> str:
    lines = [list(rows.columns), *(list(cells) for cells in rows.cells)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(rows.columns))]
    shown = []
    for line in lines:
        cells = (
            cell.rjust(width) if at in rows.numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        shown.append("  " + "   ".join(cells).rstrip())
    return "\n".join(shown)


def as_html(letter: Letter) -> str:
    """No picture, no script, nothing to fetch."""
    parts = "\n".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>" if isinstance(part, str) else _html_rows(part)
        for part in letter.parts
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{letter.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(one_line(letter.subject))}</title></head>\n"
        f'<body style="font-family:sans-serif;color:#222">\n{parts}\n</body>\n</html>\n'
    )


def _html_rows(rows: Rows) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        shown = "".join(
            f'<{tag} style="padding:4px 12px;border-bottom:1px solid #ccc;text-align:'
            f'{"right" if at in rows.numbers else "left"}">{escape(cell)}</{tag}>'
            for at, cell in enumerate(cells)
        )
        return f"<tr>{shown}</tr>"

    lines = [line(rows.columns, "th"), *(line(cells, "td") for cells in rows.cells)]
    return '<table style="border-collapse:collapse">\n' + "\n".join(lines) + "\n</table>"
