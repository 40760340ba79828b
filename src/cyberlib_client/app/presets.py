"""Folders that a practice usually protects, as far as they are on this machine."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..resources import resource
from .paths import compared, native_of, native_path
from .session import Session
from .sources_told import Kind as Kind
from .sources_told import Offered as Offered


class Software(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `resources/presets/software.toml`: where its data usually is, by system."""

    name: str
    source: str
    windows: list[str] = []
    macos: list[str] = []
    linux: list[str] = []


def offered(session: Session, software: Path | None = None) -> list[Offered]:
    """What is a source already, and the presets that are there: programs first, for which it is done.
    `software`: another list of them.

    Before anything was chosen all are, but downloads. Raises Failed("settings_damaged")."""
    sources = {compared(native_of(each)): native_of(each) for each in session.settings.sources}
    found: list[Offered] = []
    for kind, name, path in _present(software or resource("presets/software.toml")):
        known = compared(native_path(path))
        chosen = known in sources if sources else kind != "downloads"
        if all(compared(native_path(each.path)) != known for each in found):
            found.append(Offered(kind, name, path, chosen))
    presets = {compared(native_path(each.path)) for each in found}
    for known, native in sources.items():
        if known not in presets:
            path = os.fsdecode(native)
            found.append(Offered("folder", os.path.basename(path) or path, path, True))
    return found


def known_software(path: Path) -> list[Software]:
    """The entries of a list."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8"))["software"], type=list[Software])


def _present(software: Path) -> Iterator[tuple[Kind, str, str]]:
    for each in known_software(software):
        for path in each.windows if sys.platform == "win32" else _posix(each):
            expanded = os.path.expandvars(os.path.expanduser(path))
            if os.path.isdir(expanded):
                yield "software", each.name, expanded
    import platformdirs  # asks the system, and here alone

    folders: tuple[tuple[Kind, str], ...] = (
        ("documents", platformdirs.user_documents_dir()),
        ("desktop", platformdirs.user_desktop_dir()),
        ("pictures", platformdirs.user_pictures_dir()),
        ("downloads", platformdirs.user_downloads_dir()),
    )
    home = compared(native_path(os.path.expanduser("~")))
    for kind, path in folders:
        # Where a desktop has none of them, its setting names the home folder itself.
        if os.path.isdir(path) and compared(native_path(path)) != home:
            yield kind, os.path.basename(path), os.path.abspath(path)


def _posix(each: Software) -> list[str]:
    return each.macos if sys.platform == "darwin" else each.linux
