"""The C library of macOS: what Python's os module does not offer there.

Prototypes from <sys/xattr.h>, <sys/acl.h>, <sys/stat.h>, <unistd.h>. The library is loaded at the first
call, so that this module can be imported anywhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
from ctypes import c_char_p, c_int, c_size_t, c_ssize_t, c_uint32, c_void_p
from functools import cache
from typing import Final

from ...core.platform import Native

NOFOLLOW: Final = 0x0001  # XATTR_NOFOLLOW
_ACL_TYPE_EXTENDED: Final = 0x100
_SYNC_TO_THE_PLATTERS_AND_WAIT: Final = 0x01 | 0x02  # SYNC_VOLUME_FULLSYNC, SYNC_VOLUME_WAIT


_PROTOTYPES: Final = {
    "listxattr": (c_ssize_t, (c_char_p, c_void_p, c_size_t, c_int)),
    "flistxattr": (c_ssize_t, (c_int, c_void_p, c_size_t, c_int)),
    "fgetxattr": (c_ssize_t, (c_int, c_char_p, c_void_p, c_size_t, c_uint32, c_int)),
    "getxattr": (c_ssize_t, (c_char_p, c_char_p, c_void_p, c_size_t, c_uint32, c_int)),
    "setxattr": (c_int, (c_char_p, c_char_p, c_char_p, c_size_t, c_uint32, c_int)),
    "fsetxattr": (c_int, (c_int, c_char_p, c_char_p, c_size_t, c_uint32, c_int)),
    "lchflags": (c_int, (c_char_p, c_uint32)),
    "fchflags": (c_int, (c_int, c_uint32)),
    "fsync_volume_np": (c_int, (c_int, c_int)),
    "acl_get_link_np": (c_void_p, (c_char_p, c_int)),
    "acl_get_fd_np": (c_void_p, (c_int, c_int)),
    "acl_set_link_np": (c_int, (c_char_p, c_int, c_void_p)),
    "acl_set_fd_np": (c_int, (c_int, c_void_p, c_int)),
    "acl_to_text": (c_void_p, (c_void_p, c_void_p)),
    "acl_from_text": (c_void_p, (c_char_p,)),
    "acl_free": (c_int, (c_void_p,)),
}


@cache
def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    for name, (result, arguments) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _failed() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def list_xattr(target: Native | int) -> list[str]:
    """Names of the attributes of the item itself. Raises OSError."""
    raw = target if isinstance(target, int) else os.fsencode(target)
    listed, options = (_libc().flistxattr, 0) if isinstance(raw, int) else (_libc().listxattr, NOFOLLOW)
    while True:
        size = listed(raw, None, 0, options)
        if size < 0:
            raise _failed()
        if size == 0:
            return []
        room = ctypes.create_string_buffer(size)
        got = listed(raw, room, size, options)
        if got >= 0:
            return [os.fsdecode(name) for name in room.raw[:got].split(b"\0") if name]
        if ctypes.get_errno() != errno.ERANGE:  # one more since we asked
            raise _failed()


def get_xattr(target: Native | int, name: str, most: int) -> bytes | None:
    """Value of an attribute; None when it is longer than `most` bytes. Raises OSError."""
    raw, label = target if isinstance(target, int) else os.fsencode(target), os.fsencode(name)
    value, options = (_libc().fgetxattr, 0) if isinstance(raw, int) else (_libc().getxattr, NOFOLLOW)
    size = value(raw, label, None, 0, 0, options)
    if size < 0:
        raise _failed()
    if size > most:
        return None
    room = ctypes.create_string_buffer(max(size, 1))
    got = value(raw, label, room, size, 0, options)
    if got < 0:
        raise _failed()
    return room.raw[:got]


def set_xattr(target: Native | int, name: str, value: bytes) -> None:
    """Raises OSError; ValueError for a name with a zero byte."""
    label = os.fsencode(name)
    if b"\0" in label:
        raise ValueError("a name ends at its zero byte")
    if isinstance(target, int):
        done = _libc().fsetxattr(target, label, value, len(value), 0, 0)
    else:
        done = _libc().setxattr(os.fsencode(target), label, value, len(value), 0, NOFOLLOW)
    if done != 0:
        raise _failed()


def get_acl(target: Native | int) -> bytes:
    """Text of the access list, empty when there is none. Raises OSError."""
    if isinstance(target, int):
        acl = _libc().acl_get_fd_np(target, _ACL_TYPE_EXTENDED)
    else:
        acl = _libc().acl_get_link_np(os.fsencode(target), _ACL_TYPE_EXTENDED)
    if not acl:
        if ctypes.get_errno() == errno.ENOENT:  # the item has no list
            return b""
        raise _failed()
    try:
        text = _libc().acl_to_text(acl, None)
        if not text:
            raise _failed()
        try:
            return ctypes.string_at(text)
        finally:
            _libc().acl_free(text)
    finally:
        _libc().acl_free(acl)


def set_acl(target: Native | int, text: bytes) -> None:
    """Raises OSError, also for a text that is no access list."""
    acl = _libc().acl_from_text(text)
    if not acl:
        raise _failed()
    try:
        if isinstance(target, int):
            done = _libc().acl_set_fd_np(target, acl, _ACL_TYPE_EXTENDED)
        else:
            done = _libc().acl_set_link_np(os.fsencode(target), _ACL_TYPE_EXTENDED, acl)
        if done != 0:
            raise _failed()
    finally:
        _libc().acl_free(acl)


def set_flags(target: Native | int, flags: int) -> None:
    """Raises OSError."""
    if isinstance(target, int):
        done = _libc().fchflags(target, flags)
    else:
        done = _libc().lchflags(os.fsencode(target), flags)
    if done != 0:
        raise _failed()


def flags_of(target: Native | int) -> int:
    """chflags(2) bits of the item itself. Raises OSError."""
    status = os.fstat(target) if isinstance(target, int) else os.lstat(target)
    return int(getattr(status, "st_flags", 0))


def sync_volume(number: int) -> None:
    """Everything written to the volume of an open file (macOS 10.8). Raises OSError."""
    if _libc().fsync_volume_np(number, _SYNC_TO_THE_PLATTERS_AND_WAIT) != 0:
        raise _failed()
