"""Channels between processes of one user on Windows: a named pipe ("Named Pipes", Microsoft Learn).

Its name cannot be guessed and its access list names this user, the system and administrators. At least one
instance is there as long as the listener is, so that nobody else can take the name meanwhile. Reading and
writing are overlapped: they go on side by side, and each waits for its own end or for that of the channel.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import threading
import time
from ctypes import c_void_p
from ctypes.wintypes import HANDLE, LPCWSTR
from functools import cache
from typing import TYPE_CHECKING, Final

from ..lock import ProcessLock, only_listener
from . import api, descriptor
from .api import BOOL, DWORD

if TYPE_CHECKING:
    from ...core.platform import Channel, Listener

_PREFIX: Final = "\\\\.\\pipe\\cyberlib-"
_ADDRESS: Final = re.compile(re.escape(_PREFIX) + "[0-9a-f]{32}")
_PATIENCE: Final = 10.0  # seconds that `connect` waits for an instance that is free
_ROOM: Final = 64 * 1024  # bytes under way before a sender waits, in either direction

_DUPLEX: Final = 0x3  # PIPE_ACCESS_DUPLEX
_OVERLAPPED: Final = 0x4000_0000
_FIRST_INSTANCE: Final = 0x8_0000
_REJECT_REMOTE_CLIENTS: Final = 0x8
_UNLIMITED: Final = 255
_IDENTIFICATION: Final = 0x10_0000 | 0x1_0000  # SECURITY_SQOS_PRESENT, SECURITY_IDENTIFICATION

_BUSY: Final = 231
_NO_DATA: Final = 232
_CONNECTED: Final = 535
_PENDING: Final = 997
_GONE: Final = frozenset((109, _NO_DATA, 233, api.HANDLE_EOF, 995))  # broken, not connected, aborted
_FOREVER: Final = 0xFFFF_FFFF


class Overlapped(ctypes.Structure):
    """OVERLAPPED."""

    _fields_ = (
        ("internal", c_void_p),
        ("internal_high", c_void_p),
        ("offset", DWORD),
        ("offset_high", DWORD),
        ("event", HANDLE),
    )


_P: Final = ctypes.POINTER
_KERNEL32: Final[api.Prototypes] = {
    "CancelIoEx": (BOOL, (HANDLE, _P(Overlapped))),
    "CloseHandle": (BOOL, (HANDLE,)),
    "ConnectNamedPipe": (BOOL, (HANDLE, _P(Overlapped))),
    "CreateEventW": (HANDLE, (c_void_p, BOOL, BOOL, LPCWSTR)),
    "CreateFileW": (HANDLE, (LPCWSTR, DWORD, DWORD, c_void_p, DWORD, DWORD, HANDLE)),
    "CreateNamedPipeW": (
        HANDLE,
        (LPCWSTR, DWORD, DWORD, DWORD, DWORD, DWORD, DWORD, _P(api.SecurityAttributes)),
    ),
    "GetOverlappedResult": (BOOL, (HANDLE, _P(Overlapped), _P(DWORD), BOOL)),
    "ReadFile": (BOOL, (HANDLE, c_void_p, DWORD, _P(DWORD), _P(Overlapped))),
    "SetEvent": (BOOL, (HANDLE,)),
    "WaitForMultipleObjects": (DWORD, (DWORD, _P(HANDLE), BOOL, DWORD)),
    "WaitNamedPipeW": (BOOL, (LPCWSTR, DWORD)),
    "WriteFile": (BOOL, (HANDLE, c_void_p, DWORD, _P(DWORD), _P(Overlapped))),
}


@cache
def _kernel32() -> ctypes.CDLL:
    return api.library_of("kernel32", _KERNEL32)


def _event() -> int:
    """Set by hand, and set no longer when an operation begins."""
    made = _kernel32().CreateEventW(None, True, False, None)
    if not made:
        raise api.failed()
    return int(made)


class _Operations:
    """Those of one kind on one pipe, one after the other, each ended early once `stop` is set."""

    def __init__(self, pipe: int, stop: int) -> None:
        self._pipe = pipe
        self._stop = stop
        self._overlapped = Overlapped(event=_event())
        self.lock = threading.Lock()
        """Held while the pipe is in use for this: its handle must not be closed meanwhile."""

    def finish(self, started: int) -> int:
        """Waits for what an overlapped function began and returns how many bytes it moved; `started`: what
        that function returned. Raises OSError."""
        code = 0 if started else api.last_error()
        if code not in (0, _PENDING):
            raise api.failed(code)
        if code == _PENDING:
            both = (HANDLE * 2)(self._overlapped.event, self._stop)
            if _kernel32().WaitForMultipleObjects(2, both, False, _FOREVER) != 0:
                _kernel32().CancelIoEx(self._pipe, self.overlapped)
        moved = DWORD()
        # Also after a cancellation: until it is over the system may write to the buffer.
        if not _kernel32().GetOverlappedResult(self._pipe, self.overlapped, ctypes.byref(moved), True):
            raise api.failed()
        return moved.value

    @property
    def overlapped(self) -> ctypes._CArgObject:
        return ctypes.byref(self._overlapped)

    def close(self) -> None:
        _kernel32().CloseHandle(self._overlapped.event)


class PipeChannel:
    """See core.platform.Channel. `pipe`: a handle opened for overlapped use, closed with the channel."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._closed = threading.Event()
        self._closing = threading.Lock()
        self._stop = _event()
        self._sending = _Operations(pipe, self._stop)
        self._receiving = _Operations(pipe, self._stop)

    def send(self, data: bytes) -> None:
        """See core.platform.Channel."""
        with self._sending.lock:
            for start in range(0, len(data), _ROOM):
                part = data[start : start + _ROOM]
                while part:
                    part = part[self._write(part) :]

    def _write(self, part: bytes) -> int:
        if self._closed.is_set():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        buffer = ctypes.create_string_buffer(part, len(part))
        started = _kernel32().WriteFile(self._pipe, buffer, len(part), None, self._sending.overlapped)
        return self._sending.finish(started)

    def receive(self, most: int) -> bytes:
        """See core.platform.Channel."""
        with self._receiving.lock:
            if self._closed.is_set():
                return b""
            buffer = ctypes.create_string_buffer(min(most, _ROOM))
            try:
                while True:
                    started = _kernel32().ReadFile(
                        self._pipe, buffer, len(buffer), None, self._receiving.overlapped
                    )
                    if moved := self._receiving.finish(started):
                        return buffer.raw[:moved]
                    # The other end wrote nothing, which is no end.
            except OSError as error:
                if getattr(error, "winerror", None) in _GONE:
                    return b""
                raise

    def close(self) -> None:
        """See core.platform.Channel."""
        with self._closing:
            if self._closed.is_set():
                return
            self._closed.set()
        _kernel32().SetEvent(self._stop)
        with self._sending.lock, self._receiving.lock:
            for each in (self._sending, self._receiving):
                each.close()
            _kernel32().CloseHandle(self._pipe)
            _kernel32().CloseHandle(self._stop)


class PipeListener:
    """See core.platform.Listener."""

    def __init__(self, held: ProcessLock) -> None:
        self.address = _PREFIX + secrets.token_hex(16)
        self._held = held
        self._next = _instance(self.address, first=True)
        self._stop = _event()
        self._closed = threading.Event()
        self._closing = threading.Lock()
        self._accepting = threading.Lock()

    def accept(self) -> Channel | None:
        """See core.platform.Listener. Whom the access list does not name gets no handle at all."""
        with self._accepting:
            while not self._closed.is_set():
                connected = self._connected()
                if self._closed.is_set():
                    return None
                # The next one first: the name must not be free for a moment.
                pipe, self._next = self._next, _instance(self.address)
                if connected:
                    return PipeChannel(pipe)
                _kernel32().CloseHandle(pipe)
            return None

    def _connected(self) -> bool:
        """Whether somebody is at the other end of the next instance, after having waited for it."""
        waiting = _Operations(self._next, self._stop)
        try:
            waiting.finish(_kernel32().ConnectNamedPipe(self._next, waiting.overlapped))
        except OSError as error:
            code = getattr(error, "winerror", None)
            # NO_DATA: it is gone again, and what it sent is there to be read.
            if code in (_CONNECTED, _NO_DATA):
                return True
            if code in _GONE:
                return False
            raise
        finally:
            waiting.close()
        return True

    def close(self) -> None:
        """See core.platform.Listener."""
        with self._closing:
            if self._closed.is_set():
                return
            self._closed.set()
        _kernel32().SetEvent(self._stop)
        with self._accepting:
            _kernel32().CloseHandle(self._next)
            _kernel32().CloseHandle(self._stop)
        self._held.__exit__(None, None, None)


class WindowsSockets:
    """See core.platform.LocalSockets."""

    def listen(self, folder: str) -> Listener:
        """The folder tells listeners apart; pipes lie in none."""
        held = only_listener(folder)
        try:
            return PipeListener(held)
        except BaseException:
            held.__exit__(None, None, None)
            raise

    def connect(self, address: str) -> Channel:
        """An address of another kind, such as of a pipe of another machine, is refused."""
        if not _ADDRESS.fullmatch(address):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), address)
        pipe = _opened(address)
        try:
            _check_owner(pipe, address)
            return PipeChannel(pipe)
        except BaseException:
            _kernel32().CloseHandle(pipe)
            raise


def _instance(address: str, *, first: bool = False) -> int:
    user = descriptor.current_user()
    with descriptor.in_memory(f"O:{user}D:P(A;;FA;;;{user})(A;;FA;;;SY)(A;;FA;;;BA)") as made:
        security = api.SecurityAttributes(ctypes.sizeof(api.SecurityAttributes), made.value, False)
        pipe = _kernel32().CreateNamedPipeW(
            address,
            _DUPLEX | _OVERLAPPED | (_FIRST_INSTANCE if first else 0),
            _REJECT_REMOTE_CLIENTS,
            _UNLIMITED,
            _ROOM,
            _ROOM,
            0,
            ctypes.byref(security),
        )
    if pipe == api.NO_HANDLE:
        raise api.failed(path=address)
    return int(pipe)


def _opened(address: str) -> int:
    until = time.monotonic() + _PATIENCE
    while True:
        pipe = _kernel32().CreateFileW(
            address,
            api.GENERIC_READ | api.GENERIC_WRITE,
            0,
            None,
            api.OPEN_EXISTING,
            _OVERLAPPED | _IDENTIFICATION,
            None,
        )
        if pipe != api.NO_HANDLE:
            return int(pipe)
        if api.last_error() != _BUSY:
            raise api.failed(path=address)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), address)
        # Another may be quicker again, and the listener may be gone: CreateFileW tells.
        _kernel32().WaitNamedPipeW(address, max(1, int(left * 1000)))


def _check_owner(pipe: int, address: str) -> None:
    """Nobody can make another the owner of what he makes, unless he is an administrator."""
    trusted = {descriptor.canonical(account) for account in (descriptor.current_user(), "SY", "BA")}
    if descriptor.owner_of(pipe) not in trusted:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), address)
