"""`leaving`: the end of a contract, up to the certificate of destruction."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from sqlalchemy import select

from ..core import destruction
from ..core.problems import Problem
from ..database.tables import organisations
from ..jobs.erasure import erase as erase_all
from ..services import audit
from ..services import leaving as service
from ..services.organisations import found
from .run import Run


@click.group()
def leaving() -> None:
    """The end of a contract: request, delivery, acceptance, erasure."""


@leaving.command("show")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def show(run: Run, which: str) -> None:
    """How far an organisation is."""
    context = run.host()
    with context.database.write() as connection:
        row = found(connection, which)
        answer = service.told(context, connection, row.id)
        state = service.state(context, answer, service.of(connection, row.id))
        told = {"state": state} | msgspec.to_builtins(answer)
    run.output.result(told, "\n".join(f"{name}: {value or '-'}" for name, value in told.items()))


@leaving.command("list")
@click.pass_obj
def listed(run: Run) -> None:
    """Organisations that leave or have left, and what comes next."""
    context = run.host()
    found_ = []
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "leavings_listed")
        for row in connection.execute(select(organisations).order_by(organisations.c.name)).all():
            told, known = service.told(context, connection, row.id), service.of(connection, row.id)
            if told.requested is None and told.terminated is None:
                continue
            named = {"id": row.id, "name": row.name, "siren": row.siren}
            found_.append(named | {"state": service.state(context, told, known)} | msgspec.to_builtins(told))
    run.output.table(found_, ("id", "name", "siren", "state", "erased_from", "erased"))


@leaving.command("request")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def request(run: Run, which: str) -> None:
    """The customer asked for its data (in writing; devices ask by themselves)."""
    context = run.host()
    with context.database.write() as connection:
        row = found(connection, which)
        service.request(context, connection, row.id, run.actor)
    run.output.result({"id": row.id}, f"{row.name}: requested.")


@leaving.command("deliver")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def deliver(run: Run, which: str) -> None:
    """All was handed over to the customer."""
    context = run.host()
    with context.database.write() as connection:
        row = found(connection, which)
        service.deliver(context, connection, row.id, run.actor)
    run.output.result({"id": row.id}, f"{row.name}: delivered.")


@leaving.command("accept")
@click.argument("which", metavar="ID|SIREN")
@click.option("--by", required=True, help="Who of the customer's accepted, in writing.")
@click.pass_obj
def accept(run: Run, which: str, by: str) -> None:
    """The customer accepted in writing what it was given (devices accept by themselves)."""
    context = run.host()
    with context.database.write() as connection:
        row = found(connection, which)
        service.accept(context, connection, row.id, run.actor, by)
    run.output.result({"id": row.id}, f"{row.name}: accepted by {by}.")


@leaving.command("erase")
@click.argument("which", metavar="ID|SIREN")
@click.option("--siren", required=True, help="The organisation’s SIREN, once more: this cannot be undone.")
@click.pass_obj
def erase(run: Run, which: str, siren: str) -> None:
    """Erase it in every zone and in the database, and print the certificate. Cut short: call it again."""
    context = run.host()
    with context.database.read() as connection:
        row = found(connection, which)
    if "".join(siren.split()) != row.siren:
        raise Problem("bad_siren")
    _print(run, erase_all(context, row.id, run.actor))


@leaving.command("certificate")
@click.argument("which", metavar="ID|SIREN")
@click.pass_obj
def certificate(run: Run, which: str) -> None:
    """Print the certificate of destruction once more."""
    context = run.host()
    with context.database.write() as connection:
        document = service.of(connection, found(connection, which).id).certificate
    if document is None:
        raise Problem("not_erased")
    _print(run, document)


@leaving.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="HEX", help="The host’s public key, as its /v1/host tells it.")
@click.pass_obj
def check(run: Run, file: Path, key: str | None) -> None:
    """Verify a certificate of destruction; needs no host."""
    signed = destruction.read(file.read_bytes())
    if key is not None and key.strip().lower() != signed.key:
        raise Problem("bad_signature")
    erased = signed.certificate
    text = f"{erased.name} ({erased.siren}): erased {erased.erased}, signed by {signed.key}"
    run.output.result({"key": signed.key, "siren": erased.siren, "erased": erased.erased}, text)


def _print(run: Run, document: bytes) -> None:
    """The document itself, which is JSON in any case."""
    click.echo(document.decode("utf-8"), nl=False)


COMMANDS = (leaving,)
