"""`mail`."""

from __future__ import annotations

import sys

import click

from ..core.times import rfc3339
from ..mail.bounces import LARGEST, read_bounce
from ..services import audit, outbox
from .run import Run


@click.group()
def mail() -> None:
    """Mail to customers."""


@mail.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were sent too.")
@click.pass_obj
def listed(run: Run, everything: bool) -> None:
    """What is not sent: waiting, refused, given up; the newest 1,000."""
    context = run.host()
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "mails_listed")
        rows = outbox.listed(connection, everything=everything)
    found = [
        {
            "id": row.id,
            "state": row.state,
            "kind": row.kind,
            "recipient": row.recipient,
            "created": rfc3339(row.created),
            "attempts": row.attempts,
            "reason": row.reason,
        }
        for row in rows
    ]
    run.output.table(found, ("id", "state", "kind", "recipient", "created", "attempts", "reason"))


@mail.command("retry")
@click.argument("which", metavar="[ID]", required=False)
@click.pass_obj
def retry(run: Run, which: str | None) -> None:
    """Try again now what waits, was refused or given up; one, or all."""
    context = run.host()
    with context.database.write() as connection:
        count = outbox.retry(context, connection, which, run.actor)
    run.output.result({"count": count}, f"{count} will be tried again.")


@mail.command("bounce")
@click.pass_obj
def bounce(run: Run) -> None:
    """Read one message that came back, on standard input; mark its address when it came back for good."""
    context = run.host()
    found = read_bounce(sys.stdin.buffer.read(LARGEST))
    marked = None
    if found is not None:
        with context.database.write() as connection:
            marked = outbox.came_back(context, connection, found, run.actor)
    told = {
        "mail": None if found is None else found.mail,
        "permanent": found is not None and found.permanent,
        "marked": marked,
    }
    run.output.result(told, f"{marked} does not work." if marked else "No address is marked.")


COMMANDS = (mail,)
