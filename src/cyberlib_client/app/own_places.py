"""Where files of a snapshot were, as this machine writes it: the folders from which their paths begin."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..core.errors import Failed, UsageError
from ..files.names import from_vault_path
from ..repository.snapshots import Stored
from .bootstrap import is_windows
from .paths import vault_path_in


class OwnPlace(NamedTuple):
    """`to`: a folder of this machine, which stands for the vault path `base`; `paths`: of the vault, below
    that."""

    base: bytes
    to: str
    paths: list[bytes]


def own_places(stored: Stored, paths: Sequence[bytes]) -> list[OwnPlace]:
    """Where to restore these paths, or everything for none, so that they are where they were: the root, or on
    Windows each drive and share, as nothing there holds them all.

    Raises UsageError("no_own_place", system=…) for a snapshot of another kind of system, and
    Failed("own_place_absent", at=…) for a drive or share that is not there: nothing is restored then.
    """
    windows = is_windows()
    if (stored.snapshot.system == "windows") is not windows:
        raise UsageError("no_own_place", system=stored.snapshot.system)
    if not windows:
        return [OwnPlace(b"", os.sep, list(paths))]
    found: dict[bytes, OwnPlace] = {}
    for path in _on_drives(paths or [b"/"], stored.snapshot.sources):
        base = _base(path)
        to = os.path.join(from_vault_path(base), "")
        found.setdefault(base, OwnPlace(base, to, [])).paths.append(path)
    if not found:
        raise UsageError("no_own_place", system=stored.snapshot.system)
    for place in found.values():
        if not os.path.isdir(place.to):
            raise Failed("own_place_absent", at=place.to)
    return list(found.values())


def _on_drives(paths: Iterable[bytes], sources: Iterable[bytes]) -> Iterable[bytes]:
    """For what holds several drives or shares, the sources below it."""
    sources = list(sources)
    for path in paths:
        if _base(path):
            yield path
        else:
            yield from (source for source in sources if _base(source) and vault_path_in(source, path))


def _base(path: bytes) -> bytes:
    r"""`/C` of what is on that drive, `/UNC/server/share` of what is on that share; empty above both."""
    names = path[1:].split(b"/") if path != b"/" else []
    count = 3 if names[:1] == [b"UNC"] else 1
    if len(names) < count or not (count == 3 or (len(names[0]) == 1 and names[0].isalpha())):
        return b""
    return b"".join(b"/" + name for name in names[:count])
