"""`init`, `serve` and `check`."""

from __future__ import annotations

import errno
import hashlib
import time
from pathlib import Path

import click
import structlog
from sqlalchemy import func, select

from .. import __version__
from ..api.limits import Limits
from ..core.ports import Content
from ..core.problems import Problem
from ..data_folder import initialise
from ..database.tables import chains, objects, vaults
from ..jobs.repairs import LOST, put_back
from ..server import Server
from ..services import audit
from ..services.audit import Actor
from ..services.context import Context
from ..settings import read_settings
from ..tls import WARN_DAYS, Certificate, check_pair, ends, names_of, own_certificate
from .run import Run

_log = structlog.get_logger("cyberlib.host")
_PATH = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--name", "names", multiple=True, help="Names and addresses for a certificate of its own.")
@click.pass_obj
def init(run: Run, names: tuple[str, ...]) -> None:
    """Make the data folder, or bring an older one to this version."""
    initialise(run.data).database.close()
    found = _certificate(run, names)
    known = names_of(found.certificate)
    if not set(names) <= known:
        raise Problem("certificate_names", at=str(found.certificate), names=", ".join(sorted(known)))
    run.output.result(
        {"data": str(run.data), "authority": str(found.authority)},
        f"The host is ready in {run.data}. Clients trust it by {found.authority}.",
    )


@click.command()
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8443, show_default=True, type=click.IntRange(0, 65535))
@click.option("--certificate", type=_PATH, help="Certificate (PEM), with its chain.")
@click.option("--key", type=_PATH, help="Its private key (PEM).")
@click.pass_obj
def serve(run: Run, bind: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Serve HTTPS until stopped (SIGTERM ends requests under way first)."""
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key go together")
    context = run.host()
    if certificate is None or key is None:
        found = _certificate(run, (bind,))
        certificate, key = found.certificate, found.key
    try:
        check_pair(certificate, key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "not read"
        raise Problem(
            "bad_certificate", certificate=str(certificate), key=str(key), reason=str(reason)
        ) from None
    _check_zones(context, now=False)
    try:
        settings = read_settings(run.data)
        server = Server(
            context, certificate=certificate, key=key, bind=bind, port=port,
            limits=Limits(settings.requests_per_minute), proxies=settings.proxies, folder=run.data,
        )  # fmt: skip
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Problem("port_taken", at=f"{bind}:{port}") from None
        raise Problem("system_failed", reason=f"{bind}:{port}: {error.strerror}") from None
    with context.database.write() as connection:
        audit.note(context, connection, audit.HOST, run.actor, "serving", version=__version__)
    run.output.result({"address": server.address}, f"Serving at {server.address}")
    server.run()


@click.command()
@click.option("--read-data", is_flag=True, help="Read every object too, and compare it with its SHA-256.")
@click.option("--repair", is_flag=True, help="Put back what one zone lost and another has whole.")
@click.pass_obj
def check(run: Run, read_data: bool, repair: bool) -> None:
    """Check that every counted object is in the storage and every audit chain is whole."""
    context = run.host()
    _check_zones(context, now=True)
    lines = _check_chains(context)
    _note_check(context, run.actor, read_data=read_data)
    counted, lost, repaired = _check_objects(context, read_data=read_data, repair=repair)
    days = _days_left(run)
    found = {
        "audit_lines": lines,
        "objects": counted,
        "lost": lost,
        "repaired": repaired,
        "certificate_days": days,
    }
    text = f"{counted} objects, {len(lost)} lost or damaged; {lines} audit lines, all chained."
    if repair:
        text += f" {len(repaired)} put back from another zone."
    if days is not None and days <= WARN_DAYS:
        text += f"\n! The host's own certificate ends in {days} days: cyberlib-host certificate renew."
    run.output.result(found, "\n".join([text, *(f"! {each}" for each in lost)]))
    if lost:
        raise click.exceptions.Exit(1)


def _days_left(run: Run) -> int | None:
    """Of the host's own certificate; None where it has none."""
    try:
        return int((ends(run.data / "tls" / "host.crt") / 1e6 - time.time()) // 86_400)
    except (OSError, ValueError):
        return None


def _check_zones(context: Context, *, now: bool) -> None:
    """Raises Problem("storage_refused", zone=…, reason=…), and with `now` ("storage_unreachable").

    A service waits for a zone that does not answer, and reads from the others when one refuses.
    """
    refused: Problem | None = None
    takes = 0
    for zone in context.zones:
        try:
            reason = zone.storage.refusal()
        except Problem:
            if now:
                raise
            _log.warning("storage_unreachable", zone=zone.place.name)
            continue
        if reason is None:
            takes += 1
            continue
        refused = refused or Problem("storage_refused", zone=zone.place.name, reason=reason)
        _log.error("storage_refused", zone=zone.place.name, reason=reason)
    if refused is not None and (now or not takes):
        raise refused


def _note_check(context: Context, actor: Actor, *, read_data: bool) -> None:
    """In the host's log, and in that of each organisation whose objects are to be looked at: before they are,
    and one by one, since who else would write to a log waits meanwhile."""
    action = "objects_read" if read_data else "objects_checked"
    of_each = (
        select(vaults.c.organisation, func.sum(vaults.c.objects).label("objects"))
        .group_by(vaults.c.organisation)
        .order_by(vaults.c.organisation)
    )
    with context.database.read() as connection:
        found = {row.organisation: int(row.objects) for row in connection.execute(of_each).all()}
    for organisation, objects_there in (*found.items(), (audit.HOST, sum(found.values()))):
        with context.database.write() as connection:
            audit.note(context, connection, organisation, actor, action, objects=objects_there)


def _check_chains(context: Context) -> int:
    with context.database.read() as connection:
        names = connection.execute(select(chains.c.organisation)).scalars().all()
        return sum(audit.check(connection, name) for name in names)


def _check_objects(context: Context, *, read_data: bool, repair: bool) -> tuple[int, list[str], list[str]]:
    """How many there are; "vault: name: zone: code" of each that a zone has not whole; and of each that was
    put back there."""
    counted, lost, repaired = 0, list[str](), list[str]()
    after = ("", "")
    while True:
        with context.database.read() as connection:
            rows = connection.execute(
                select(objects)
                .where(
                    (objects.c.vault > after[0])
                    | ((objects.c.vault == after[0]) & (objects.c.name > after[1]))
                )
                .order_by(objects.c.vault, objects.c.name)
                .limit(1000)
            ).all()
        if not rows:
            return counted, lost, repaired
        after = (rows[-1].vault, rows[-1].name)
        counted += len(rows)
        for row in rows:
            content = Content(row.vault, row.sha256.hex(), row.size)
            for zone in context.zones if row.copied or repair else context.zones[:1]:
                try:
                    zone.storage.check(content)
                    if read_data:
                        digest = hashlib.sha256()
                        for piece in zone.storage.read(content):
                            digest.update(piece)
                        if digest.hexdigest() != content.sha256:
                            raise Problem("hash_mismatch")
                except Problem as problem:
                    if problem.code not in LOST:
                        raise  # of what cannot be asked for now, nothing is known to be lost
                    healed = repair and put_back(context, content, zone)
                    told = repaired if healed else lost
                    told.append(f"{row.vault}: {row.name}: {zone.place.name}: {problem.code}")


def _certificate(run: Run, names: tuple[str, ...]) -> Certificate:
    wanted = dict.fromkeys((*names, "localhost", "127.0.0.1", "::1"))
    return own_certificate(run.data / "tls", [name for name in wanted if name not in ("0.0.0.0", "::")])


COMMANDS = (
    init,
    serve,
    check,
)
