"""Second copies as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

import msgspec


class CopyInfo(msgspec.Struct, frozen=True):
    """A copy as `copy list` tells it. `at`: where it is now, or was when last seen. `here`: it can be
    reached now; None where that was not tried. `seen`, `copied`, `checked`: when its disk was last there,
    when it was last made, and when it, or a portion of it, was last read; null for never. `read_since`:
    since when every object of it was read, or was there. `lacks`: snapshots that the vault had then, or
    has now if `here`, and the copy has not."""

    name: str
    at: str
    disk: str
    here: bool | None
    seen: str | None
    copied: str | None
    snapshots: int
    lacks: int | None
    bytes: int
    every: str
    parity: bool
    elsewhere: bool
    checked: str | None = None
    read_since: str | None = None
