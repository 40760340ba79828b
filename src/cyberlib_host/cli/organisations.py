"""`organisation`, `contract-key` and `seats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import click
from sqlalchemy import Connection, select

from ..core import licences
from ..core.holidays import Region
from ..core.licences import Licence
from ..core.times import rfc3339
from ..database.tables import organisations
from ..services import access, addresses, audit, retirement
from ..services import organisations as service
from ..services.context import Context
from .run import Run

_incident = click.option("--incident", multiple=True, metavar="ADDRESS", help="Who gets mails on incidents.")
_report = click.option("--report", multiple=True, metavar="ADDRESS", help="Who gets reports.")


@click.group()
def organisation() -> None:
    """Organisations and their subscriptions."""


@organisation.command("create")
@click.option("--name", required=True)
@click.option("--siren", required=True)
@click.option("--seats", required=True, type=int, help="How many devices may be active.")
@click.option("--contact", help="The person to turn to about incidents.")
@click.option("--quota", type=click.IntRange(0, 1 << 60), help="Most bytes stored.")
@_incident
@_report
@click.pass_obj
def create(
    run: Run,
    name: str,
    siren: str,
    seats: int,
    contact: str | None,
    quota: int | None,
    incident: tuple[str, ...],
    report: tuple[str, ...],
) -> None:
    """Create one; its contract key is shown this once."""
    context = run.host()
    with context.database.write() as connection:
        made = service.create(
            context, connection, run.actor, name=name, siren=siren, seats=seats, contact=contact, quota=quota
        )
        _set_addresses(run, context, connection, made.id, incident, report)
    run.output.result(
        {"id": made.id, "contract_key": made.contract_key},
        f"Organisation {made.id}\nContract key, shown this once: {made.contract_key}",
    )


@organisation.command("change")
@click.argument("which", metavar="ID|SIREN")
@click.option("--name")
@click.option("--contact", help="The person to turn to about incidents; empty for none.")
@click.option("--quota", type=click.IntRange(0, 1 << 60), help="Most bytes stored.")
@click.option("--no-quota", is_flag=True, help="As many bytes as there is room for.")
@_incident
@_report
@click.option("--language", type=click.Choice(("fr", "en")), help="Of its mails.")
@click.option("--zone", help="Time zone, as Europe/Paris.")
@click.option("--holidays", type=click.Choice(get_args(Region)), help="Whose public holidays are off.")
@click.option("--report-each/--no-report-each", default=None, help="A mail for each backup.")
@click.pass_obj
def change(
    run: Run, /, which: str, no_quota: bool, incident: tuple[str, ...], report: tuple[str, ...], **given: Any
) -> None:
    """Change what is given. Addresses replace those there are; an empty one removes them."""
    changes = {name: value for name, value in given.items() if value is not None}
    if no_quota:
        if "quota" in changes:
            raise click.UsageError("--quota and --no-quota do not go together")
        changes["quota"] = None
    context = run.host()
    with context.database.write() as connection:
        row = service.found(connection, which)
        if changes:
            service.change(context, connection, row.id, run.actor, changes)
        _set_addresses(run, context, connection, row.id, incident, report)
        row = service.found(connection, row.id)
        told = {
            "id": row.id,
            "name": row.name,
            "contact": row.contact,
            "quota": row.quota,
            "language": row.language,
            "zone": row.zone,
            "holidays": row.holidays,
            "report_each": row.report_each,
            "addresses": addresses.all_of(connection, row.id),
            "addresses_refused": addresses.refused(connection, row.id),
        }
    run.output.result(told, "\n".join(_lines(told)))


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    """An organisation's settings, one a line; addresses by what they are for."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            for purpose, each in value.items():
                yield f"{purpose} mails to: {_written(each)}"
        else:
            yield f"{name.replace('_', ' ')}: {_written(value)}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(value)
    return "none" if value in (None, "") else str(value)


def _set_addresses(
    run: Run,
    context: Context,
    connection: Connection,
    organisation: str,
    incident: Sequence[str],
    report: Sequence[str],
) -> None:
    for purpose, given in zip(addresses.PURPOSES, (incident, report), strict=True):
        if given:
            wanted = [each for each in given if each.strip()]
            addresses.set_addresses(context, connection, organisation, purpose, wanted, run.actor)


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


@organisation.command("quarantine")
@click.argument("which", metavar="[ID|SIREN]", required=False)
@click.pass_obj
def quarantine(run: Run, which: str | None) -> None:
    """What devices let go and the host keeps for now, by vault; all organisations' without one."""
    context = run.host()
    with context.database.write() as connection:
        wanted = service.found(connection, which).id if which else None
        audit.note(context, connection, wanted or audit.HOST, run.actor, "quarantine_listed")
        names = {row.id: row for row in connection.execute(select(organisations)).all()}
        told = [
            {
                "organisation": each.organisation,
                "name": names[each.organisation].name,
                "siren": names[each.organisation].siren,
                "vault": each.vault,
                "objects": each.objects,
                "snapshots": each.snapshots,
                "bytes": each.bytes,
                "since": None if each.since is None else rfc3339(each.since),
                "until": None if each.until is None else rfc3339(each.until),
                "due": each.due,
                "condemned": each.condemned,
            }
            for each in retirement.waiting(context, connection)
            if wanted in (None, each.organisation)
        ]
    shown = ("name", "siren", "vault", "objects", "snapshots", "bytes", "since", "until", "due", "condemned")
    run.output.table(told, shown)


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
