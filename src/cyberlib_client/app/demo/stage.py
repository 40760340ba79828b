"""Where the demonstration is played: a folder of which nothing is left."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator

from ...core.errors import Failed, UsageError
from ...core.windows_paths import extended
from ..paths import native_path
from ..stores import require_text


@contextlib.contextmanager
def stage(folder: str | None, keep: bool) -> Iterator[str]:
    """An empty folder; removed afterwards, unless kept, with all that was put in it.

    Raises UsageError("demo_folder_not_empty", at=…), ("bad_path"), Failed("demo_folder_unusable", at=…,
    reason=…), ("store_full", at=…)."""
    try:
        made = folder is None or not os.path.isdir(folder)
        played = tempfile.mkdtemp(prefix="cyberlib-demo-") if folder is None else _made(folder)
        try:
            yield played
        finally:
            if not keep:
                for name in os.listdir(played):
                    _remove(os.path.join(played, name))
                if made:
                    os.rmdir(played)
    except Failed as error:
        if error.code != "host_full":
            raise
        raise Failed("store_full", at=folder or _temporary()) from None  # the host's disk is this one
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed("demo_folder_unusable", at=folder or _temporary(), reason=reason) from error


def _made(folder: str) -> str:
    """An empty folder to play in, made when it is not there."""
    stage = os.fsdecode(native_path(folder))
    require_text(stage)
    os.makedirs(stage, exist_ok=True)
    if os.listdir(stage):
        raise UsageError("demo_folder_not_empty", at=stage)
    return stage


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "TMPDIR"


def _remove(path: str) -> None:
    def again(function: Callable[[str], object], path: str, _error: object) -> None:
        os.chmod(path, stat.S_IRWXU)  # Windows refuses to delete what is read-only
        function(path)

    if os.path.isdir(extended(path)):
        shutil.rmtree(extended(path), onerror=again)
    else:
        os.unlink(extended(path))
