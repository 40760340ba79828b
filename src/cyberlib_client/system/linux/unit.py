"""What a unit of systemd says (systemd.service(5), systemd.exec(5)): the least rights a backup can do with.

A backup reads everything, so the whole disk is visible to it, and read-only but for the profile and a vault
in a folder. The right to read what others' modes forbid is the only one a system unit has.
"""

from __future__ import annotations

import re
from typing import Final

from ...core.errors import Failed
from ...core.platform import ServicePlan

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

_SERVICE: Final = """\
Type=exec
Restart=on-failure
RestartSec=30
KillMode=mixed
TimeoutStopSec=90
OOMPolicy=continue
Nice=5
IOSchedulingClass=best-effort
IOSchedulingPriority=7
LimitCORE=0
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
"""
"""For both kinds. A worker that takes too much memory ends alone; priorities may be lowered (@resources)."""

_SYSTEM: Final = """\
RuntimeDirectoryMode=0700
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
AmbientCapabilities=CAP_DAC_READ_SEARCH
ProtectSystem=strict
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
PrivateDevices=yes
PrivateMounts=yes
RemoveIPC=yes
"""
"""What only a manager that is root can give. Neither ProtectHome nor PrivateTmp, which would hide from the
backup what it is there for."""


def unit(plan: ServicePlan, user: str) -> str:
    """The file's text; `user`: the name or number of whom a system unit runs as, as it stands.

    Raises Failed("service_bad_path", path=…) for what a unit cannot name.
    """
    system = plan.scope == "system"
    parts = [
        "[Unit]",
        f"Description={_escaped(plan.description)}",
        "StartLimitIntervalSec=600",
        "StartLimitBurst=5",
        *(["After=network-online.target", "Wants=network-online.target"] if system else []),
        "",
        "[Service]",
        f"ExecStart={' '.join(_word(each) for each in plan.command)}",
        _SERVICE.rstrip(),
    ]
    if system:
        parts += [f"User={user}", f"RuntimeDirectory={plan.name}", _SYSTEM.rstrip()]
        # A disk that is not there now is no reason not to begin; its later mount is the disk's own affair.
        parts += [f"ReadWritePaths={_path(each)}" for each in (plan.folder, *plan.writes)]
    parts += ["", "[Install]", f"WantedBy={'multi-user' if system else 'default'}.target", ""]
    return "\n".join(parts)


def _escaped(text: str) -> str:
    if _CONTROL.search(text) or not _is_text(text):
        raise Failed("service_bad_path", path=text)
    return text.replace("%", "%%")


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _word(text: str) -> str:
    """A word of a command line: `$` would name a variable, `\\` begins an escape."""
    return '"' + _escaped(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _path(text: str) -> str:
    """A path in a list of them, where a backslash is itself and quotes have no escape: each is quoted by the
    other kind. The hyphen: it may be absent."""
    parts = re.findall(r'"+|[^"]+', _escaped(text))
    return "-" + "".join(f"'{part}'" if '"' in part else f'"{part}"' for part in parts)
