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


def unusable(error: OSError, root: str) -> Failed:
    """The target cannot even be opened."""
    return Failed(_end(error) or "target_unusable", path=root, reason=error.strerror)


def incident(error: OSError, path: str) -> Incident:
    """The item at `path` is not written; the rest may be. Raises Failed when nothing more can be."""
    if isinstance(error, Exchanged):
        raise Failed("target_changed", path=path) from None
    if end := _end(error):
        raise Failed(end, path=path, reason=error.strerror) from error
    code = "restore_denied" if error.errno in _DENIED else "restore_failed"
    return Incident(code, path, error.strerror or "")


def _end(error: OSError) -> str | None:
    """The code of an error after which nothing more can be written at all."""
    return _WINDOWS_ENDS.get(getattr(error, "winerror", 0)) or _ENDS.get(error.errno or 0)
