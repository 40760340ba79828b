"""Services on Windows: the Service Control Manager ("Services", Microsoft Learn).

They run as SYSTEM with the few privileges named here: one of them, to back up, reads what access lists
forbid. Accounts of their own would have it only where an administrator grants it to each. The profile becomes
the system's and administrators' alone: a user's other programs could have it run commands else.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes.wintypes import LPWSTR
from typing import Any, Final

from ...core.errors import Failed
from ...core.platform import ServicePlan, ServiceScope, ServiceState
from ..owner_file import Exposed
from . import api, descriptor, service_api
from .api import DWORD
from .privacy import hand_to_system, is_of_system
from .service_api import advapi32

_PRIVILEGES: Final = ("SeBackupPrivilege", "SeChangeNotifyPrivilege", "SeImpersonatePrivilege")
"""To read everything; to walk through folders; and what the interfaces of volume snapshots ask for."""

_CONNECT: Final = 0x1
_CREATE: Final = 0x2
_ALL: Final = 0xF_01FF  # SERVICE_ALL_ACCESS
_QUERY: Final = 0x4
_OWN_PROCESS: Final = 0x10
_AUTOMATIC: Final = 2
_NORMAL: Final = 1  # SERVICE_ERROR_NORMAL
_STOP: Final = 1  # SERVICE_CONTROL_STOP

_STOPPED, _START_PENDING, _STOP_PENDING, _RUNNING = 1, 2, 3, 4

_ABSENT: Final = 1060
_TOO_SLOW: Final = 1053
_TRIES: Final = 3
_ALREADY: Final = 1056
_NOT_ACTIVE: Final = 1062
_EXISTS: Final = 1073
_MARKED: Final = 1072  # for deletion: somebody still holds a handle
_NOT_BEGUN_BY_IT: Final = 1063

_PATIENCE: Final = 120.0  # seconds
_LOOK: Final = 0.1


class WindowsServices:
    """See core.platform.Services."""

    def install(self, plan: ServicePlan) -> str:
        """An earlier one is changed rather than taken away: whoever looks at it keeps it from going."""
        _require(plan.scope)
        for text in plan.command:
            if re.search(r"[\x00-\x1f]", text):
                raise Failed("service_bad_path", path=text)
        command = subprocess.list2cmdline(plan.command)
        with _manager(plan.name, _CONNECT | _CREATE) as manager:  # an administrator, then
            _hand_over(plan.folder)
            service = advapi32().CreateServiceW(
                manager, plan.name, plan.description, _ALL, _OWN_PROCESS, _AUTOMATIC, _NORMAL, command,
                None, None, None, None, None,
            )  # fmt: skip
            if not service and api.last_error() == _EXISTS:
                service = advapi32().OpenServiceW(manager, plan.name, _ALL)
                changed = service and advapi32().ChangeServiceConfigW(
                    service, _OWN_PROCESS, _AUTOMATIC, _NORMAL, command, None, None, None, None, None,
                    plan.description,
                )  # fmt: skip
                if not changed:
                    raise _refused(plan.name)
            if not service:
                raise _refused(plan.name)
        try:
            _configure(service, plan)
        finally:
            advapi32().CloseServiceHandle(service)
        return plan.name

    def uninstall(self, name: str, scope: ServiceScope) -> bool:
        """See core.platform.Services."""
        _require(scope)
        with _service(name, _ALL) as service:
            if service is None:
                return False
            _end(name, service)
            if not advapi32().DeleteService(service) and api.last_error() != _MARKED:
                raise _refused(name)
        return True

    def state(self, name: str, scope: ServiceScope) -> ServiceState:
        """See core.platform.Services."""
        _require(scope)
        with _service(name, _QUERY) as service:
            if service is None:
                return "absent"
            status = _status(name, service)
        if status.state != _STOPPED:
            return "running"
        return "failed" if status.exit not in (0, 1077) else "stopped"  # 1077: never begun

    def start(self, name: str, scope: ServiceScope) -> None:
        """See core.platform.Services."""
        _require(scope)
        with _service(name, _ALL) as service:
            if service is None:
                raise api.failed(_ABSENT)
            _begin(name, service)
            _until(name, service, _RUNNING, _START_PENDING)

    def stop(self, name: str, scope: ServiceScope) -> None:
        """See core.platform.Services."""
        _require(scope)
        with _service(name, _ALL) as service:
            if service is not None:
                _end(name, service)

    def run_as_service(self, folder: str, main: Callable[[], None], stop: Callable[[], None]) -> None:
        """What the manager wants is heard by threads of its own, so that `main` keeps this one."""
        from .service_process import ServiceProcess

        def begun() -> None:
            check_profile(folder)
            main()

        ServiceProcess(begun, stop).run()


def check_profile(folder: str) -> None:
    """Looked at each time: who may write to the folder above can put another profile in the place of one that
    is closed. Raises Failed("service_profile_open", path=…)."""
    if descriptor.canonical(descriptor.current_user()) == "SY" and not is_of_system(folder):
        raise Failed("service_profile_open", path=folder)


def _hand_over(folder: str) -> None:
    """Whoever may write to the profile of a service that is SYSTEM has it run commands as SYSTEM."""
    try:
        hand_to_system(folder)
    except (OSError, Exposed) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise Failed("service_profile_not_taken", path=folder, reason=reason) from None


def _require(scope: ServiceScope) -> None:
    if scope != "system":
        raise Failed("service_scope_unknown")


def _refused(name: str) -> Failed:
    code = api.last_error()
    if code == api.ACCESS_DENIED:
        return Failed("service_no_rights")
    return Failed("service_refused", name=name, reason=api.failed(code).strerror)


@contextmanager
def _manager(name: str, access: int) -> Iterator[int]:
    manager = advapi32().OpenSCManagerW(None, None, access)
    if not manager:
        raise _refused(name)
    try:
        yield manager
    finally:
        advapi32().CloseServiceHandle(manager)


@contextmanager
def _service(name: str, access: int) -> Iterator[int | None]:
    """None when there is none of that name."""
    with _manager(name, _CONNECT) as manager:
        service = advapi32().OpenServiceW(manager, name, access)
        if not service and api.last_error() != _ABSENT:
            raise _refused(name)
    try:
        yield service or None
    finally:
        if service:
            advapi32().CloseServiceHandle(service)


def _configure(service: int, plan: ServicePlan) -> None:
    """Delayed, so that logging in does not wait; begun again after a failure, three times an hour."""
    again = (30_000, 60_000, 300_000)
    actions = (service_api.Action * 4)(*(service_api.Action(1, delay) for delay in again))
    privileges = ctypes.create_unicode_buffer("\0".join(_PRIVILEGES) + "\0")
    wanted: tuple[tuple[int, ctypes.Structure], ...] = (
        (1, service_api.Description(plan.description)),
        (2, service_api.FailureActions(3600, None, None, len(actions), actions)),
        (3, service_api.Flag(True)),  # SERVICE_CONFIG_DELAYED_AUTO_START_INFO
        (4, service_api.Flag(True)),  # ..._FAILURE_ACTIONS_FLAG: also when it says itself that it failed
        (5, service_api.Number(1)),  # ..._SERVICE_SID_INFO: SERVICE_SID_TYPE_UNRESTRICTED
        (6, service_api.Strings(ctypes.cast(privileges, LPWSTR))),  # ..._REQUIRED_PRIVILEGES_INFO
    )
    for level, what in wanted:
        done = advapi32().ChangeServiceConfig2W(service, level, ctypes.byref(what))
        if not done and api.last_error() not in service_api.NOT_THERE:
            raise _refused(plan.name)


def _status(name: str, service: int) -> Any:
    status, needed = service_api.ProcessStatus(), DWORD()
    size = ctypes.sizeof(status)
    if not advapi32().QueryServiceStatusEx(service, 0, ctypes.byref(status), size, ctypes.byref(needed)):
        raise _refused(name)
    return status


def _end(name: str, service: int) -> None:
    status = service_api.Status()
    asked = advapi32().ControlService(service, _STOP, ctypes.byref(status))
    if not asked and api.last_error() != _NOT_ACTIVE:
        raise _refused(name)
    _until(name, service, _STOPPED, _STOP_PENDING, _RUNNING)


def _begin(name: str, service: int) -> None:
    """The manager waits for 30 s: a machine that is busy gets two further tries. Raises as `start`."""
    for left in reversed(range(_TRIES)):
        if advapi32().StartServiceW(service, 0, None) or api.last_error() == _ALREADY:
            return
        if not left or api.last_error() != _TOO_SLOW:
            raise _refused(name)


def _until(name: str, service: int, wanted: int, *meanwhile: int) -> None:
    """Failed("service_refused") when it gets into another state, or nowhere."""
    until = time.monotonic() + _PATIENCE
    while (status := _status(name, service)).state != wanted:
        if status.state not in meanwhile:
            raise Failed("service_refused", name=name, reason=api.failed(status.exit).strerror)
        if time.monotonic() > until:
            raise Failed("service_refused", name=name, reason="Connection timed out")
        time.sleep(_LOOK)
