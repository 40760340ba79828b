"""Names as the restoring system can hold them.

A name in a vault is bytes that were legal where the file lived. Where it is to live now it may be
forbidden (`12:30.txt` on Windows), not be text at all (a Latin-1 name on macOS), be too long, or mean
the same as its neighbour (`Lettre` and `lettre`). Such a name is changed so that nothing is lost, and
the caller reports it. A name that the system can hold is never touched, unless it has the mark
itself, U+201B, which nobody types.

How a change reads, so that a person can undo it (MARK is `‛`):

    " * / : < > ? \\ |        MARK, then the full-width twin:      12:30   → 12‛：30
    control characters       MARK, then the control picture:      U+0007  → ‛␇
    last dot, last space     MARK, then `．` or `␠`:              "etc."  → etc‛．
    CON, NUL, COM1, …        MARK and `_` before it:              NUL.txt → ‛_NUL.txt
    bytes that are not text  MARK, then two hexadecimal digits:   b"\\xe9" → ‛E9
    MARK                     twice
    too long                 cut, then `~` and 10 hexadecimal digits of SHA-256 (not to be undone)

Two different names never become the same one, but for the cut ones, whose digits tell them apart.
Reserved names: Microsoft, "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from ..core.errors import IntegrityError
from .names import display

MARK: Final = "\u201b"

_FORBIDDEN: Final = '"*/:<>?\\|'
_WIDE: Final = 0xFEE0  # from an ASCII character to its full-width twin
_PICTURES: Final = 0x2400  # from a control character to its picture
_AS_TEXT: Final = {ord(MARK): MARK * 2}
_AS_WINDOWS: Final = {
    **_AS_TEXT,
    **{ord(c): MARK + chr(ord(c) + _WIDE) for c in _FORBIDDEN},
    **{c: MARK + chr(c + _PICTURES) for c in range(32)},
}
_LAST: Final = {".": MARK + "．", " ": MARK + "␠"}
_PORTS: Final = "0123456789¹²³"
_RESERVED: Final = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"] + [port + n for port in ("COM", "LPT") for n in _PORTS]
)
_HOSTILE: Final = frozenset((b"", b".", b".."))
_LONGEST_EXTENSION: Final = 16


@dataclass(frozen=True, slots=True)
class NameRules:
    """What one file system does to names.

    `windows`: Windows' forbidden characters, reserved names and trailing dots. `text`: names must be
    well-formed Unicode. `fold_case`, `fold_form`: names that differ by case, or by composed and
    decomposed accents, are the same. `limit`: the longest name, in UTF-8 bytes, or in UTF-16 units
    when `windows`.
    """

    windows: bool = False
    text: bool = False
    fold_case: bool = False
    fold_form: bool = False
    limit: int = 255
    folds: bool = field(init=False, repr=False)
    """True when two different names may be one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "folds", self.fold_case or self.fold_form)

    def on_disk(self, name: bytes) -> bytes:
        """The name to write for `name`, equal to it wherever possible.

        Raises IntegrityError("hostile_name", path=…) for what is no name but a way out of the directory.
        """
        if name in _HOSTILE or b"/" in name or b"\0" in name:
            raise IntegrityError("hostile_name", path=display(name))
        if not (self.windows or self.text) and len(name) <= self.limit:
            return name
        disk = self._encode(self._legal(name)) if self.windows or self.text else name
        return disk if self._length(disk) <= self.limit else self._shortened(name, disk)

    def key(self, disk: bytes) -> int:
        """Equal for names that this file system takes for one another; sometimes for a few more.

        A hash, not the name: a million of them fit in memory.
        """
        text = self._decode(disk)
        if self.fold_form:
            text = unicodedata.normalize("NFC", text)
        if self.fold_case:
            text = text.upper().casefold()
        return hash(text)

    def kept(self, disk: bytes, label: str, number: int) -> bytes:
        """A name beside `disk` for a second version: `lettre (label).txt`, `lettre (label 2).txt`, …"""
        return self._with(disk, f" ({label})" if number == 1 else f" ({label} {number})")

    def numbered(self, disk: bytes, number: int) -> bytes:
        """A name beside `disk` for another item: `lettre (2).txt`."""
        return self._with(disk, f" ({number})")

    def _with(self, disk: bytes, suffix: str) -> bytes:
        stem, extension = _split(self._decode(disk))
        return self._fitted(stem, suffix + extension)

    def _legal(self, name: bytes) -> str:
        text = _spelled(name, self.windows)
        if not self.windows:
            return text
        text = text[:-1] + _LAST.get(text[-1], text[-1])
        stem = text.partition(".")[0].rstrip(" ").upper()
        return f"{MARK}_{text}" if stem in _RESERVED else text

    def _length(self, disk: bytes) -> int:
        if not self.windows or len(disk) <= self.limit:  # never more UTF-16 units than bytes
            return len(disk)
        return len(self._decode(disk).encode("utf-16-le", "surrogatepass")) // 2

    def _shortened(self, name: bytes, disk: bytes) -> bytes:
        stem, extension = _split(self._decode(disk))
        return self._fitted(stem, f"~{hashlib.sha256(name).hexdigest()[:10]}{extension}")

    def _fitted(self, stem: str, end: str) -> bytes:
        stem = stem[: self.limit]  # a character has at least one byte; a hostile name may have millions
        while self._length(result := self._encode(stem + end)) > self.limit and stem:
            stem = stem[:-1]
        return result

    # Names on disk: any bytes on POSIX; on Windows 16-bit units, lone surrogates among them.
    def _decode(self, disk: bytes) -> str:
        return disk.decode("utf-8", "surrogatepass" if self.windows else "surrogateescape")

    def _encode(self, text: str) -> bytes:
        return text.encode("utf-8", "surrogatepass" if self.windows else "surrogateescape")


POSIX: Final = NameRules()
MACOS: Final = NameRules(text=True, fold_case=True, fold_form=True)
WINDOWS: Final = NameRules(windows=True, text=True, fold_case=True)


def _spelled(name: bytes, windows: bool) -> str:
    """The name as text in which nothing is forbidden but, perhaps, its beginning and its end."""
    table = _AS_WINDOWS if windows else _AS_TEXT
    if windows and (text := _units(name)) is not None:
        return text.translate(table)
    text = name.decode("utf-8", "surrogateescape").translate(table)
    return "".join([f"{MARK}{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in text])


def _units(name: bytes) -> str | None:
    """The text that Windows has for `name`, or None when `name` cannot have come from a Windows name.

    A pair of surrogates, each written by itself, would become one character on disk: another name.
    """
    try:
        text = name.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    units = text.encode("utf-16-le", "surrogatepass")
    return text if units.decode("utf-16-le", "surrogatepass") == text else None


def _split(text: str) -> tuple[str, str]:
    """(stem, extension with its dot, or "" when there is none or it is too long to be one)."""
    stem, dot, extension = text.rpartition(".")
    if not stem or len(extension) > _LONGEST_EXTENSION:
        return text, ""
    return stem, dot + extension
