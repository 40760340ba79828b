"""`cyberlib agent`: backups that happen by themselves."""

from __future__ import annotations

from ...app.wording.language import Both
from ..words import group

agent = group(
    "agent", Both("Les sauvegardes qui se font toutes seules.", "Backups that happen by themselves.")
)
agent.lazy |= {
    "run": ".commands.agent_run",
    "status": ".commands.agent_status",
    "pause": ".commands.agent_run",
    "resume": ".commands.agent_run",
    "stop": ".commands.agent_run",
    "install": ".commands.agent_service",
    "uninstall": ".commands.agent_service",
    "job": ".commands.agent_run",
    "clerk": ".commands.agent_run",
}
