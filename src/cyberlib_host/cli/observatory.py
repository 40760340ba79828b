"""`observatory`, `maintenance` and `absence`."""

from __future__ import annotations

from datetime import datetime

import click

from ..core.plans import Absence
from ..core.problems import Problem
from ..core.times import SECOND, at_zone, readable, rfc3339
from ..jobs.observatory import deliver_some, observe
from ..services import audit, months, organisations, watching
from ..services import maintenance as service
from .run import Run

_WEEK = 7 * service.DAY
_LONG = 2 * 3600 * SECOND


@click.group()
def observatory() -> None:
    """Backups that did not happen."""


@observatory.command("run")
@click.pass_obj
def run_once(run: Run) -> None:
    """Look for missed backups and send what is to be sent, once; a serving host does so by itself."""
    context = run.host()
    found = observe(context)
    sent = deliver_some(context)
    told = found._asdict() | {"sent": sent}
    run.output.result(told, ", ".join(f"{name}: {count}" for name, count in told.items()))


@observatory.command("status")
@click.pass_obj
def status(run: Run) -> None:
    """Devices with a missed backup."""
    context = run.host()
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "alarms_listed")
        rows = watching.open_alarms(connection)
    found = [
        {
            "level": row.level,
            "organisation": row.name,
            "siren": row.siren,
            "device": row.device_name,
            "planned": rfc3339(row.first),
            "days": row.days,
            "last_backup": None if row.last_backup is None else rfc3339(row.last_backup),
        }
        for row in rows
    ]
    run.output.table(found, ("level", "organisation", "device", "planned", "days", "last_backup"))


@click.group()
def maintenance() -> None:
    """Planned interruptions, which devices and customers are told of."""


@maintenance.command("add")
@click.option("--from", "begins", required=True, metavar="YYYY-MM-DDTHH:MM")
@click.option("--to", "ends", required=True, metavar="YYYY-MM-DDTHH:MM")
@click.option("--zone", default="Europe/Paris", show_default=True, help="Whose clocks these are.")
@click.pass_obj
def add(run: Run, begins: str, ends: str, zone: str) -> None:
    """Plan one; of more than two hours customers get a mail a week ahead."""
    context = run.host()
    starts, stops = _moment(begins, zone), _moment(ends, zone)
    with context.database.write() as connection:
        ident = service.add(context, connection, starts, stops, run.actor)
    late = stops - starts > _LONG and starts - context.clock() < _WEEK
    text = f"{ident[:8]}: {readable(starts)} to {readable(stops)}."
    if late:
        text += " ! It begins in less than a week: customers are to be told a week ahead."
    run.output.result(
        {"id": ident, "starts": rfc3339(starts), "ends": rfc3339(stops), "told_late": late}, text
    )


@maintenance.command("list")
@click.option("--all", "everything", is_flag=True, help="What is over too, and when the host was away.")
@click.pass_obj
def listed(run: Run, everything: bool) -> None:
    """Those that are planned."""
    context = run.host()
    with context.database.read() as connection:
        rows = service.listed(connection, after=0 if everything else context.clock())
    found = [
        {
            "id": row.id,
            "kind": row.kind,
            "starts": rfc3339(row.starts),
            "ends": rfc3339(row.ends),
            "announced": None if row.announced is None else rfc3339(row.announced),
        }
        for row in rows
        if everything or row.kind == "planned"
    ]
    run.output.table(found, ("id", "kind", "starts", "ends", "announced"))


@maintenance.command("remove")
@click.argument("which", metavar="ID")
@click.pass_obj
def remove(run: Run, which: str) -> None:
    """Take one back; who was told of it is told that it does not take place."""
    context = run.host()
    with context.database.write() as connection:
        row = service.remove(context, connection, which, run.actor)
        told = row.announced is not None and row.starts > context.clock()
        count = months.mail_interruption(context, connection, row, cancelled=True) if told else 0
    run.output.result({"id": row.id, "mails": count}, f"Removed; {count} mails.")


def _moment(written: str, zone: str) -> int:
    """Microseconds; by the clocks of the zone unless the time says its own."""
    try:
        moment = datetime.fromisoformat(written)
        local = moment if moment.tzinfo is not None else moment.replace(tzinfo=at_zone(zone))
        return int(local.timestamp()) * SECOND
    except Problem:
        raise click.UsageError(f"--zone is a name like Europe/Paris, and not {zone!r}") from None
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"a time is written 2027-01-31T20:00, and not {written!r}") from None


@click.group()
def absence() -> None:
    """Days on which a practice is closed: nothing is expected of its devices."""


@absence.command("add")
@click.argument("which", metavar="ID|SIREN")
@click.option("--from", "first", required=True, metavar="YYYY-MM-DD")
@click.option("--to", "last", required=True, metavar="YYYY-MM-DD", help="The last day, included.")
@click.pass_obj
def add_absence(run: Run, which: str, first: str, last: str) -> None:
    """Note one."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        try:
            ident = service.add_absence(context, connection, row.id, Absence(first, last), run.actor)
        except Problem as problem:
            if problem.code != "bad_plan":
                raise
            raise click.UsageError("days are written 2027-01-31, the first not after the last") from None
    run.output.result(
        {"id": ident, "first": first, "last": last}, f"{row.name}: closed from {first} to {last}."
    )


@absence.command("list")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def list_absences(run: Run, which: str) -> None:
    """Those of an organisation."""
    context = run.host()
    with context.database.read() as connection:
        rows = service.absences_of(connection, organisations.found(connection, which).id)
    found = [{"id": row.id, "first": row.first, "last": row.last} for row in rows]
    run.output.table(found, ("id", "first", "last"))


@absence.command("remove")
@click.argument("which", metavar="ID|SIREN")
@click.argument("ident", metavar="ID")
@click.pass_obj
def remove_absence(run: Run, which: str, ident: str) -> None:
    """Take one back."""
    context = run.host()
    with context.database.write() as connection:
        row = organisations.found(connection, which)
        service.remove_absence(context, connection, row.id, ident, run.actor)
    run.output.result({"id": ident}, "Removed.")


COMMANDS = (observatory, maintenance, absence)
