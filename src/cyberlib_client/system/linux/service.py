"""Services on Linux: units of systemd, of the system or of a user's own manager."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from ...core.errors import Failed
from ...core.platform import ServicePlan, ServiceScope, ServiceState
from ..service_commands import called, put_file, remove_file
from .unit import unit

_RUNNING: Final = "/run/systemd/system"  # sd_booted(3)
_FOLDER: Final = "/etc/systemd/system"
_STATES: Final[dict[str, ServiceState]] = {
    "active": "running",
    "activating": "running",
    "reloading": "running",
    "deactivating": "running",
    "failed": "failed",
}

if sys.platform == "linux":
    import pwd

    class Systemd:
        """See core.platform.Services."""

        def install(self, plan: ServicePlan) -> str:
            """A unit that is not understood is taken away again."""
            _require(plan.scope)
            path = _path(plan.name, plan.scope)
            put_file(path, unit(plan, _owner(plan.folder)).encode())
            try:
                self._control(plan.name, plan.scope, "daemon-reload")
                self._control(plan.name, plan.scope, "enable", "--quiet", f"{plan.name}.service")
            except Failed:
                remove_file(path)
                raise
            return path

        def uninstall(self, name: str, scope: ServiceScope) -> bool:
            """See core.platform.Services."""
            _require(scope)
            path = _path(name, scope)
            if not os.path.lexists(path):
                return False
            self._control(name, scope, "disable", "--quiet", "--now", f"{name}.service")
            remove_file(path)
            self._control(name, scope, "daemon-reload")
            self._control(name, scope, "reset-failed", f"{name}.service", allowed=(0, 1))
            return True

        def state(self, name: str, scope: ServiceScope) -> ServiceState:
            """See core.platform.Services."""
            if not os.path.lexists(_path(name, scope)):
                return "absent"
            _require_manager()
            told = self._control(name, scope, "show", "--property=ActiveState,SubState", f"{name}.service")
            state = dict(line.split("=", 1) for line in told.splitlines())
            if state["SubState"] == "auto-restart":  # for systemd that is a way to be activated
                return "failed"
            return _STATES.get(state["ActiveState"], "stopped")

        def start(self, name: str, scope: ServiceScope) -> None:
            """An earlier failure no longer counts; one that waits to be begun again waits no longer."""
            if self.state(name, scope) == "running":
                return
            _require(scope)
            self._control(name, scope, "reset-failed", f"{name}.service", allowed=(0, 1))
            self._control(name, scope, "restart", f"{name}.service")

        def stop(self, name: str, scope: ServiceScope) -> None:
            """See core.platform.Services."""
            _require(scope)
            self._control(name, scope, "stop", f"{name}.service")

        def run_as_service(self, folder: str, main: Callable[[], None], stop: Callable[[], None]) -> None:
            """systemd ends what it began by SIGTERM."""
            main()

        def _control(
            self, name: str, scope: ServiceScope, *words: str, allowed: tuple[int, ...] = (0,)
        ) -> str:
            command = ("systemctl", f"--{scope}", "--no-ask-password", *words)
            return called(name, *command, allowed=allowed).stdout

    def _require(scope: ServiceScope) -> None:
        _require_manager()
        if scope == "system" and os.geteuid() != 0:
            raise Failed("service_no_rights")

    def _require_manager() -> None:
        if not os.path.isdir(_RUNNING):
            raise Failed("service_no_manager", manager="systemd")

    def _path(name: str, scope: ServiceScope) -> str:
        if scope == "system":
            folder = _FOLDER
        else:
            base = os.environ.get("XDG_CONFIG_HOME", "")
            base = base if os.path.isabs(base) else os.path.expanduser("~/.config")
            folder = os.path.join(base, "systemd", "user")
        return os.path.join(folder, f"{name}.service")

    def _owner(folder: str) -> str:
        """A number would do as well; a name is what an administrator looks for."""
        number = os.stat(folder).st_uid
        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return str(number)
