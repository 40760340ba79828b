"""What the system's refusals mean for a restore: one item lost, or nothing more to be written at all."""

from __future__ import annotations

import errno
from typing import Final

from ..core.errors import Failed
from ..core.events import Incident
from .restore_model import Exchanged

_ENDS: Final = {
    errno.ENOSPC: "target_full",
    errno.EDQUOT: "target_full",
    errno.EROFS: "target_read_only",
    errno.ENODEV: "target_lost",
    errno.ENXIO: "target_lost",
    errno.ESTALE: "target_lost",
    errno.ENOTCONN: "target_lost",
}
# Windows' own numbers (Microsoft Learn, "System Error Codes") for which Python knows no better errno:
# WRITE_PROTECT, NOT_READY, HANDLE_DISK_FULL, DISK_QUOTA_EXCEEDED.
_WINDOWS_ENDS: Final = {19: "target_read_only", 21: "target_lost", 39: "target_full", 1295: "target_full"}
_DENIED: Final = frozenset((errno.EACCES, errno.EPERM))
_PRIVILEGE_NOT_HELD: Final = 1314
# symlink(2), mkfifo(3): "the file system does not support the creation of" such a thing.
_UNKNOWN_KIND: Final = frozenset((errno.EPERM, errno.ENOTSUP, errno.ENOSYS))


def unusable(error: OSError, root: str) -> Failed:
    """The target cannot even be opened."""
    return Failed(_end(error) or "target_unusable", path=root, reason=error.strerror)


def not_written(error: OSError, root: str) -> Failed:
    """What was written did not reach the disk: some file or other is not whole there."""
    return Failed(_end(error) or "target_not_written", path=root, reason=error.strerror)


def incident(error: OSError, path: str, *, ordinary: bool = True) -> Incident:
    """The item at `path` is not written; the rest may be. Raises Failed when nothing more can be.

    `ordinary`: a file or folder, which every file system knows.
    """
    if isinstance(error, Exchanged):
        raise Failed("target_changed", path=path) from None
    if end := _end(error):
        raise Failed(end, path=path, reason=error.strerror) from error
    code = "restore_failed"
    if not ordinary and error.errno in _UNKNOWN_KIND:
        code = "kind_not_supported"
    elif error.errno in _DENIED or getattr(error, "winerror", 0) == _PRIVILEGE_NOT_HELD:
        code = "restore_denied"
    return Incident(code, path, error.strerror or "")


def _end(error: OSError) -> str | None:
    """The code of an error after which nothing more can be written at all."""
    return _WINDOWS_ENDS.get(getattr(error, "winerror", 0)) or _ENDS.get(error.errno or 0)
