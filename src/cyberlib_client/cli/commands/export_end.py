"""`cyberlib export request|status|accept|certificate`: the end of a contract at a host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import moment, size
from ..run import Run, pass_run
from ..words import argument, command, option
from .export_group import export

if TYPE_CHECKING:
    from ...app.leaving import Destruction, Leaving

_BASES = {
    "accepted": Both("acceptation du cabinet", "the practice’s acceptance"),
    "deadline": Both("fin du délai de restitution", "end of the days to read"),
}


@command(
    "request",
    Both(
        "Demander à l’hébergeur la restitution de tout, pour partir.",
        "Ask the host for everything, to leave with.",
    ),
    export,
)
@pass_run
def request(run: Run) -> None:
    """See its help."""
    from ...app import leaving

    told = leaving.request(run.session)
    run.output.result(told, lambda: _lines(told))


@command(
    "status",
    Both("Où en est la fin du contrat chez l’hébergeur.", "How far the end of the contract is."),
    export,
)
@pass_run
def status(run: Run) -> None:
    """See its help."""
    from ...app import leaving

    told = leaving.status(run.session)
    run.output.result(told, lambda: _lines(told))


@command(
    "accept",
    Both(
        "Dire à l’hébergeur que cet export, vérifié à l’instant, est tout ce qui était dû : une fois le"
        " contrat terminé, il efface tout, pour toujours.",
        "Tell the host that this export, checked at this moment, is all that was owed: once the contract"
        " is over it erases everything, for good.",
    ),
    export,
)
@argument(
    "folder", metavar=Both("DOSSIER", "DIR"), help=Both("Le dossier de l’export.", "The export’s folder.")
)
@option(
    "--contract-key-file",
    required=True,
    metavar=Both("FICHIER", "FILE"),
    help=Both("Fichier qui contient la clé de contrat.", "File that holds the contract key."),
)
@option(
    "--as",
    "name",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both("Nom de la personne qui accepte.", "Name of the person who accepts."),
)
@pass_run
def accept(run: Run, folder: str, contract_key_file: str, name: str) -> None:
    """See its help."""
    from ...app import leaving

    with run.stoppable():
        told = leaving.accept(run.session, folder, contract_key_file, name)
    run.output.result(told, lambda: _lines(told))


@command(
    "certificate",
    Both(
        "Vérifier un certificat de destruction de l’hébergeur, sans connexion.",
        "Verify a host’s certificate of destruction, without a connection.",
    ),
    export,
)
@argument(
    "file", metavar=Both("FICHIER", "FILE"), help=Both("Le certificat (JSON).", "The certificate (JSON).")
)
@pass_run
def certificate(run: Run, file: str) -> None:
    """See its help."""
    from ...app import leaving

    told = leaving.certificate(run.session, file)
    run.output.result(told, lambda: _certified(told))


def _lines(told: Leaving) -> Iterator[str]:
    steps = (
        (told.requested, say("Restitution demandée", "Requested")),
        (told.delivered, say("Remise faite", "Delivered")),
        (told.accepted, say("Acceptée par le cabinet", "Accepted by the practice")),
        (told.terminated, say("Contrat terminé", "Contract terminated")),
        (told.restore_until, say("Lisible jusqu’au", "To be read until")),
        (told.erased_from, say("Peut être effacé à partir du", "May be erased from")),
        (told.erased, say("Effacé", "Erased")),
    )
    for when, words in steps:
        yield say(
            f"{words} : {moment(when) if when else 'non'}", f"{words}: {moment(when) if when else 'no'}"
        )


def _certified(told: Destruction) -> Iterator[str]:
    yield say(
        f"Certificat valable : {told.name} (SIREN {told.siren}), effacé le {moment(told.erased)}.",
        f"The certificate holds: {told.name} (SIREN {told.siren}), erased on {moment(told.erased)}.",
    )
    if told.host:
        yield say(f"Hébergeur : {told.host}", f"Host: {told.host}")
    yield say(f"Motif : {_BASES.get(told.basis, told.basis)}", f"Why: {_BASES.get(told.basis, told.basis)}")
    for vault in told.vaults:
        yield say(
            f"  Coffre {vault.id} : {vault.objects} objets, {size(vault.bytes)}",
            f"  Vault {vault.id}: {vault.objects} objects, {size(vault.bytes)}",
        )
    zones = ", ".join(told.zones)
    yield say(f"Zones : {zones}", f"Zones: {zones}")
    if told.manifest:
        yield say(f"Export accepté : {told.manifest}", f"Accepted export: {told.manifest}")
    yield say(f"Clé de l’hébergeur : {told.key}", f"The host’s key: {told.key}")
    if told.known is None:
        yield say(
            "Ce poste ne connaît pas la clé de cet hébergeur : comparez-la avec celle de votre contrat.",
            "This machine knows no key of that host: compare it with that of your contract.",
        )
