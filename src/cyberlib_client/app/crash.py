"""A report of an error nobody foresaw: where in the program it happened, and nothing of the user's."""

from __future__ import annotations

import os
import platform
import sys
import traceback

from .. import __version__
from ..core.errors import CyberlibError
from ..state.profile import Profile
from . import bootstrap
from .times import iso_time

KEPT = 20


def write_report(profile: Profile, error: BaseException, command: str) -> str | None:
    """The report's path, or None when it could not be written or the profile has no folder yet.

    Neither messages of exceptions nor values of variables: both may hold names of files or secrets.
    """
    if not os.path.isdir(profile.root):
        return None
    now = iso_time(bootstrap.clock())
    path = os.path.join(profile.crashes, now.replace(":", "").replace(".", "-") + ".txt")
    try:
        profile.write(path, report(error, command, now).encode("utf-8"))
        for old in sorted(os.listdir(profile.crashes))[:-KEPT]:
            os.unlink(os.path.join(profile.crashes, old))
    except (CyberlibError, OSError):
        return None
    return path


def report(error: BaseException, command: str, now: str) -> str:
    """The text: versions, command, and the chain of exceptions with where each was raised."""
    lines = [
        f"CyberLib {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"{now}  {command}",
    ]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines += ["", f"{type(cause).__module__}.{type(cause).__qualname__}{_number(cause)}"]
        lines += [
            f"  {_module(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines) + "\n"


def _number(error: BaseException) -> str:
    return f" {error.errno}" if isinstance(error, OSError) and error.errno is not None else ""


def _module(filename: str) -> str:
    """A source file without the folders of this machine above it."""
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        inside = os.path.relpath(filename, folder) if filename.startswith(folder + os.sep) else None
        if inside is not None:
            return inside
    return os.path.basename(filename)
