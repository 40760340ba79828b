"""What a process does to be a service of Windows ("Service Programs", Microsoft Learn)."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Final

from . import service_api
from .service_api import advapi32

_OWN_PROCESS: Final = 0x10
_STOPPED, _START_PENDING, _STOP_PENDING, _RUNNING = 1, 2, 3, 4
_ACCEPT_STOP, _ACCEPT_SHUTDOWN, _ACCEPT_POWER = 0x1, 0x4, 0x40
_CONTROL_STOP, _CONTROL_INTERROGATE, _CONTROL_SHUTDOWN, _CONTROL_POWER = 1, 4, 5, 13
_NOT_IMPLEMENTED: Final = 120
_OWN_ERROR: Final = 1066  # ERROR_SERVICE_SPECIFIC_ERROR
_HINT: Final = 90_000  # milliseconds that beginning or ending may take


class ServiceProcess:
    """Runs `main`, and tells the manager of services how it stands. Once per process."""

    def __init__(self, main: Callable[[], None], stop: Callable[[], None]) -> None:
        self._main = main
        self._stop = stop
        self._handle = 0
        self._known = threading.Event()  # whether the manager began this process or not
        self._ended = threading.Event()
        self._failed = True
        # The system calls these as long as the process lives.
        self._entry = service_api.MAIN(self._serve)
        self._handler = service_api.HANDLER(self._hear)

    def run(self) -> None:
        """`main` in this thread, as a service if the manager began this process."""
        dispatcher = threading.Thread(target=self._dispatch, name="service", daemon=True)
        dispatcher.start()
        self._known.wait()
        try:
            self._main()
            self._failed = False
        finally:
            self._ended.set()
            dispatcher.join()

    def _dispatch(self) -> None:
        """Returns when the service is over, or at once where there is no manager that waits for it."""
        table = (service_api.Entry * 2)(service_api.Entry("", self._entry))
        advapi32().StartServiceCtrlDispatcherW(table)
        self._known.set()

    def _serve(self, _count: int, _words: int | None) -> None:
        self._handle = advapi32().RegisterServiceCtrlHandlerExW("", self._handler, None) or 0
        self._tell(_RUNNING)
        self._known.set()
        self._ended.wait()
        self._tell(_STOPPED)

    def _hear(self, control: int, _kind: int, _data: int | None, _context: int | None) -> int:
        if control in (_CONTROL_STOP, _CONTROL_SHUTDOWN):
            self._tell(_STOP_PENDING)
            threading.Thread(target=self._stop, name="stop", daemon=True).start()
            return 0
        # Sleep and waking are seen by the clocks; to be told of them only spares an error.
        return 0 if control in (_CONTROL_INTERROGATE, _CONTROL_POWER) else _NOT_IMPLEMENTED

    def _tell(self, state: int) -> None:
        running = state == _RUNNING
        status = service_api.Status(
            type=_OWN_PROCESS,
            state=state,
            accepted=_ACCEPT_STOP | _ACCEPT_SHUTDOWN | _ACCEPT_POWER if running else 0,
            exit=_OWN_ERROR if state == _STOPPED and self._failed else 0,
            own_exit=int(state == _STOPPED and self._failed),
            wait_hint=_HINT if state in (_START_PENDING, _STOP_PENDING) else 0,
        )
        advapi32().SetServiceStatus(self._handle, ctypes.byref(status))
