"""What is left of a group's rights where the group is another, and of an access list's where it is not set.

A group's rights are for the recorded group. Where the item has another, which is the rule unless owners
are asked for, neither that group nor everybody else gets more than both had: 0640 becomes 0600, 0775
becomes 0755, 0604 becomes 0600 (the recorded group is among everybody else then).

With a POSIX access list (acl(5)) the group bits of the mode are no rights of the group: they bound what
the list gives, and without the list they would give the group what somebody named in it had.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

_HEAD: Final = struct.Struct("<I")
_ENTRY: Final = struct.Struct("<HHI")
_VERSION: Final = 2
_NAMED_USER, _GROUP, _NAMED_GROUP, _MASK, _OTHERS = 2, 4, 8, 16, 32


class _List(NamedTuple):
    """Rights in a list, 0 to 7. `mask`: None where the list names nobody. `named`: the least that a user or a
    group named in it has."""

    group: int
    others: int
    mask: int | None
    named: int


def group_differs(mode: int) -> bool:
    """Whether the group may do other things than everybody else."""
    return bool((mode >> 3 ^ mode) & 7)


def for_any_group(mode: int) -> int:
    """The mode with no more rights for the group, or for everybody else, than both have."""
    return mode & ~0o077 | (mode >> 3 & mode & 7) * 0o011


def bounds_list(value: bytes) -> bool:
    """Whether the mode's group bits bound the list, and are not the group's own."""
    found = _read(value)
    return found is not None and found.mask is not None


def without_list(mode: int, value: bytes) -> int:
    """The mode of an item that does not get the list recorded with it: nobody has more than by the list."""
    found = _read(value)
    if found is None:
        return for_any_group(mode)
    mask = 7 if found.mask is None else found.mask
    group = mode >> 3 & found.group & mask
    others = mode & found.others & (found.named & mask if found.mask is not None else 7)
    return mode & ~0o077 | group << 3 | others & 7


def list_for_any_group(value: bytes) -> bytes:
    """The list with no more rights for the item's own group than for everybody else."""
    found = _read(value)
    if found is None:
        return value
    entries = [
        (tag, rights & found.others if tag == _GROUP else rights, number)
        for tag, rights, number in _ENTRY.iter_unpack(value[_HEAD.size :])
    ]
    return value[: _HEAD.size] + b"".join(_ENTRY.pack(*entry) for entry in entries)


def _read(value: bytes) -> _List | None:
    """None for what is no list: the system refuses it too."""
    if len(value) < _HEAD.size or (len(value) - _HEAD.size) % _ENTRY.size:
        return None
    if _HEAD.unpack_from(value)[0] != _VERSION:
        return None
    found: dict[int, int] = {}
    for tag, rights, _ in _ENTRY.iter_unpack(value[_HEAD.size :]):
        found[tag] = found.get(tag, 7) & rights  # the least, also where the list names one twice
    if _GROUP not in found or _OTHERS not in found:
        return None
    named = found.get(_NAMED_USER, 7) & found.get(_NAMED_GROUP, 7)
    return _List(found[_GROUP], found[_OTHERS], found.get(_MASK), named)
