"""`certificate`: the host's own."""

from __future__ import annotations

from pathlib import Path

import click

from ..core.problems import Problem
from ..core.times import readable, rfc3339
from ..services import audit
from ..tls import DAYS, ends, names_of, renew_own
from .run import Run


@click.group()
def certificate() -> None:
    """The certificate that the host made for itself."""


@certificate.command("show")
@click.pass_obj
def show(run: Run) -> None:
    """Until when it is valid, and for which names."""
    found = _own(run)
    until = ends(found)
    names = sorted(names_of(found))
    run.output.result(
        {"until": rfc3339(until), "names": names, "certificate": str(found)},
        f"{found}: until {readable(until)}, for {', '.join(names)}.",
    )


@certificate.command("renew")
@click.option("--name", "more", multiple=True, help="A name or address more.")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, DAYS), help="Its validity.")
@click.option(
    "--new-authority", is_flag=True, help="By another authority: every client needs the new ca.crt."
)
@click.pass_obj
def renew(run: Run, more: tuple[str, ...], days: int, new_authority: bool) -> None:
    """Make a new one for the same names. A host that serves takes it by itself."""
    found = _own(run)
    names = list(dict.fromkeys((*more, *sorted(names_of(found), key=lambda name: name[0].isdigit()))))
    made = renew_own(run.data / "tls", names, days=days, new_authority=new_authority)
    context = run.host()
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "certificate_renewed", authority=new_authority)
    until = ends(made.certificate)
    text = f"The new certificate is valid until {readable(until)}; a serving host takes it within seconds."
    if new_authority:
        text += f"\nGive each client {made.authority} (cyberlib network ca FILE): until then none connects."
    run.output.result(
        {"until": rfc3339(until), "authority": str(made.authority), "new_authority": new_authority}, text
    )


def _own(run: Run) -> Path:
    found = run.data / "tls" / "host.crt"
    if not found.exists():
        raise Problem("not_initialised")
    return found


COMMANDS = (certificate,)
