"""`person`: people of an organisation, who prove who they are."""

from __future__ import annotations

import click

from ..core.people import Invited, Inviting, Role
from ..core.times import rfc3339
from ..services import audit, organisations
from ..services import people as service
from .run import Run


@click.group()
def person() -> None:
    """People of an organisation, who prove who they are by password and code."""


_which = click.argument("which", metavar="ID|SIREN")
_who = click.argument("who", metavar="ADDRESS|ID")


@person.command("invite")
@_which
@click.option("--name", required=True, help="First and last name.")
@click.option("--mail", required=True, metavar="ADDRESS", help="By which they say who they are.")
@click.option(
    "--role",
    type=click.Choice(("holder", "member")),
    default="member",
    show_default=True,
    help="A holder decides on the escrow, on other people and on the end of the contract.",
)
@click.pass_obj
def invite(run: Run, which: str, name: str, mail: str, role: Role) -> None:
    """Invite somebody; the invitation is shown this once."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        made = service.invite(context, connection, row.id, Inviting(name, mail, role), run.actor)
    _show(run, made)


@person.command("list")
@_which
@click.pass_obj
def listed(run: Run, which: str) -> None:
    """An organisation's people."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        audit.note(context, connection, row.id, run.actor, "people_listed")
        found = [
            {
                "id": each.id,
                "name": each.name,
                "mail": each.mail,
                "role": each.role,
                "state": service.state_of(each),
                "invited_until": None if each.confirmed is not None else rfc3339(each.invited_until),
            }
            for each in service.all_of(connection, row.id)
        ]
    run.output.table(found, ("id", "name", "mail", "role", "state", "invited_until"))


@person.command("reset")
@_which
@_who
@click.pass_obj
def reset(run: Run, which: str, who: str) -> None:
    """Invite somebody anew who lost their password or telephone; check who calls first."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        made = service.reset(context, connection, row.id, who, run.actor)
    _show(run, made)


@person.command("unlock")
@_which
@_who
@click.pass_obj
def unlock(run: Run, which: str, who: str) -> None:
    """End the wait after tries that failed."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        name = service.unlock(context, connection, row.id, who, run.actor)
    run.output.result({"name": name}, f"{name} may try again.")


@person.command("link")
@_which
@_who
@click.argument("identity", metavar="NATIONAL-ID")
@click.pass_obj
def link(run: Run, which: str, who: str, identity: str) -> None:
    """Say by which number the provider of identities knows somebody."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        name = service.link(context, connection, row.id, who, identity, run.actor)
    run.output.result({"name": name}, f"{name} may sign in there.")


@person.command("end")
@_which
@_who
@click.pass_obj
def end(run: Run, which: str, who: str) -> None:
    """Somebody is no longer one of them. Without anybody, no proof is asked for any more."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        name = service.end(context, connection, row.id, who, run.actor)
    run.output.result({"name": name}, f"{name} is no longer one of them.")


def _show(run: Run, made: Invited) -> None:
    told = {"id": made.id, "invitation": made.invitation, "until": made.until}
    run.output.result(told, f"Invitation, shown this once, until {made.until}: {made.invitation}")


COMMANDS = (person,)
