"""Channels between processes of one user on Linux and macOS: a socket that nobody else may open.

It lies in the listener's own folder. Before it listens it is closed to others, so there is no moment at which
they could connect; whoever connects is asked for all the same, by the system and on both sides.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import stat
import struct
import sys
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .lock import ProcessLock, only_listener

if TYPE_CHECKING:
    from ..core.platform import Channel, Listener

_NAME: Final = "agent.sock"
_LONGEST: Final = 103 if sys.platform == "darwin" else 107  # bytes of sun_path, without the zero at its end
_OTHERS: Final = 0o077
_WAITING: Final = 64  # connections that may wait to be accepted
_PATIENCE: Final = 10  # seconds that `connect` waits for room among them
# The process, or the machine, has too much open: that passes.
_CROWDED: Final = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
_RELIEF: Final = 200  # milliseconds

if sys.platform != "win32":

    class PosixChannel:
        """See core.platform.Channel."""

        def __init__(self, connected: socket.socket) -> None:
            self._socket = connected
            self._closed = False
            # Held while the descriptor is in use: closed meanwhile, its number could become another file's.
            self._sending = threading.Lock()
            self._receiving = threading.Lock()

        def send(self, data: bytes) -> None:
            """See core.platform.Channel."""
            with self._sending:
                if self._closed:
                    raise OSError(errno.EBADF, os.strerror(errno.EBADF))
                self._socket.sendall(data)

        def receive(self, most: int) -> bytes:
            """See core.platform.Channel."""
            with self._receiving:
                if self._closed:
                    return b""
                try:
                    return self._socket.recv(most)
                except ConnectionResetError:  # it went without having read all
                    return b""

        def close(self) -> None:
            """See core.platform.Channel."""
            self._closed = True
            with suppress(OSError):  # the other end is gone
                self._socket.shutdown(socket.SHUT_RDWR)
            with self._sending, self._receiving:
                self._socket.close()

    class PosixListener:
        """See core.platform.Listener. `own`: a folder made for the socket alone, to be removed with it."""

        def __init__(self, bound: socket.socket, path: str, own: str | None, held: ProcessLock) -> None:
            self.address = path
            self._socket = bound
            self._own = own
            self._held = held
            self._closed = threading.Event()
            self._closing = threading.Lock()
            self._accepting = threading.Lock()
            self._wake, self._woken = os.pipe()

        def accept(self) -> Channel | None:
            """See core.platform.Listener."""
            with self._accepting:
                while not self._closed.is_set():
                    _wait(self._socket.fileno(), self._wake)
                    if not self._closed.is_set() and (accepted := self._next()) is not None:
                        return accepted
                return None

        def _next(self) -> Channel | None:
            try:
                accepted, _ = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):  # it changed its mind
                return None
            except OSError as error:
                if error.errno not in _CROWDED:
                    raise
                _wait(self._wake, milliseconds=_RELIEF)
                return None
            accepted.setblocking(True)
            if _is_trusted(accepted):
                return PosixChannel(accepted)
            accepted.close()
            return None

        def close(self) -> None:
            """See core.platform.Listener."""
            with self._closing:
                if self._closed.is_set():
                    return
                self._closed.set()
            os.write(self._woken, b"x")
            with self._accepting:
                self._socket.close()
                os.close(self._wake)
                os.close(self._woken)
                with suppress(OSError):
                    os.unlink(self.address)
                    if self._own is not None:
                        os.rmdir(self._own)
                self._held.__exit__(None, None, None)

    class PosixSockets:
        """See core.platform.LocalSockets."""

        def listen(self, folder: str) -> Listener:
            """A path that is too long for a socket gives way to a new folder where paths are short."""
            _check_ours(folder)
            path = os.path.join(os.path.abspath(folder), _NAME)
            held = only_listener(folder)
            own = None
            bound = socket.socket(socket.AF_UNIX)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(path)  # of one that was killed: who holds the lock is alone here
                if len(os.fsencode(path)) > _LONGEST:
                    own = tempfile.mkdtemp(prefix="cyberlib-", dir=_short_place())
                    path = os.path.join(own, _NAME)
                bound.bind(os.fsencode(path))
                os.chmod(path, 0o600)
                bound.setblocking(False)
                bound.listen(_WAITING)  # before this nobody at all gets in
                return PosixListener(bound, path, own, held)
            except BaseException:
                bound.close()
                if own is not None:
                    with suppress(OSError):
                        os.unlink(path)
                        os.rmdir(own)
                held.__exit__(None, None, None)
                raise

        def connect(self, address: str) -> Channel:
            """See core.platform.LocalSockets."""
            connected = socket.socket(socket.AF_UNIX)
            try:
                # Linux waits for room without end, unless told so; macOS refuses at once.
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", _PATIENCE, 0))
                try:
                    connected.connect(os.fsencode(address))
                except BlockingIOError:
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), address) from None
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", 0, 0))
                if not _is_trusted(connected):
                    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), address)
            except BaseException:
                connected.close()
                raise
            return PosixChannel(connected)

    def _wait(*numbers: int, milliseconds: int | None = None) -> None:
        """Until one of the descriptors has something to read."""
        poll = select.poll()
        for number in numbers:
            poll.register(number, select.POLLIN)
        poll.poll(milliseconds)

    def _is_trusted(connected: socket.socket) -> bool:
        try:
            return _peer(connected) in (os.geteuid(), 0)
        except OSError:  # it is gone already
            return False

    def _check_ours(folder: str) -> None:
        found = os.stat(folder)
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder)
        if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), folder)

    def _short_place() -> str:
        """Where new private folders can be made: the service's own, the session's, or that for temporary
        files (on macOS the user's own)."""
        for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
            place = os.environ.get(name, "").partition(":")[0]
            if os.path.isabs(place) and os.access(place, os.W_OK | os.X_OK):
                return place
        return tempfile.gettempdir()


if sys.platform == "darwin":
    _SOL_LOCAL: Final = 0  # <sys/un.h>
    _LOCAL_PEERCRED: Final = 1

    def _peer(connected: socket.socket) -> int:
        """struct xucred of <sys/ucred.h>; of a listener, who it was when it began to listen."""
        version, user = struct.unpack_from("II", connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 76))
        if version != 0:  # XUCRED_VERSION
            raise OSError(errno.EPROTO, os.strerror(errno.EPROTO))
        return int(user)

elif sys.platform != "win32":

    def _peer(connected: socket.socket) -> int:
        """SO_PEERCRED (unix(7)); of a listener, who it was when it began to listen."""
        told = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", told)[1])
