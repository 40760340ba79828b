"""Extended attributes and POSIX ACLs of Linux (xattr(7), acl(5))."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import Final

from ...core.platform import LINK, NOT_APPLICABLE, NOTHING, OMITTED, Native
from ..extended import gather, xattr_key, xattr_name

_ACLS: Final = {"system.posix_acl_access": "acl:access", "system.posix_acl_default": "acl:default"}
_ACL_NAMES: Final = {key: name for name, key in _ACLS.items()}
_CAPABILITY: Final = "security.capability"
_ORDINARY: Final = "user."
_TRUSTED: Final = "trusted."

if sys.platform == "linux":

    class LinuxMetadata:
        """user.* attributes, capabilities, trusted.* when readable, ACLs.

        The rest of security.* belongs to the machine's own policy, the rest of system.* to the
        file system; neither means anything elsewhere.
        """

        def read(self, target: Native | int, *, is_symlink: bool) -> dict[str, bytes]:
            """See core.platform.Metadata. One system call when there is nothing, as there mostly is."""
            try:
                # A descriptor is of no link, and the calls refuse to be told not to follow one.
                names = os.listxattr(target, follow_symlinks=isinstance(target, int))
            except OSError as error:
                return _unlisted(error)
            return _read(target, names) if names else NOTHING

        def apply(
            self, target: Native | int, items: Mapping[str, bytes], *, want_acl: bool, want_owner: bool
        ) -> list[str]:
            """See core.platform.Metadata."""
            lost = []
            for key, value in items.items():
                name = _name(key)
                if key == LINK:
                    continue
                if name is None:
                    lost.append(key if key.startswith(OMITTED) else NOT_APPLICABLE + key)
                elif _wanted(name, want_acl, want_owner) and not _set(target, name, value):
                    lost.append(key)
            return lost

        def apply_last(
            self, target: Native | int, items: Mapping[str, bytes], *, want_owner: bool
        ) -> list[str]:
            """Linux has nothing of the kind here."""
            return []

    def _unlisted(error: OSError) -> dict[str, bytes]:
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise error
        if error.errno == errno.ENOTSUP:
            return NOTHING  # a file system without attributes
        return {OMITTED + "xattr": b""}

    def _read(target: Native | int, names: list[str]) -> dict[str, bytes]:
        kept = [(_ACLS.get(name) or xattr_key(name), name) for name in names if _kept(name)]
        return gather((key, partial(_value, target, name)) for key, name in kept)

    def _value(target: Native | int, name: str, _room: int) -> bytes:
        return os.getxattr(target, name, follow_symlinks=isinstance(target, int))  # the kernel allows 64 KiB

    def _kept(name: str) -> bool:
        return name.startswith((_ORDINARY, _TRUSTED)) or name == _CAPABILITY or name in _ACLS

    def _name(key: str) -> str | None:
        """The attribute to set, None for a key that a backup made here could not hold."""
        name = _ACL_NAMES.get(key)
        if name is None:
            name = xattr_name(key)
            if name is None or name in _ACLS or not _kept(name):
                return None  # also attributes of security.* that a hostile tree may carry
        return name

    def _wanted(name: str, want_acl: bool, want_owner: bool) -> bool:
        if name.startswith(_ORDINARY):
            return True
        return want_acl if name in _ACLS else want_owner

    def _set_open(number: int, name: str, value: bytes) -> None:
        try:
            os.setxattr(number, name, value)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            # fsetxattr(2) takes no descriptor of O_PATH, which is all there can be of a link or a fifo.
            os.setxattr(f"/proc/self/fd/{number}", name, value)

    def _set(target: Native | int, name: str, value: bytes) -> bool:
        try:
            if isinstance(target, int):
                _set_open(target, name, value)
            else:
                os.setxattr(target, name, value, follow_symlinks=False)
        except (OSError, ValueError):  # ValueError: a name with a zero byte
            return False
        return True
