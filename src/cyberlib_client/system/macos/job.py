"""What a job of launchd says (launchd.plist(5))."""

from __future__ import annotations

import os
import plistlib
from typing import Any, Final

from ...core.errors import Failed
from ...core.platform import ServicePlan, ServiceScope

PREFIX: Final = "org.cyberlib."
_FOLDERS: Final[dict[ServiceScope, str]] = {
    "system": "/Library/LaunchDaemons",
    "user": "~/Library/LaunchAgents",
}


def job_path(name: str, scope: ServiceScope) -> str:
    """Where launchd looks for it."""
    return os.path.join(os.path.expanduser(_FOLDERS[scope]), f"{PREFIX}{name}.plist")


def job(plan: ServicePlan, user: str) -> bytes:
    """The file; `user`: whom a daemon runs as. Raises Failed("service_bad_path", path=…)."""
    for text in (*plan.command, plan.folder):
        if not _is_plain(text):
            raise Failed("service_bad_path", path=text)
    said: dict[str, Any] = {
        "Label": PREFIX + plan.name,
        "ProgramArguments": list(plan.command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ExitTimeOut": 90,
        # "Background" would also slow down a restore that somebody waits for, through the agent.
        "ProcessType": "Standard",
        "LowPriorityIO": True,
        "Nice": 5,
        "Umask": 0o077,
        "HardResourceLimits": {"Core": 0},
        "WorkingDirectory": "/",
    }
    if plan.scope == "system":
        said["UserName"] = user
    return plistlib.dumps(said)


def _is_plain(text: str) -> bool:
    """XML has no control characters, and no bytes that are not text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return all(sign >= " " for sign in text)
