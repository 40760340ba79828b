"""Mounting by FUSE (libfuse 2 or 3, through mfusepy): for the user who mounts, to be read alone."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from ...core.errors import CyberlibError, Failed, UsageError
from ...core.mounting import MountedTree

if TYPE_CHECKING:
    from ...core.mounting import Status

# For those who check types elsewhere: what follows is of Linux alone.
assert not TYPE_CHECKING or sys.platform == "linux"

_DEVICE: Final = "/dev/fuse"
_DAY: Final = 86_400
_LOOK_SECONDS: Final = 0.2
_LEAVE_SECONDS: Final = 1.0
_STALE: Final = frozenset((errno.ENOTCONN, errno.ECONNABORTED))
_READERS: Final = 10
_BLOCK: Final = 512


class Fuse:
    """Implements `core.mounting.Mounts`."""

    def check(self, at: str) -> None:
        """See `Mounts`."""
        _library()
        if not os.access(_DEVICE, os.R_OK | os.W_OK):
            raise Failed("mount_failed", at=at, reason=f"{_DEVICE}: {os.strerror(errno.EACCES)}")
        try:
            names = os.listdir(at)
        except FileNotFoundError:
            raise UsageError("mount_not_a_folder", at=at) from None
        except NotADirectoryError:
            raise UsageError("mount_not_a_folder", at=at) from None
        except OSError as error:
            if error.errno in _STALE:
                raise UsageError("mount_stale", at=at) from None
            raise Failed("mount_failed", at=at, reason=error.strerror) from None
        if names or os.path.ismount(at):
            raise UsageError("mount_not_empty", at=at)

    def owner(self) -> tuple[int, int]:
        """See `Mounts`."""
        return os.getuid(), os.getgid()

    def serve(
        self, at: str, tree: MountedTree, *, ready: Callable[[], None], stopped: Callable[[], bool]
    ) -> None:
        """See `Mounts`. For the main thread: signals that ask to end come there, and not to libfuse."""
        self.check(at)
        library = _library()
        begun, ended = threading.Event(), threading.Event()
        failed: list[BaseException] = []
        here = os.getcwd()

        def begin() -> None:
            with contextlib.suppress(OSError):
                os.chdir(here)  # libfuse goes to / , and paths of this run may be relative
            begun.set()

        def work() -> None:
            try:
                library.FUSE(
                    _Operations(tree, begin),
                    at,
                    foreground=True,
                    ro=True,
                    nosuid=True,
                    nodev=True,
                    noexec=True,
                    fsname="cyberlib",
                    subtype="cyberlib",
                    # Nothing that is told ever changes: the kernel may remember it.
                    use_ino=True,
                    kernel_cache=True,
                    entry_timeout=_DAY,
                    attr_timeout=_DAY,
                    negative_timeout=_DAY,
                    **_threads(library),
                )
            except BaseException as error:  # noqa: BLE001 (told by the thread that waits)
                failed.append(error)
            finally:
                ended.set()

        with _hangup(stopped_too := threading.Event()):
            thread = threading.Thread(target=work, name="mount", daemon=True)
            thread.start()
            while not begun.wait(_LOOK_SECONDS) and not ended.is_set():
                pass
            if begun.is_set():
                ready()
            try:
                while not ended.wait(_LOOK_SECONDS):
                    if stopped() or stopped_too.is_set():
                        break
            finally:
                if not ended.is_set():
                    _unmount(at)
            thread.join(_LEAVE_SECONDS)
        if failed and not begun.is_set():
            raise Failed("mount_failed", at=at, reason=_reason(failed[0]))


@contextlib.contextmanager
def _hangup(heard: threading.Event) -> Iterator[None]:
    """Within, a terminal that is closed is a request to end; else it would leave the mount behind."""
    before = signal.signal(signal.SIGHUP, lambda _number, _frame: heard.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _library() -> Any:
    """mfusepy. Failed("mount_unavailable", reason=…)."""
    if not os.path.exists(_DEVICE):
        raise Failed("mount_unavailable", reason=_DEVICE)
    try:
        import mfusepy  # type: ignore[import-untyped]
    except ImportError as error:
        raise Failed("mount_unavailable", reason=error.name or "mfusepy") from None
    except (OSError, AttributeError):  # what mfusepy says where there is no libfuse
        raise Failed("mount_unavailable", reason="libfuse") from None
    return mfusepy


def _threads(library: Any) -> dict[str, int]:
    """How many that answer stay; libfuse 3.12 and later complain of their own default."""
    return {"max_idle_threads": _READERS} if library.fuse_version_major >= 3 else {}


def _unmount(at: str) -> None:
    """Lazily: whoever still reads there does not keep it."""
    for program in ("fusermount3", "fusermount"):
        path = shutil.which(program)
        if path is not None:
            done = subprocess.run([path, "-u", "-z", at], check=False, capture_output=True)
            if done.returncode == 0:
                return
    umount = shutil.which("umount", path=os.pathsep.join((os.environ.get("PATH", ""), "/bin", "/sbin")))
    if umount is not None:
        subprocess.run([umount, "-l", at], check=False, capture_output=True)


def _reason(error: BaseException) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else f"libfuse {error}"


class _Operations:
    """What libfuse calls. Paths come as text with undecodable bytes as lone surrogates, and go back so. What
    is not here changes files, which a kernel that mounts them to be read never asks for."""

    use_ns = True

    def __init__(self, tree: MountedTree, begin: Callable[[], None]) -> None:
        self._tree = tree
        self._begin = begin

    def init(self, path: str) -> None:
        self._begin()

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        with _answered():
            return _told(self._tree.look(os.fsencode(path)))

    def readdir(self, path: str, fh: int) -> Iterator[Any]:
        with _answered():
            found = list(self._tree.entries(os.fsencode(path)))
        yield ".", None, 0
        yield "..", None, 0
        for name, status in found:
            yield os.fsdecode(name), {"st_mode": status.mode, "st_ino": status.inode}, 0

    def readlink(self, path: str) -> str:
        with _answered():
            return os.fsdecode(self._tree.target(os.fsencode(path)))

    def open(self, path: str, flags: int) -> int:
        if flags & os.O_ACCMODE != os.O_RDONLY:
            raise OSError(errno.EROFS, path)
        with _answered():
            return self._tree.open(os.fsencode(path))

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        with _answered():
            return self._tree.read(fh, offset, size)

    def release(self, path: str, fh: int) -> int:
        self._tree.close(fh)
        return 0

    def listxattr(self, path: str) -> list[str]:
        with _answered():
            return [os.fsdecode(name) for name in self._tree.attributes(os.fsencode(path))]

    def getxattr(self, path: str, name: str, position: int = 0) -> bytes:
        with _answered():
            found = self._tree.attributes(os.fsencode(path)).get(os.fsencode(name))
        if found is None:
            raise OSError(errno.ENODATA, path)
        return found

    def statfs(self, path: str) -> dict[str, int]:
        size, items = self._tree.figures()
        blocks = -(-size // 4096)
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": blocks, "f_files": items, "f_namemax": 255}


@contextlib.contextmanager
def _answered() -> Iterator[None]:
    """What is not foreseen is an error of reading, and no end of the mount."""
    try:
        yield
    except (OSError, CyberlibError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise OSError(errno.EIO, "") from None
    except Exception as error:  # noqa: BLE001
        # Its kind alone: what it says may name a patient's file.
        sys.stderr.write(f"mount: {type(error).__name__}\n")
        raise OSError(errno.EIO, "") from None


def _told(status: Status) -> dict[str, int]:
    return {
        "st_mode": status.mode,
        "st_ino": status.inode,
        "st_nlink": status.links,
        "st_uid": status.user,
        "st_gid": status.group,
        "st_size": status.size,
        "st_blocks": -(-status.size // _BLOCK),
        "st_blksize": 1 << 17,
        "st_rdev": status.device,
        "st_atime": status.modified,
        "st_mtime": status.modified,
        "st_ctime": status.changed,
    }
