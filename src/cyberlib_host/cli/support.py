"""`support`: who may guide customers that open a meeting."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from ..services import audit
from ..services import support as service
from .run import Run


@click.group()
def support() -> None:
    """Support's people, who guide customers that ask them to: each has a credential of their own."""


@support.command("add")
@click.option("--name", required=True, help="First and last name, as customers see it.")
@click.option("--at", required=True, metavar="URL", help="The host's address, as support reaches it.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def add(run: Run, name: str, at: str, file: Path) -> None:
    """Write a credential for somebody to FILE, which must not exist."""
    if not at.startswith("https://"):
        raise click.BadParameter("an address of a host begins with https://", param_hint="--at")
    context = run.host()
    # First: a credential that nobody could be given would still count.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        try:
            with context.database.write() as connection:
                made = service.add(context, connection, name, run.actor)
                document = {
                    "kind": "cyberlib support credential",
                    "version": 1,
                    "at": at.rstrip("/"),
                    "name": made.name,
                    "secret": made.secret,
                }
                out.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
                out.flush()
        except BaseException:
            file.unlink()
            raise
    run.output.result({"id": made.id, "name": made.name, "file": str(file)},
                      f"{made.name} may guide customers ({made.id}). Their credential: {file}")  # fmt: skip


@support.command("list")
@click.pass_obj
def listed(run: Run) -> None:
    """All there ever were; customers' logs name them by their ids."""
    context = run.host()
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "helpers_listed")
        found = service.listed(connection)
    run.output.table(found, ("id", "name", "state", "created", "last_seen"))


@support.command("revoke")
@click.argument("who", metavar="ID|NAME")
@click.pass_obj
def revoke(run: Run, who: str) -> None:
    """End somebody's credential, and what they are guiding."""
    context = run.host()
    with context.database.write() as connection:
        name = service.revoke(context, connection, who, run.actor)
    run.output.result({"name": name}, f"{name} guides nobody any more.")


COMMANDS = (support,)
