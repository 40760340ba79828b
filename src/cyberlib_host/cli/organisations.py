"""`organisation`, `contract-key` and `seats`."""

from __future__ import annotations

import click
from sqlalchemy import select

from ..core import licences
from ..core.licences import Licence
from ..database.tables import organisations
from ..services import access, audit
from ..services import organisations as service
from .run import Run


@click.group()
def organisation() -> None:
    """Organisations and their subscriptions."""


@organisation.command("create")
@click.option("--name", required=True)
@click.option("--siren", required=True)
@click.option("--seats", required=True, type=int, help="How many devices may be active.")
@click.option("--contact", help="Whom to tell about incidents.")
@click.option("--quota", type=click.IntRange(0, 1 << 60), help="Most bytes stored.")
@click.pass_obj
def create(run: Run, name: str, siren: str, seats: int, contact: str | None, quota: int | None) -> None:
    """Create one; its contract key is shown this once."""
    context = run.host()
    with context.database.write() as connection:
        made = service.create(
            context, connection, run.actor, name=name, siren=siren, seats=seats, contact=contact, quota=quota
        )
    run.output.result(
        {"id": made.id, "contract_key": made.contract_key},
        f"Organisation {made.id}\nContract key, shown this once: {made.contract_key}",
    )


@organisation.command("list")
@click.pass_obj
def listed(run: Run) -> None:
    """All organisations."""
    context = run.host()
    found = []
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "organisations_listed")
        for row in connection.execute(select(organisations).order_by(organisations.c.name)).all():
            state = licences.state_at(Licence(row.decided, row.decided_at), context.clock(), context.rules)
            found.append(
                {
                    "id": row.id,
                    "name": row.name,
                    "siren": row.siren,
                    "contact": row.contact,
                    "state": state,
                    "seats": row.seats,
                    "used": access.used_seats(connection, row.id),
                    "bytes": row.bytes,
                    "quota": row.quota,
                }
            )
    run.output.table(found, ("id", "name", "siren", "state", "seats", "used", "bytes"))


def _decision(name: str, wanted: str, done: str, about: str) -> None:
    @organisation.command(name, help=about)
    @click.argument("which", metavar="ID|SIREN")
    @click.pass_obj
    def decide(run: Run, which: str) -> None:
        context = run.host()
        with context.database.write() as connection:
            row = service.found(connection, which)
            service.decide(context, connection, row.id, wanted, run.actor)
        run.output.result({"id": row.id, "decided": wanted}, f"{row.name}: {done}")


_decision(
    "suspend", "suspended", "suspended once the days of grace are over", "Suspend, after days of grace."
)
_decision("resume", "active", "active again", "End a suspension.")
_decision("terminate", "terminated", "terminated; what is stored stays readable for a time", "End for good.")


@click.group("contract-key")
def contract_key() -> None:
    """Keys by which devices enrol."""


@contract_key.command("rotate")
@click.argument("which", metavar="ID|SIREN")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="How long it is good; until revoked when left out."
)
@click.pass_obj
def rotate(run: Run, which: str, days: int | None) -> None:
    """Revoke all keys and make one, shown this once."""
    context = run.host()
    with context.database.write() as connection:
        row = service.found(connection, which)
        key = service.rotate_key(context, connection, row.id, run.actor, days=days)
    run.output.result({"id": row.id, "contract_key": key}, f"Contract key, shown this once: {key}")


@contract_key.command("revoke")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def revoke(run: Run, which: str) -> None:
    """Revoke all keys; devices enrolled with them stay."""
    context = run.host()
    with context.database.write() as connection:
        row = service.found(connection, which)
        count = service.revoke_keys(context, connection, row.id, run.actor)
    run.output.result({"id": row.id, "revoked": count}, f"{count} keys revoked.")


@click.group()
def seats() -> None:
    """How many devices may be active."""


@seats.command("set")
@click.argument("which", metavar="ID|SIREN")
@click.argument("number", type=int)
@click.pass_obj
def set_seats(run: Run, which: str, number: int) -> None:
    """Set it: surplus devices become active, or the newest ones surplus."""
    context = run.host()
    with context.database.write() as connection:
        row = service.found(connection, which)
        service.set_seats(context, connection, row.id, number, run.actor)
    run.output.result({"id": row.id, "seats": number}, f"{row.name}: {number} seats.")


COMMANDS = (
    organisation,
    contract_key,
    seats,
)
