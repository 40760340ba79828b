"""`audit`."""

from __future__ import annotations

import click
import msgspec

from ..services import audit as service
from ..services import organisations
from ..services.context import Context
from .run import Run


@click.group("audit")
def audit_group() -> None:
    """The audit log: every access by anyone."""


@audit_group.command("export")
@click.argument("which", metavar="[ID|SIREN]", required=False)
@click.pass_obj
def export(run: Run, which: str | None) -> None:
    """Print a log as JSON lines, oldest first; the host's own without an organisation."""
    context = run.host()
    with context.database.write() as connection:
        chain = service.HOST if which is None else organisations.found(connection, which).id
        service.note(context, connection, chain, run.actor, "audit_exported")
    with context.database.read() as connection:
        head = service.page(connection, chain, limit=1)
        click.echo(msgspec.json.encode({"first": head.first, "anchor": head.anchor}))
        for line in service.lines(connection, chain):
            click.echo(msgspec.json.encode(line))


@audit_group.command("check")
@click.argument("which", metavar="[ID|SIREN]", required=False)
@click.pass_obj
def check(run: Run, which: str | None) -> None:
    """Follow a log's chain from its first line to its last."""
    context = run.host()
    chain = _chain(context, which)
    with context.database.read() as connection:
        count = service.check(connection, chain)
    with context.database.write() as connection:
        service.note(context, connection, chain, run.actor, "audit_checked", lines=count)
    run.output.result({"lines": count}, f"{count} lines, all chained.")


def _chain(context: Context, which: str | None) -> str:
    if which is None:
        return service.HOST
    with context.database.read() as connection:
        return str(organisations.found(connection, which).id)


COMMANDS = (audit_group,)
