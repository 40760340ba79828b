"""What users write for snapshots and paths, and the vault paths that are meant."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..files.names import display, fit_for_screen, parse_display, to_vault_path, windows_form
from .bootstrap import is_windows

if TYPE_CHECKING:
    from ..state.settings import SourceSettings

_DRIVE = re.compile(r"[A-Za-z]:")
_OF_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\]")
"""How a path of Windows begins, and no other that anybody types."""


def native_path(text: str) -> str | bytes:
    """An absolute path of this machine: text on Windows, bytes elsewhere. UsageError("bad_path")."""
    if not text or "\0" in text:
        raise UsageError("bad_path", path=display(os.fsencode(text)))
    path = os.path.abspath(text)
    return path if is_windows() else os.fsencode(path)


def native_of(source: SourceSettings) -> str | bytes:
    """The path of a source of the settings, as this system takes it."""
    if source.escaped:
        return parse_display(source.escaped)
    return source.path if is_windows() else os.fsencode(source.path)


def is_at(source: SourceSettings, text: str) -> bool:
    """Whether a source is meant by a path of this machine, or as a list of sources shows it."""
    own = native_of(source)
    return shown(to_vault_path(own)) == text or compared(own) == compared(native_path(text))


def compared(path: str | bytes) -> bytes:
    """The form in which paths of this machine are compared: on Windows case does not count."""
    return os.path.normcase(os.fsencode(path))


def same_folder(one: str, other: str) -> bool:
    """Whether both name one place of this machine, as they are written."""
    return bool(one and other) and compared(os.path.abspath(one)) == compared(os.path.abspath(other))


def real(path: str | bytes) -> bytes:
    """Where a path of this machine leads once links are followed, as `compared` has it."""
    return compared(os.path.realpath(os.fsencode(path)))


def lies_in(inner: bytes, outer: bytes) -> bool:
    """Whether a path of this machine is `outer` or lies below it; both as `compared` or `real` gives them."""
    return inner == outer or inner.startswith(os.path.join(outer, b""))


def vault_path_in(inner: bytes, outer: bytes) -> bool:
    """The same for two paths of the vault."""
    return (inner + b"/").startswith(outer.rstrip(b"/") + b"/")


def is_of_here(text: str) -> bool:
    """Whether a path is typed as this system writes its own, and not as another does."""
    return is_windows() or not _OF_WINDOWS.match(text)


def meant_path(text: str) -> bytes:
    """The vault path of a path that may be another machine's: relative ones start from the current folder."""
    if not is_of_here(text) or os.path.isabs(text) or text.startswith("~"):
        return inner_path(text)
    return own_vault_path(text)


def own_vault_path(text: str) -> bytes:
    """The vault path of a path of this machine, relative ones from the current folder."""
    return to_vault_path(native_path(text))


def split_snapshot(text: str) -> tuple[str, str]:
    """`SNAPSHOT:PATH` in its two parts, the path empty when there is none."""
    snapshot, _, path = text.partition(":")
    return snapshot, path


def inner_path(text: str) -> bytes:
    """The vault path that the PATH of `SNAPSHOT:PATH` means.

    `/home/a` and `home/a` are in the vault; `./a` and `../a` start from the current folder, `~/a` from the
    home folder; `C:\\Users`, `C:/Users` and `\\\\server\\share` are paths of Windows, wherever they are
    typed. Text may hold what listings show (`\\xe9`), so that what was read there can be given back.
    """
    windows = is_windows()
    if _OF_WINDOWS.match(text) or (windows and (_DRIVE.match(text) or text.startswith("\\\\"))):
        return to_vault_path(text, system="windows")
    first = re.split(r"[/\\]" if windows else "/", text, maxsplit=1)[0]
    if first in (".", ".."):
        return own_vault_path(text)
    if first == "~":
        return own_vault_path(os.path.expanduser(text))
    names: list[bytes] = []
    for name in parse_display(text).split(b"/"):
        if name == b"..":
            del names[-1:]
        elif name not in (b"", b"."):
            names.append(name)
    return b"/" + b"/".join(names)


def shown(path: bytes) -> str:
    """A vault path for a screen."""
    return display(path) or "/"


def inner_pattern(text: str) -> str:
    """A pattern on paths of a snapshot of Windows (`C:\\Users\\*.pdf`) as one on paths of the vault."""
    pattern = text.replace("\\", "/")
    if _DRIVE.match(pattern):
        return f"/{pattern[0].upper()}{pattern[2:]}"
    return f"/UNC/{pattern[2:]}" if pattern.startswith("//") else pattern


def native(text: str, system: str) -> str:
    """How the system that a path was saved on writes what `shown` tells, if differently; else ""."""
    told = windows_form(text) if system == "windows" else text
    return told if told != text else ""


def for_people(text: str) -> str:
    """A path from this machine, as `shown` has it, in the words of this machine: `C:\\Users` on Windows.

    Other text stays as it is.
    """
    return windows_form(text) if is_windows() else text


def shown_text(text: str) -> str:
    """Text from the vault, such as a device's name, for a screen."""
    return display(text.encode("utf-8", "surrogatepass"))


def fit(text: str) -> str:
    """Text that somebody else sent, for a screen: a path of the vault stays as `shown` tells it."""
    return fit_for_screen(text)


def shown_native(path: str) -> str:
    """A path of this machine for a screen and for JSON; one that is printable is shown as it is."""
    return path if path.isprintable() else display(os.fsencode(path))
