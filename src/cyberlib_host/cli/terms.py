"""`terms`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from ..core.times import micros, readable, rfc3339
from ..services import audit, organisations
from ..services import terms as service
from .run import Run


@click.group()
def terms() -> None:
    """Terms of service, which each user accepts before the first backup."""


@terms.command("publish")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--effective", help="Day they come into force (YYYY-MM-DD); now when left out.")
@click.pass_obj
def publish(run: Run, file: Path, effective: str | None) -> None:
    """Publish a version from a text file in UTF-8."""
    context = run.host()
    try:
        begins = context.clock() if effective is None else micros(effective)
    except (ValueError, OverflowError):
        raise click.UsageError(f"--effective is a day written 2027-01-31, and not {effective!r}") from None
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is no text in UTF-8") from None
    with context.database.write() as connection:
        version = service.publish(context, connection, text, begins, run.actor)
    run.output.result(
        {"version": version, "effective": rfc3339(begins)},
        f"Version {version}, in force from {readable(begins)}.",
    )


@terms.command("list")
@click.pass_obj
def listed(run: Run) -> None:
    """All versions there ever were, and the one in force."""
    context = run.host()
    with context.database.read() as connection:
        found = [msgspec.to_builtins(each) for each in service.published(context, connection)]
    run.output.table(found, ("version", "effective", "in_force", "sha256"))


@terms.command("acceptances")
@click.argument("which", metavar="[ID|SIREN]", required=False)
@click.pass_obj
def acceptances(run: Run, which: str | None) -> None:
    """The register: who accepted which version, on which device, when; of all without an organisation."""
    context = run.host()
    with context.database.write() as connection:
        organisation = None if which is None else organisations.found(connection, which).id
        audit.note(context, connection, organisation or audit.HOST, run.actor, "acceptances_listed")
        found = [msgspec.to_builtins(each) for each in service.register(connection, organisation)]
    run.output.table(found, ("time", "siren", "device_name", "user", "name", "version", "sha256"))


COMMANDS = (terms,)
