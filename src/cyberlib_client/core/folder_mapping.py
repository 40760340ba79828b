r"""Where the folders of one machine are on another: other user name, other drive, other system.

Paths are those of the vault (docs/format): `/home/a`, `/Users/a`, `/C/Users/a`. Text alone decides here;
which of the proposals is there, whoever asks looks up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

System = Literal["linux", "macos", "windows"]
Kind = Literal["documents", "desktop", "pictures", "downloads", "music", "videos"]


class Machine(NamedTuple):
    """One to restore to. `home`: of its user; `folders`: where that user's usual folders are; `drives`: on
    Windows, as first components of vault paths."""

    system: System
    home: bytes
    folders: Mapping[Kind, bytes] = {}
    drives: Sequence[bytes] = ()


_HOMES: Final[dict[str, re.Pattern[bytes]]] = {
    "windows": re.compile(rb"/[A-Za-z]/(?:Users|Documents and Settings)/(?P<user>[^/]+)", re.IGNORECASE),
    "macos": re.compile(rb"/Users/(?P<user>[^/]+)"),
    "linux": re.compile(rb"/home/(?P<user>[^/]+)|/root(?=/|$)"),
}
_OF_ALL: Final = frozenset((b"public", b"shared", b"default", b"all users"))
_CALLED: Final[dict[Kind, str]] = {
    "documents": "documents,mes documents,my documents",
    "desktop": "desktop,bureau",
    "pictures": "pictures,images,mes images,my pictures",
    "downloads": "downloads,téléchargements,telechargements",
    "music": "music,musique,ma musique,my music",
    "videos": "videos,vidéos,movies,films,mes vidéos,my videos",
}
_NAMES: Final = {name.encode(): kind for kind, names in _CALLED.items() for name in names.split(",")}
_CLOUD: Final = b"onedrive"
_FORBIDDEN: Final = re.compile(rb'[<>:"|?*\x00-\x1f\\]|[. ]$')
_RESERVED: Final = re.compile(rb"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def proposals(path: bytes, system: System, here: Machine) -> list[bytes]:
    """Where a folder of a machine of that system may be here, the likeliest first; empty where this system
    has no place for it. `path`: absolute and normal."""
    names = [name for name in path.split(b"/") if name]
    found = _in_home(path, system, here)
    if system == here.system:
        found.append(path)
    if system == "windows" and names:
        found += [b"/".join((drive, *names[1:])) for drive in here.drives]
    if names and not found:
        found.append(_below(here.home, names[1:] if system == "windows" and len(names) > 1 else names[-1:]))
    sound = [each for each in found if _is_possible(each, here.system)]
    return list(dict.fromkeys(sound))


def _in_home(path: bytes, system: System, here: Machine) -> list[bytes]:
    """For what lies in a user's home: the same folder of this machine's user."""
    match = _HOMES[system].match(path)
    user = match.groupdict().get("user") if match is not None else None
    if match is None or (user or b"").lower() in _OF_ALL:
        return []
    rest = [name for name in path[match.end() :].split(b"/") if name]
    if match.end() < len(path) and path[match.end() : match.end() + 1] != b"/":
        return []
    found = []
    inside = rest[1:] if rest and rest[0].lower().startswith(_CLOUD) else rest
    kind = _NAMES.get(_lower(inside[0])) if inside else None
    if kind is not None and kind in here.folders:
        found.append(_below(here.folders[kind], inside[1:]))
    return [*found, _below(here.home, rest)]


def _below(folder: bytes, names: Sequence[bytes]) -> bytes:
    return b"/".join((folder.rstrip(b"/"), *names)) or b"/"


def _lower(name: bytes) -> bytes:
    return name.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")


def _is_possible(path: bytes, system: System) -> bool:
    """Whether the system has names like these."""
    names = [name for name in path.split(b"/") if name]
    if system != "windows":
        return bool(names)
    return bool(names) and not any(_FORBIDDEN.search(name) or _RESERVED.fullmatch(name) for name in names)
