"""Makes `cyberlib.mo`, which Python's gettext reads, from `cyberlib.po`, which people write.

    python3 tools/catalogue.py

GNU gettext's own msgfmt does the same; it is not on every machine. Format: "The Format of GNU MO
Files", GNU gettext manual.
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "resources" / "locale" / "fr" / "LC_MESSAGES"
_MAGIC = 0x950412DE
_HEADER = struct.Struct("<7I")


def read_po(text: str) -> dict[str, str]:
    """Messages and their translations; the forms of a plural joined by NUL, as in a .mo file."""
    found: dict[str, str] = {}
    for paragraph in text.split("\n\n"):
        parts: dict[str, str] = {}
        keyword = ""
        for line in paragraph.splitlines():
            if line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            if not line.startswith('"'):
                keyword, line = word, rest
            parts[keyword] = parts.get(keyword, "") + ast.literal_eval(line)
        if not parts:
            continue
        message = parts["msgid"]
        if "msgid_plural" in parts:
            message += "\0" + parts["msgid_plural"]
        forms = [text for name, text in parts.items() if name.startswith("msgstr")]
        if message in found:
            raise ValueError(f"twice: {message}")
        found[message] = "\0".join(forms)
    return found


def write_mo(messages: dict[str, str]) -> bytes:
    """The bytes of the .mo file: messages in order, no hash table."""
    pairs = sorted((message.encode(), text.encode()) for message, text in messages.items())
    tables = _HEADER.size + 16 * len(pairs)
    originals, translations = [message for message, _ in pairs], [text for _, text in pairs]
    entries, data, at = b"", b"", tables
    for each in (*originals, *translations):
        entries += struct.pack("<2I", len(each), at)
        data += each + b"\0"
        at += len(each) + 1
    count = len(pairs)
    head = _HEADER.pack(_MAGIC, 0, count, _HEADER.size, _HEADER.size + 8 * count, 0, tables)
    return head + entries + data


def main() -> None:
    """Writes the file beside its source."""
    messages = read_po((FOLDER / "cyberlib.po").read_text(encoding="utf-8"))
    (FOLDER / "cyberlib.mo").write_bytes(write_mo(messages))


if __name__ == "__main__":
    main()
