"""`cyberlib network`: how much of the line may be used, through which proxy, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

from ...app.wording.language import Both, say
from ...app.wording.units import bit_rate, decimal, moment
from ...app.wording.weekdays import weekdays
from ..run import Run, pass_run
from ..words import argument, command, group, option

if TYPE_CHECKING:
    from ...app.network import HoursShown, NetworkShown
    from ...app.network_check import Checked

F = TypeVar("F", bound=Callable[..., object])

network = group(
    "network",
    Both(
        "La ligne vers l’hébergeur : débit, heures, proxy.",
        "The line to the host: rates, hours, proxy, certificates.",
    ),
)

RATE = Both("DÉBIT", "RATE")


def _rates(function: F) -> F:
    for declare in (
        option(
            "--download",
            metavar=RATE,
            help=Both(
                "Débit de réception au plus ; none : sans limite.",
                "Rate of receiving at most; none: no limit.",
            ),
        ),
        option(
            "--upload",
            metavar=RATE,
            help=Both(
                'Débit d’envoi au plus, par exemple "2 Mbit/s", ou none.',
                'Rate of sending at most, such as "2 Mbit/s", or none.',
            ),
        ),
    ):
        function = declare(function)
    return function


@command("show", Both("Montrer ces réglages.", "Show these settings."), network)
@pass_run
def show(run: Run) -> None:
    """See its help."""
    from ...app import network as app

    _tell(run, app.show(run.session))


@command(
    "limit",
    Both(
        "Limiter le débit, à toute heure qui n’en a pas un autre (voir cyberlib network hours).",
        "Limit the rate, at all hours that have no other (see cyberlib network hours).",
    ),
    network,
)
@_rates
@pass_run
def limit(run: Run, upload: str | None, download: str | None) -> None:
    """See its help."""
    from ...app import network as app

    if upload is None and download is None:
        raise click.UsageError(say("Donnez --upload ou --download.", "Give --upload or --download."))
    _tell(run, app.limit(run.session, upload, download))


@command(
    "hours",
    Both(
        "Donner à certaines heures un autre débit, à l’heure du poste ; elles peuvent passer minuit.",
        "Give some hours another rate, in this machine’s local time; they may go over midnight.",
    ),
    network,
)
@argument(
    "days",
    required=False,
    metavar=Both("[JOURS]", "[DAYS]"),
    help=Both("lun-ven, ou sam,dim", "mon-fri, or sat,sun"),
)
@argument(
    "times",
    required=False,
    metavar=Both("[HEURES]", "[TIMES]"),
    help=Both("08:00-19:00", "08:00-19:00 (24 hours)"),
)
@_rates
@option(
    "--remove",
    is_flag=True,
    help=Both(
        "Ôter ces heures ; sans jours ni heures, toutes.",
        "Take these hours away; without days and times, all.",
    ),
)
@pass_run
def hours(
    run: Run, days: str | None, times: str | None, upload: str | None, download: str | None, remove: bool
) -> None:
    """See its help."""
    from ...app import network as app

    if (days is None) != (times is None) or (days is None and not remove):
        raise click.UsageError(say("Donnez les jours et les heures.", "Give the days and the times."))
    if remove and (upload, download) != (None, None):
        raise click.UsageError(say("Avec --remove, pas de débit.", "With --remove, no rate."))
    if remove:
        _tell(run, app.remove_hours(run.session, days, times))
        return
    if upload is None and download is None:
        raise click.UsageError(say("Donnez --upload ou --download.", "Give --upload or --download."))
    assert days is not None and times is not None
    _tell(run, app.add_hours(run.session, days, times, upload, download))


@command(
    "proxy",
    Both(
        "Choisir le proxy qui mène à l’hébergeur : une adresse, system (celui du système) ou none (aucun).",
        "Choose the proxy that leads to the host: an address, system (the system’s) or none.",
    ),
    network,
)
@argument("address", metavar=Both("ADRESSE", "ADDRESS"), help=Both("http://nom:port", "http://name:port"))
@option(
    "--user",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Nom que le proxy demande ; le mot de passe aussi.", "Name that the proxy asks for; with a password."
    ),
)
@option(
    "--password-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire ce mot de passe dans ce fichier.", "Read that password from this file."),
)
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "Garder le mot de passe dans un fichier plutôt que dans le trousseau.",
        "Keep the password in a file rather than in the keychain.",
    ),
)
@pass_run
def proxy(run: Run, address: str, user: str, password_file: str | None, device_file: bool) -> None:
    """See its help."""
    from ...app import network as app

    if password_file is not None and not user:
        raise click.UsageError(say("--password-file va avec --user.", "--password-file goes with --user."))
    done = app.use_proxy(
        run.session,
        address,
        user=user,
        password_file=password_file,
        keeping="file" if device_file else "keychain",
    )
    _tell(run, done)


@command(
    "ca",
    Both(
        "Se fier désormais, chez l’hébergeur, aux certificats d’un fichier (PEM) ; system : à ceux du"
        " système.",
        "Trust the certificates of a file (PEM) at the host from now on; system: the system’s.",
    ),
    network,
)
@argument("file", metavar=Both("FICHIER", "FILE"), help=Both("Le fichier.", "The file."))
@pass_run
def ca(run: Run, file: str) -> None:
    """See its help."""
    from ...app import network as app

    _tell(run, app.trust_file(run.session, file))


@command(
    "check",
    Both(
        "Examiner le chemin vers l’hébergeur, pas à pas : à lire au téléphone à l’assistance.",
        "Look at the way to the host, step by step: to be read to the support over the telephone.",
    ),
    network,
)
@option(
    "--host",
    metavar=Both("ADRESSE", "ADDRESS"),
    help=Both("Un autre hébergeur que celui du poste.", "Another host than this machine’s."),
)
@pass_run
def check(run: Run, host: str | None) -> None:
    """See its help."""
    from ...app import network_check

    found, error = network_check.check(run.session, host)
    run.output.result(found, lambda: _checked(found))
    if error is not None:
        raise error


def _tell(run: Run, shown: NetworkShown) -> None:
    run.output.result(shown, lambda: _lines(shown))


def _lines(shown: NetworkShown) -> Iterator[str]:
    yield say(
        f"Envoi : {bit_rate(shown.upload)} (en ce moment : {bit_rate(shown.upload_now)})",
        f"Sending: {bit_rate(shown.upload)} (now: {bit_rate(shown.upload_now)})",
    )
    yield say(
        f"Réception : {bit_rate(shown.download)} (en ce moment : {bit_rate(shown.download_now)})",
        f"Receiving: {bit_rate(shown.download)} (now: {bit_rate(shown.download_now)})",
    )
    for each in shown.hours:
        yield f"  {_span(each)}"
    chosen = {"system": say("celui du système", "the system’s"), "none": say("aucun", "none")}
    login = say(", avec nom et mot de passe", ", with name and password") if shown.proxy_user else ""
    proxy_told = chosen.get(shown.proxy, shown.proxy)
    yield say(f"Proxy : {proxy_told}{login}", f"Proxy: {proxy_told}{login}")
    if shown.trust == "file":
        yield say("Certificats : ceux qui ont été donnés", "Certificates: those that were given")
    else:
        yield say("Certificats : ceux du système", "Certificates: the system’s")


def _span(hours: HoursShown) -> str:
    days = weekdays(hours.days)
    rates = []
    if isinstance(hours.upload, int) or hours.upload is None:
        rates.append(say(f"envoi {bit_rate(hours.upload)}", f"sending {bit_rate(hours.upload)}"))
    if isinstance(hours.download, int) or hours.download is None:
        rates.append(say(f"réception {bit_rate(hours.download)}", f"receiving {bit_rate(hours.download)}"))
    return f"{days} {hours.start}-{hours.end}{say(' : ', ': ')}{', '.join(rates)}"


def _checked(found: Checked) -> Iterator[str]:
    yield say(f"Hébergeur : {found.host}", f"Host: {found.host}")
    yield from _lines(found.settings)
    through = found.proxy or say("aucun", "none")
    yield say(f"Proxy sur ce chemin : {through}", f"Proxy on this way: {through}")
    if found.addresses:
        told = ", ".join(found.addresses)
        yield say(f"Adresse : {told}", f"Address: {told}")
    if found.connect_ms is not None:
        took = decimal(found.connect_ms, 1)
        yield say(f"Connexion : {took} ms", f"Connection: {took} ms")
    if found.tls is not None:
        yield say(f"Chiffrement : {found.tls}", f"Encryption: {found.tls}")
    if found.certificate is not None:
        c = found.certificate
        names, begun, end = ", ".join(c.names), moment(c.valid_from), moment(c.valid_until)
        yield say(f"Certificat : {names}, émis par {c.issuer}", f"Certificate: {names}, issued by {c.issuer}")
        yield say(f"  valable du {begun} au {end}", f"  valid from {begun} to {end}")
    if found.host_version is not None:
        version, took = found.host_version, decimal(found.round_trip_ms or 0, 1)
        yield say(
            f"Réponse : hébergeur {version}, aller-retour de {took} ms",
            f"Answer: host {version}, round trip of {took} ms",
        )
    if found.clock_seconds is not None:
        ahead = decimal(found.clock_seconds or 0.0, 1, sign="+")  # never "-0.0"
        yield say(f"Horloge : {ahead} s par rapport à l’hébergeur", f"Clock: {ahead} s against the host’s")
    if found.failed is None:
        yield say("Tout va bien.", "All is well.")
