"""Services on macOS: daemons and agents of launchd (launchctl(1))."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable

from ...core.errors import Failed
from ...core.platform import ServicePlan, ServiceScope, ServiceState
from ..service_commands import called, put_file, remove_file
from .job import PREFIX, job, job_path

if sys.platform == "darwin":
    import pwd

    class Launchd:
        """See core.platform.Services. A job is begun when it is made known: `start` makes it known."""

        def install(self, plan: ServicePlan) -> str:
            """Known to launchd from the next start of the machine or session on, or from `start`."""
            _require(plan.scope)
            path = job_path(plan.name, plan.scope)
            put_file(path, job(plan, pwd.getpwuid(os.stat(plan.folder).st_uid).pw_name))
            return path

        def uninstall(self, name: str, scope: ServiceScope) -> bool:
            """See core.platform.Services."""
            _require(scope)
            path = job_path(name, scope)
            if not os.path.lexists(path):
                return False
            self.stop(name, scope)
            return remove_file(path)

        def state(self, name: str, scope: ServiceScope) -> ServiceState:
            """As `launchctl print` tells it."""
            if not os.path.lexists(job_path(name, scope)):
                return "absent"
            told = called(name, "launchctl", "print", _target(name, scope), allowed=tuple(range(256)))
            if told.returncode != 0:
                return "stopped"  # not known to launchd
            if re.search(r"^\s*state = running$", told.stdout, re.M):
                return "running"
            ended = re.search(r"^\s*last exit code = (\d+)", told.stdout, re.M)
            return "failed" if ended is not None and ended[1] != "0" else "stopped"

        def start(self, name: str, scope: ServiceScope) -> None:
            """A new file counts: what launchd knew of an earlier one is forgotten first."""
            _require(scope)
            self.stop(name, scope)
            called(name, "launchctl", "enable", _target(name, scope))
            called(name, "launchctl", "bootstrap", _domain(scope), job_path(name, scope))

        def stop(self, name: str, scope: ServiceScope) -> None:
            """Unknown to launchd until `start` or the next start of the machine: KeepAlive would begin it
            again otherwise."""
            _require(scope)
            # 3, 113: it was not known; 36: it is ending.
            called(name, "launchctl", "bootout", _target(name, scope), allowed=(0, 3, 36, 113))

        def run_as_service(self, folder: str, main: Callable[[], None], stop: Callable[[], None]) -> None:
            """launchd ends what it began by SIGTERM."""
            main()

    def _require(scope: ServiceScope) -> None:
        if scope == "system" and os.geteuid() != 0:
            raise Failed("service_no_rights")

    def _domain(scope: ServiceScope) -> str:
        return "system" if scope == "system" else f"gui/{os.getuid()}"

    def _target(name: str, scope: ServiceScope) -> str:
        return f"{_domain(scope)}/{PREFIX}{name}"
