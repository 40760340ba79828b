"""How the names of files travel: bytes in the vault, text on a screen, and back without loss.

In the vault a name is bytes. On POSIX they are the very bytes of the name, whatever their encoding;
on Windows they are UTF-8, with the lone surrogates that Windows allows written as WTF-8
(https://simonsapin.github.io/wtf-8/, Python's `surrogatepass`); on macOS they are what the system gives.

A path in the vault is those names joined by `/`, absolute. Windows drives and shares become first
components, so that one tree holds all sources of a machine:

    /home/a             →  /home/a
    C:\\Users\\a         →  /C/Users/a
    \\\\server\\share\\x   →  /UNC/server/share/x
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from typing import Final, Literal

from ..core.errors import UsageError

System = Literal["linux", "macos", "windows"]


def _this_system() -> System:
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    return "linux"  # and the other POSIX systems, whose rules for names are the same


THIS_SYSTEM: Final[System] = _this_system()

_UNC: Final = b"UNC"


def to_vault_path(native: str | bytes, *, system: System = THIS_SYSTEM) -> bytes:
    """The path in the vault of an absolute path of this machine; `.`, `..` and doubled separators are
    resolved by their letters alone, as `os.path.abspath` does.

    Raises UsageError("path_not_absolute", path=…) and, for a NUL, a Windows device or an alternate stream,
    ("bad_path", path=…).
    """
    if system == "windows":
        text = native.decode("utf-8", "surrogatepass") if isinstance(native, bytes) else native
        return _from_windows(text)
    raw = native if isinstance(native, bytes) else _posix_bytes(native)
    if b"\0" in raw:
        raise UsageError("bad_path", path=display(raw))
    if not raw.startswith(b"/"):
        raise UsageError("path_not_absolute", path=display(raw))
    return b"/" + b"/".join(_resolved(raw.split(b"/")))


def from_vault_path(path: bytes, *, system: System = THIS_SYSTEM) -> str:
    """The path of this machine that `path` of the vault names; on POSIX as `os.fsdecode` has it.

    Raises UsageError("bad_path", path=…) for a path that is not absolute and normal, and
    ("path_of_other_system", path=…) for one that Windows has no place for.
    """
    names = path[1:].split(b"/") if path != b"/" else []
    if not path.startswith(b"/") or b"\0" in path or any(n in (b"", b".", b"..") for n in names):
        raise UsageError("bad_path", path=display(path))
    if system != "windows":
        return _posix_text(path)
    return _to_windows(path, names)


def _posix_text(path: bytes) -> str:
    """As `os.fsdecode` has it; on Windows, which reads bytes in its own way, as it is on Linux and macOS."""
    return path.decode("utf-8", "surrogateescape") if sys.platform == "win32" else os.fsdecode(path)


def _posix_bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape") if sys.platform == "win32" else os.fsencode(path)
    except UnicodeEncodeError:  # half a surrogate pair: no bytes stand for it
        raise UsageError("bad_path", path=ascii(path)[1:-1]) from None


# A drive, or a server's share, at the head of a path of the vault.
_WINDOWS_PLACE: Final = re.compile(r"/(?:([A-Z])|UNC/([^/]+)/([^/]+))(?=/|$)")


def windows_form(shown: str) -> str:
    r"""A path of the vault, as `display` has it, in the way Windows writes it: `C:\Users\a`.

    What is on no drive and no share stays as it is, and so does a path with a character that cannot be
    shown: its escape would pass for folders. `to_vault_path` is the inverse.
    """
    place = _WINDOWS_PLACE.match(shown)
    if place is None or "\\" in shown:
        return shown
    rest = shown[place.end() :].replace("/", "\\")
    if place[1]:
        return place[1] + ":" + (rest or "\\")
    return f"\\\\{place[2]}\\{place[3]}{rest}"


def windows_folded(name: bytes) -> str:
    """Equal for names that Windows takes for one another: it compares letter by letter, without case."""
    text = name.decode("utf-8", "surrogateescape")
    return "".join(big if len(big := c.upper()) == 1 else c for c in text)


def compared(path: bytes) -> bytes:
    """A path or name as this system compares it: on Windows `A` and `a` are one."""
    return windows_folded(path).encode("utf-8", "surrogateescape") if THIS_SYSTEM == "windows" else path


def _resolved(names: list[bytes]) -> list[bytes]:
    kept: list[bytes] = []
    for name in names:
        if name == b"..":
            del kept[-1:]  # above the root is the root
        elif name not in (b"", b"."):
            kept.append(name)
    return kept


_DRIVE: Final = re.compile(r"([A-Za-z]):\\")


def _from_windows(native: str) -> bytes:
    def refuse(code: str) -> UsageError:
        return UsageError(code, path=display(native.encode("utf-8", "surrogatepass")))

    if "\0" in native:
        raise refuse("bad_path")
    text = native.replace("/", "\\")
    if text[:8].upper() == "\\\\?\\UNC\\":
        text = "\\\\" + text[8:]
    elif text.startswith("\\\\?\\") and _DRIVE.match(text, 4):
        text = text[4:]
    drive = _DRIVE.match(text)
    if drive:
        head, rest = [drive[1].upper().encode()], text[3:]
    elif text.startswith("\\\\"):
        server, _, rest = text[2:].partition("\\")
        share, _, rest = rest.partition("\\")
        if not share or server in (".", "?", "..") or share in (".", ".."):
            raise refuse("bad_path")  # `\\.\` and `\\?\` are devices, a server alone is no folder
        head = [_UNC, _wtf8(server), _wtf8(share)]
    else:
        raise refuse("path_not_absolute")
    if ":" in rest:
        raise refuse("bad_path")  # an alternate stream of a file, not a file
    return b"/" + b"/".join(head + _resolved([_wtf8(name) for name in rest.split("\\")]))


def _wtf8(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _to_windows(path: bytes, names: list[bytes]) -> str:
    other = UsageError("path_of_other_system", path=display(path))
    try:
        texts = [name.decode("utf-8", "surrogatepass") for name in names]
    except UnicodeDecodeError:
        raise other from None
    # A separator or a colon inside a name would mean another file, or an alternate stream, to Windows.
    if any(c in text for text in texts for c in "\\:"):
        raise other
    if len(names) >= 3 and names[0] == _UNC:
        return "\\\\" + "\\".join(texts[1:3]) + "\\" + "\\".join(texts[3:])
    if names and len(texts[0]) == 1 and texts[0].isascii() and texts[0].isalpha():
        return texts[0] + ":\\" + "\\".join(texts[1:])
    raise other


# A name made of these alone is shown as it is; the backslash introduces what cannot be shown.
_PLAIN: Final = re.compile(rb"[ -\[\]-~]*")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(\\))", re.ASCII)

# Cc: control characters. Cf: what turns, hides or joins letters (bidi overrides, zero-width characters).
# Zl, Zp: line breaks. Cs: what no terminal or JSON reader accepts.
_UNFIT: Final = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))


def display(name: bytes) -> str:
    r"""A name or path of the vault as text fit for a screen and for JSON; `parse_display` is its inverse.

    Bytes that are not UTF-8 appear as `\xNN`, control characters as `\xNN` or `\uNNNN`, characters that
    turn or hide text as `\uNNNN` or `\UNNNNNNNN`, a backslash as `\\`: two different names never look
    the same to a script, and no name can move the cursor or reverse the line it is shown on.
    """
    if _PLAIN.fullmatch(name):
        return name.decode("ascii")
    text = name.decode("utf-8", "surrogateescape")
    if text.isprintable() and "\\" not in text:
        return text
    return "".join([_shown(c) for c in text])


def fit_for_screen(text: str) -> str:
    """Text that somebody else sent, with what would move the cursor, turn or hide text written as `display`
    writes it. What `display` made stays as it is."""
    if text.isprintable():
        return text
    return "".join([_shown(c) if unicodedata.category(c) in _UNFIT else c for c in text])


def _shown(c: str) -> str:
    code = ord(c)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte that is not UTF-8
    if c == "\\":
        return "\\\\"
    if unicodedata.category(c) not in _UNFIT:
        return c
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_display(text: str) -> bytes:
    """The name that `display` shows as `text`. A backslash that starts no escape stands for itself, so that
    text typed by hand is taken as it is.

    Raises UsageError("bad_path", path=…) for text that no name can be (a lone surrogate).
    """
    # Text from the command line carries undecodable bytes as lone surrogates: `surrogateescape` undoes that.
    try:
        if "\\" not in text:
            return text.encode("utf-8", "surrogateescape")
        out = bytearray()
        end = 0
        for m in _ESCAPE.finditer(text):
            out += text[end : m.start()].encode("utf-8", "surrogateescape")
            out += _meant(m)
            end = m.end()
        return bytes(out) + text[end:].encode("utf-8", "surrogateescape")
    except (UnicodeEncodeError, ValueError, OverflowError):
        raise UsageError("bad_path", path=ascii(text)[1:-1]) from None


def _meant(m: re.Match[str]) -> bytes:
    if m[4]:
        return b"\\"
    if m[1]:
        return bytes([int(m[1], 16)])
    return chr(int(m[2] or m[3], 16)).encode("utf-8")
