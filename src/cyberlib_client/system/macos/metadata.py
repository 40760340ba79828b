"""Flags, extended attributes and access lists of macOS (chflags(2), xattr(2), acl(3))."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ...core.platform import LINK, NOT_APPLICABLE, NOTHING, OMITTED, Native
from ..extended import FLAGS, Reader, gather, refuse, xattr_key, xattr_name
from . import api

_FLAGS_KEY: Final = "macos:flags"
_ACL_KEY: Final = "acl:macos"

# <sys/stat.h>: nodump, immutable, append-only, opaque, hidden; and root's archived, immutable,
# append-only. The others tell how this disk stores the item, or protect the system itself.
_OWNERS: Final = 0x0001 | 0x0002 | 0x0004 | 0x0008 | 0x8000
_ROOTS: Final = 0x10000 | 0x20000 | 0x40000

# Bound to this machine and refused when set.
_MACHINES_OWN: Final = frozenset(("com.apple.provenance", "com.apple.macl"))


class MacMetadata:
    """See core.platform.Metadata."""

    def read(self, target: Native | int, *, is_symlink: bool) -> dict[str, bytes]:
        """See core.platform.Metadata."""
        flags = api.flags_of(target) & (_OWNERS | _ROOTS)
        readers: list[tuple[str, Reader]] = []
        if flags:
            readers.append((_FLAGS_KEY, lambda _room: FLAGS.pack(flags)))
        try:
            if acl := api.get_acl(target):
                readers.append((_ACL_KEY, lambda _room: acl))
            for name in api.list_xattr(target):
                if name not in _MACHINES_OWN:
                    readers.append((xattr_key(name), partial(api.get_xattr, target, name)))
        except OSError as error:
            readers.append(("xattr", partial(refuse, error)))
        return gather(readers) if readers else NOTHING

    def apply(
        self, target: Native | int, items: Mapping[str, bytes], *, want_acl: bool, want_owner: bool
    ) -> list[str]:
        """See core.platform.Metadata."""
        lost = []
        for key, value in items.items():
            name = xattr_name(key)
            if name is not None:
                done = _done(partial(api.set_xattr, target, name, value))
            elif key == _ACL_KEY:
                done = not want_acl or _done(partial(api.set_acl, target, value))
            elif key in (_FLAGS_KEY, LINK):
                done = True  # flags come last, and links have one kind
            else:
                done = False
                key = key if key.startswith(OMITTED) else NOT_APPLICABLE + key
            if not done:
                lost.append(key)
        return lost

    def apply_last(self, target: Native | int, items: Mapping[str, bytes], *, want_owner: bool) -> list[str]:
        """Flags; root's only with `want_owner`."""
        value = items.get(_FLAGS_KEY)
        if value is None:
            return []
        if len(value) != FLAGS.size:
            return [_FLAGS_KEY]
        flags = FLAGS.unpack(value)[0] & (_OWNERS | _ROOTS if want_owner else _OWNERS)
        done = not flags or _done(lambda: api.set_flags(target, flags))
        return [] if done else [_FLAGS_KEY]


def _done(change: Callable[[], None]) -> bool:
    try:
        change()
    except (OSError, ValueError):
        return False
    return True
