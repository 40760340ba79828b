"""File attributes, descriptors and alternate streams of Windows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from ...core.platform import LINK, NOT_APPLICABLE, NOTHING, OMITTED, Native
from ..extended import FLAGS, Reader, gather, refuse
from . import api, descriptor, streams

_ATTRIBUTES_KEY: Final = "windows:attributes"
_SDDL_KEY: Final = "windows:sddl"
_STREAM: Final = "ads:"

# "File Attribute Constants", Microsoft Learn: read-only, hidden, system, not indexed. The others tell how
# the item is stored, or that it waits to be backed up (archive), and are not the user's.
_KEPT: Final = 0x1 | 0x2 | 0x4 | 0x2000
_ARCHIVE: Final = 0x20
_DIRECTORY: Final = 0x10
_NO_ATTRIBUTES: Final = 0xFFFF_FFFF
_GONE: Final = frozenset((api.FILE_NOT_FOUND, 3))  # 3: a folder on the way is gone


class WindowsMetadata:
    """See core.platform.Metadata."""

    def read(self, target: Native | int, *, is_symlink: bool) -> dict[str, bytes]:
        """Of a link only the attributes and its kind: the functions for the rest would look at its target."""
        try:
            where = api.path_of(target)
        except OSError as refused:  # not every file system tells the path of an open file
            if getattr(refused, "winerror", None) in _GONE:
                raise
            return {OMITTED + _ATTRIBUTES_KEY: b"", OMITTED + _SDDL_KEY: b""}
        attributes = api.kernel32().GetFileAttributesW(where)
        if attributes == _NO_ATTRIBUTES:
            error = api.failed(path=where)
            if getattr(error, "winerror", None) in _GONE:
                raise error
            return {OMITTED + _ATTRIBUTES_KEY: b""}
        readers: list[tuple[str, Reader]] = []
        if is_symlink and attributes & _DIRECTORY:
            readers.append((LINK, lambda _room: b"folder"))
        if attributes & _KEPT:
            readers.append((_ATTRIBUTES_KEY, lambda _room: FLAGS.pack(attributes & _KEPT)))
        if not is_symlink:
            readers.append((_SDDL_KEY, lambda _room: descriptor.own_part(descriptor.read(where)).encode()))
            try:
                readers += [
                    (_STREAM + name, partial(streams.read, where, name)) for name in streams.names(where)
                ]
            except OSError as error:
                readers.append(("ads", partial(refuse, error)))
        return gather(readers) if readers else NOTHING

    def apply(
        self, target: Native | int, items: Mapping[str, bytes], *, want_acl: bool, want_owner: bool
    ) -> list[str]:
        """Streams, then attributes, then the access list: each may forbid what comes before it."""
        lost = [key if key.startswith(OMITTED) else NOT_APPLICABLE + key for key in items if not _known(key)]
        own = {key: value for key, value in items.items() if _known(key)}
        if not own:
            return lost
        try:
            path = api.path_of(target)
        except OSError:
            return lost + list(own)
        for key in sorted(own, key=_rank):
            try:
                done = _apply(path, key, own[key], want_acl, want_owner)
            except (OSError, ValueError):
                done = False
            if not done:
                lost.append(key)
        return lost

    def apply_last(self, target: Native | int, items: Mapping[str, bytes], *, want_owner: bool) -> list[str]:
        """Windows lets times be set on a read-only file: nothing waits for the end."""
        return []


def _rank(key: str) -> int:
    return 2 if key == _SDDL_KEY else int(key == _ATTRIBUTES_KEY)


def _known(key: str) -> bool:
    return key in (_ATTRIBUTES_KEY, _SDDL_KEY, LINK) or key.startswith(_STREAM)


def _apply(path: str, key: str, value: bytes, want_acl: bool, want_owner: bool) -> bool:
    if key == _ATTRIBUTES_KEY:
        return _set_attributes(path, value)
    if key == LINK:
        return True  # whoever makes the link sees to it
    if key == _SDDL_KEY:
        if not want_acl and not want_owner:
            return True
        return descriptor.apply(path, value.decode(), want_acl=want_acl, want_owner=want_owner)
    streams.write(path, key[len(_STREAM) :], value)
    return True


def _set_attributes(path: str, value: bytes) -> bool:
    if len(value) != FLAGS.size:
        return False
    now = api.kernel32().GetFileAttributesW(path)
    if now == _NO_ATTRIBUTES:
        return False
    wanted = FLAGS.unpack(value)[0] & _KEPT | now & (_ARCHIVE | _DIRECTORY)
    return bool(api.kernel32().SetFileAttributesW(path, wanted))
