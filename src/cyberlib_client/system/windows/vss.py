"""A shadow copy made with its writers: programs that set their files in order for it.

The order of calls is that of Microsoft Learn, "Overview of Processing a Backup Under VSS", and of "Aborting
VSS Operations" when something fails. All of it happens in a thread of its own, which alone has the objects: a
service that does not answer holds up nobody for ever. The copy is not persistent: Windows removes it when
this process no longer holds it, however it ended.

The backup is told to writers as a copy, of all files on the volumes: a full one would let a server cut its
logs, and so break the chain of whoever else backs it up.

Written from the headers and the documentation; tried against an object that plays the service, not on a real
Windows yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from ctypes import byref, c_int32, c_void_p
from typing import Final, NamedTuple

from . import com, vss_api, vss_writers
from .api import BOOL
from .com import ComError, Guid
from .vss_api import Async, BackupComponents, Doors, SnapshotProperties
from .vss_writers import Failure, FileSet


class Limits(NamedTuple):
    """Seconds that a step may take. `busy`: while somebody else makes a shadow copy. `look`: between two
    looks whether a step is over."""

    gather: float = 120.0
    busy: float = 120.0
    prepare: float = 300.0
    snapshot: float = 600.0
    complete: float = 120.0
    look: float = 0.5

    @property
    def whole(self) -> float:
        """Until there is a shadow copy, at most."""
        return 3 * self.gather + self.busy + self.prepare + self.snapshot


class Shadow(NamedTuple):
    """`devices`: {volume: where its content is reached}, of those that can be copied. `files`: what writers
    that are well set in order. `failed`: the others."""

    devices: dict[str, str]
    files: list[FileSet]
    failed: list[Failure]


class NoShadow(Exception):
    """`reason`: "unsupported", "no_rights", "no_storage", "shadow_busy", "volume_busy", "timed_out", or
    "refused: …"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_LIMITS: Final = Limits()
_NO_PROVIDER: Final = Guid()
_MILLISECONDS: Final = 1000
_PATIENCE: Final = 15.0
"""Seconds that whoever gives up waits for the service to be told."""


class Requester:
    """One backup as the service has it: `make`, then `end`, once each."""

    def __init__(self, doors: Doors, limits: Limits = _LIMITS) -> None:
        self._doors = doors
        self._limits = limits
        self._made: Shadow | OSError | NoShadow | None = None
        self._ready = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def make(self, volumes: Sequence[str], check_cancel: Callable[[], None]) -> Shadow:
        """A shadow copy of volumes, each with its backslash at the end, at one moment. Raises NoShadow, and
        what `check_cancel` raises."""
        session = _Session(self._doors, self._limits, self._over)
        self._thread = threading.Thread(
            target=self._hold, args=(session, tuple(volumes)), name="shadow copy", daemon=True
        )
        self._thread.start()
        until = time.monotonic() + self._limits.whole
        try:
            while not self._ready.wait(self._limits.look):
                check_cancel()
                if time.monotonic() > until:
                    raise NoShadow("timed_out")
            if isinstance(self._made, Shadow):
                return self._made
            raise _refusal(self._made)
        except BaseException:
            self._over.set()
            self._thread.join(_PATIENCE)
            raise

    def end(self) -> None:
        """The files are read: writers are told, and the shadow copy goes. Never raises."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(self._limits.complete + _PATIENCE)

    def _hold(self, session: _Session, volumes: tuple[str, ...]) -> None:
        try:
            leave = self._doors.enter()
            try:
                with session:
                    self._made = session.make(volumes)
                    self._ready.set()
                    self._over.wait()
                    session.complete()
            finally:
                leave()
        except (OSError, NoShadow) as error:
            self._made = self._made or error
        finally:
            self._ready.set()


class _Session:
    """The calls, in the thread that they belong to. `over`: set when nobody wants the copy any more."""

    def __init__(self, doors: Doors, limits: Limits, over: threading.Event) -> None:
        self._doors, self._limits, self._over = doors, limits, over
        self._backup: BackupComponents | None = None
        self._prepared = False
        self._completed = False

    def __enter__(self) -> _Session:
        pointer = c_void_p()
        code = self._doors.create(byref(pointer))
        if code < 0:
            raise ComError(code, "CreateVssBackupComponents")
        self._backup = BackupComponents(pointer)
        return self

    def __exit__(self, *_: object) -> None:
        """Writers that were prepared and not told of an end are told of an abort before all is let go."""
        backup = self._backup
        if backup is None:
            return
        self._backup = None
        try:
            if self._prepared and not self._completed:
                backup.call("AbortBackup")
        except OSError:
            pass
        finally:
            backup.release()

    def make(self, volumes: tuple[str, ...]) -> Shadow:
        """Raises ComError, NoShadow."""
        call, limits = self._call, self._limits
        call("InitializeForBackup", None)
        call("SetContext", vss_api.CONTEXT_BACKUP)
        call("SetBackupState", False, False, vss_api.COPY, False)
        self._finish("GatherWriterMetadata", limits.gather)
        cares = self._cares()
        self._begin_set()
        copies = self._added(volumes)
        self._prepared = True
        self._finish("PrepareForBackup", limits.prepare)
        self._finish("DoSnapshotSet", limits.snapshot)
        self._finish("GatherWriterStatus", limits.gather)
        well, failed = vss_writers.failures(self._opened())
        call("FreeWriterStatus")
        files = [files for instance in well for files in cares.get(instance, ())]
        devices = {volume: self._device(copy) for volume, copy in copies.items()}
        return Shadow(devices, files, failed)

    def complete(self) -> None:
        """Raises ComError, NoShadow: nothing that was read is worse for it."""
        self._completed = True
        self._finish("BackupComplete", self._limits.complete, to_its_end=True)

    def _cares(self) -> dict[str, list[FileSet]]:
        """A writer that says nonsense costs what it says, not the copy."""
        try:
            return vss_writers.cares(self._opened())
        except ComError:
            return {}
        finally:
            self._call("FreeWriterMetadata")

    def _begin_set(self) -> None:
        """One at a time on a machine: waits for somebody else's to be made."""
        until = time.monotonic() + self._limits.busy
        while True:
            try:
                self._call("StartSnapshotSet", byref(Guid()))
                return
            except ComError as error:
                if error.code != vss_api.IN_PROGRESS or time.monotonic() > until:
                    raise
            self._over.wait(self._limits.look)
            self._go_on()

    def _added(self, volumes: tuple[str, ...]) -> dict[str, Guid]:
        """The first one has to be; of the others those that can."""
        found = {}
        for volume in volumes:
            copy, supported = Guid(), BOOL()
            try:
                self._call("IsVolumeSupported", _NO_PROVIDER, volume, byref(supported))
                if supported.value:
                    self._call("AddToSnapshotSet", volume, _NO_PROVIDER, byref(copy))
                    found[volume] = copy
            except ComError as error:
                if error.code not in vss_api.NOT_SUPPORTED:
                    raise
        if volumes[0] not in found:
            raise NoShadow("unsupported")
        return found

    def _device(self, copy: Guid) -> str:
        told = SnapshotProperties()
        self._call("GetSnapshotProperties", copy, byref(told))
        try:
            if not told.device:
                raise NoShadow("refused: GetSnapshotProperties")
            return str(told.device)
        finally:
            self._doors.free(byref(told))

    def _finish(self, name: str, seconds: float, *, to_its_end: bool = False) -> None:
        """Starts something and waits until it is over. `to_its_end`: whether or not anybody wants it."""
        pointer = c_void_p()
        self._call(name, byref(pointer))
        until = time.monotonic() + seconds
        with Async(pointer) as going:
            try:
                while (code := _status(going, self._limits.look)) == vss_api.ASYNC_PENDING:
                    if not to_its_end:
                        self._go_on()
                    if time.monotonic() > until:
                        raise NoShadow("timed_out")
                    time.sleep(self._limits.look / 10)
            except NoShadow:
                going.call("Cancel")
                raise
        if code == vss_api.ASYNC_CANCELLED:
            raise NoShadow("timed_out")
        if code & 0x8000_0000:
            raise ComError(code, name)

    def _go_on(self) -> None:
        if self._over.is_set():
            raise NoShadow("timed_out")

    def _opened(self) -> BackupComponents:
        if self._backup is None:
            raise ComError(com.ACCESS_DENIED, "released")
        return self._backup

    def _call(self, name: str, *arguments: object) -> int:
        return self._opened().call(name, *arguments)


def _status(going: Async, seconds: float) -> int:
    """How something goes that was started; waits for its end for some time."""
    code = c_int32()
    going.call("Wait", int(seconds * _MILLISECONDS))
    going.call("QueryStatus", byref(code), None)
    return code.value & 0xFFFF_FFFF


def _refusal(error: OSError | NoShadow | None) -> NoShadow:
    if isinstance(error, NoShadow):
        return error
    if isinstance(error, ComError):
        return NoShadow(_reason(error))
    return NoShadow(f"refused: {error.strerror or error}" if error is not None else "refused: COM")


def _reason(error: ComError) -> str:
    if error.code == com.ACCESS_DENIED:
        return "no_rights"
    if error.code == vss_api.IN_PROGRESS:
        return "shadow_busy"
    for codes, reason in (
        (vss_api.NOT_SUPPORTED, "unsupported"),
        (vss_api.OUT_OF_STORAGE, "no_storage"),
        (vss_api.TOO_BUSY, "volume_busy"),
    ):
        if error.code in codes:
            return reason
    return f"refused: {error.strerror}"
