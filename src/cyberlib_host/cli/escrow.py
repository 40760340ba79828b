"""`escrow`: what the operator does between a request and its officers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..core.problems import Problem
from ..core.times import rfc3339
from ..services import audit, releases
from ..services.context import Context
from .run import Run


@contextmanager
def _noted(run: Run, context: Context, action: str) -> Iterator[None]:
    """A refusal stands in the log of the customer whom it concerns, whoever tried."""
    try:
        yield
    except Problem as problem:
        if problem.organisation:
            with context.database.write() as connection:
                audit.note(context, connection, problem.organisation, run.actor, action, problem.code)
        raise


@click.group()
def escrow() -> None:
    """Requests for what was entrusted: which wait, papers for the officers, their answers."""


@escrow.command("list")
@click.pass_obj
def listed(run: Run) -> None:
    """Requests that wait out their delay or are open, of all organisations."""
    context = run.host()
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "releases_listed")
        found = [
            {
                "id": row.id,
                "name": row.name,
                "siren": row.siren,
                "state": state,
                "asked": rfc3339(row.asked),
                "opens": rfc3339(row.opens),
            }
            for row, state in releases.open_ones(context, connection)
        ]
    run.output.table(found, ("id", "name", "siren", "state", "asked", "opens"))


@escrow.command("papers")
@click.argument("which", metavar="REQUEST")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def papers(run: Run, which: str, folder: Path) -> None:
    """Write request, policy, deposit and consent for the officers to FOLDER, once the delay is over."""
    context = run.host()
    with _noted(run, context, "release_handed_out"), context.database.write() as connection:
        found = releases.papers(context, connection, which, run.actor)
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for name, text in found._asdict().items():
            if not text:
                continue
            file = folder / f"escrow-{name}.json"
            with file.open("x", encoding="utf-8", newline="") as out:
                out.write(text)
            files.append(str(file))
    run.output.result({"files": files}, "\n".join(files))


@escrow.command("answer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def answer(run: Run, file: Path) -> None:
    """Take an officer's answer, for the workstation that asked."""
    context = run.host()
    with _noted(run, context, "release_answered"), context.database.write() as connection:
        text = file.read_bytes().decode("utf-8", "replace")
        row = releases.answered(context, connection, text, run.actor)
    run.output.result({"id": row.id}, f"{row.id}: answer kept.")


@escrow.command("cancel")
@click.argument("which", metavar="REQUEST")
@click.pass_obj
def cancel(run: Run, which: str) -> None:
    """Cancel a request, since a contact of the customer's says so."""
    context = run.host()
    with context.database.write() as connection:
        ident = releases.cancel_for(context, connection, which, run.actor)
    run.output.result({"id": ident}, f"{ident}: cancelled.")


COMMANDS = (escrow,)
