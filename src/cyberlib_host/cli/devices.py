"""`device`."""

from __future__ import annotations

import click
import msgspec

from ..services import audit, organisations
from ..services import devices as service
from .run import Run


@click.group()
def device() -> None:
    """Declared workstations."""


@device.command("list")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def listed(run: Run, which: str) -> None:
    """An organisation's devices."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        audit.note(context, connection, row.id, run.actor, "devices_listed")
        found = service.listed(connection, row.id).devices
    run.output.table(
        [msgspec.to_builtins(each) for each in found], ("id", "name", "state", "last_seen", "vault")
    )


@device.command("revoke")
@click.argument("which", metavar="ID|SIREN")
@click.argument("name")
@click.pass_obj
def revoke(run: Run, which: str, name: str) -> None:
    """End a device at once: its sessions die, its seat is free."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        ended = service.revoke_named(context, connection, row.id, name, run.actor)
    run.output.result(msgspec.to_builtins(ended), f"{ended.name} is revoked.")


COMMANDS = (device,)
