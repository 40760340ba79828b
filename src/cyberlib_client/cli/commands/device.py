"""`cyberlib device`: this workstation at a host, and the others of its organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import moment
from ..run import Run, pass_run
from ..tables import table
from ..words import argument, command, group, option
from .vault import program

if TYPE_CHECKING:
    from ...app.audits import AuditChecked
    from ...app.hosts import Enrolled, HostDevice, Reassigned, TermsShown

device = group(
    "device",
    Both("Ce poste et ceux du cabinet chez un hébergeur.", "This machine and others at a host."),
)

_contract_key = option(
    "--contract-key-file",
    required=True,
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire la clé de contrat dans ce fichier.", "Read the contract key from this file."),
)


@command(
    "enrol",
    parent=device,
    help=Both(
        "Déclarer ce poste chez un hébergeur. Il fait sa propre clé, qui ne le quitte pas ; la clé de contrat"
        " du cabinet prouve qu’il en fait partie.",
        "Declare this machine at a host. It makes a key of its own, which never leaves it; the practice’s"
        " contract key proves that it belongs there.",
    ),
)
@option(
    "--host",
    required=True,
    metavar=Both("ADRESSE", "ADDRESS"),
    help=Both("https://hébergeur[:port]", "https://host[:port]"),
)
@_contract_key
@option(
    "--name", default="", metavar=Both("NOM", "NAME"), help=Both("Nom de ce poste.", "This machine’s name.")
)
@option(
    "--ca",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Se fier aux certificats de ce fichier (PEM) plutôt qu’à ceux du système.",
        "Trust the certificates in this file (PEM) instead of the system’s.",
    ),
)
@option(
    "--siren",
    metavar=Both("SIREN", "NUMBER"),
    help=Both(
        "Vérifier que le contrat est bien celui de ce SIREN.", "Check that the contract has this SIREN."
    ),
)
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "Garder la clé de ce poste dans un fichier plutôt que dans le trousseau.",
        "Keep this machine’s key in a file rather than in the keychain.",
    ),
)
@pass_run
def enrol(
    run: Run,
    host: str,
    contract_key_file: str,
    name: str,
    ca: str | None,
    siren: str | None,
    device_file: bool,
) -> None:
    """See its help."""
    from ...app import hosts

    enrolled = hosts.enrol(
        run.session,
        host,
        contract_key_file,
        name=name,
        ca_file=ca,
        siren=siren,
        keeping="file" if device_file else "keychain",
    )
    called, has_vault = program(run.profile), run.session.settings.vault is not None
    run.output.result(enrolled, lambda: _enrolled(enrolled, called, has_vault))


@command("list", Both("Lister les postes du cabinet.", "List the practice’s machines."), device)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import hosts

    found = hosts.devices(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
        return
    run.output.result(found, lambda: _devices(found))


@command(
    "reassign",
    parent=device,
    help=Both(
        "Reprendre sur ce poste la licence et le coffre d’un autre, qui n’aura plus aucun accès.",
        "Take the licence and the vault of another machine over to this one; that one loses all access.",
    ),
)
@argument("name", metavar=Both("POSTE", "DEVICE"), help=Both("L’ancien poste.", "The old machine."))
@_contract_key
@pass_run
def reassign(run: Run, name: str, contract_key_file: str) -> None:
    """See its help."""
    from ...app import hosts

    done = hosts.reassign(run.session, name, contract_key_file)
    run.output.result(done, lambda: _reassigned(done, program(run.profile)))


@command(
    "revoke",
    Both("Retirer aussitôt tout accès à un poste.", "Take all access from a machine at once."),
    device,
)
@argument("name", metavar=Both("POSTE", "DEVICE"), help=Both("Son nom.", "Its name."))
@_contract_key
@pass_run
def revoke(run: Run, name: str, contract_key_file: str) -> None:
    """See its help."""
    from ...app import hosts

    ended = hosts.revoke(run.session, name, contract_key_file)
    text = say(f"{ended.name} n’a plus aucun accès.", f"{ended.name} has no access any more.")
    run.output.result(ended, lambda: [text])


@command(
    "terms",
    parent=device,
    help=Both(
        "Montrer les conditions d’utilisation de l’hébergeur ; les accepter.",
        "Show the host’s terms of service; accept them.",
    ),
)
@option("--accept", is_flag=True, help=Both("Les accepter.", "Accept them."))
@option(
    "--user",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Le nom de qui les accepte (par défaut : le compte).", "Who accepts, by name (default: the account)."
    ),
)
@pass_run
def terms(run: Run, accept: bool, user: str) -> None:
    """See its help."""
    from ...app import hosts

    shown = hosts.terms(run.session, accept=accept, user=user)
    run.output.result(shown, lambda: _terms(shown))


@command(
    "audit",
    parent=device,
    help=Both(
        "Vérifier le journal d’audit de l’hébergeur : tous les accès aux postes et aux coffres du cabinet,"
        " ceux de ses opérateurs aussi.",
        "Check the host’s audit log: all accesses to the practice’s machines and vaults, those of its"
        " operators too.",
    ),
)
@option(
    "--out",
    metavar=Both("FICHIER", "FILE"),
    help=Both("L’écrire dans un nouveau fichier (JSON par lignes).", "Write it to a new file (JSON lines)."),
)
@pass_run
def audit(run: Run, out: str | None) -> None:
    """See its help."""
    from ...app import audits

    checked = audits.check_audit(run.session, out)
    run.output.result(checked, lambda: _audited(checked))


def _audited(done: AuditChecked) -> Iterator[str]:
    since, until = moment(done.since), moment(done.until)
    yield say(
        f"Journal d’audit de {done.host} : {done.lines} lignes, du {since} au {until}, toutes enchaînées.",
        f"Audit log of {done.host}: {done.lines} lines, from {since} to {until}, all chained.",
    )
    yield say(
        f"Accès par les opérateurs de l’hébergeur : {done.operators} ; accès refusés : {done.refused}",
        f"Accesses by the host’s operators: {done.operators}; accesses refused: {done.refused}",
    )
    yield say(
        f"Dernière ligne : n° {done.last}, empreinte {done.hash}",
        f"Last line: no. {done.last}, hash {done.hash}",
    )
    if done.file is not None:
        yield say(f"Écrit dans {done.file}", f"Written to {done.file}")


def _terms(shown: TermsShown) -> Iterator[str]:
    if not shown.version:
        yield say("L’hébergeur n’a pas de conditions à accepter.", "The host has no terms to accept.")
        return
    since = moment(shown.effective)
    yield say(
        f"Version {shown.version}, en vigueur depuis le {since}.",
        f"Version {shown.version}, in force since {since}.",
    )
    yield ""
    yield from shown.text.splitlines()
    yield ""
    if shown.accepted:
        yield say("Acceptées sur ce poste.", "Accepted on this machine.")
    else:
        yield say(
            "Pour les accepter : cyberlib device terms --accept",
            "To accept them: cyberlib device terms --accept",
        )
    for each in shown.coming:
        number, _, day = each.partition(": ")
        yield say(
            f"À venir : version {number}, en vigueur le {moment(day)}.",
            f"To come: version {number}, in force on {moment(day)}.",
        )


_STATES = {
    "active": Both("actif", "active"),
    "surplus": Both("en surnombre, inactif", "surplus, inactive"),
    "revoked": Both("révoqué", "revoked"),
}


def _state(state: str) -> str:
    return str(_STATES.get(state, state))


def _enrolled(done: Enrolled, called: str, has_vault: bool) -> Iterator[str]:
    yield say(
        f"Ce poste est déclaré : {done.name} ({_state(done.state)})",
        f"This machine is declared: {done.name} ({_state(done.state)})",
    )
    yield say(f"Hébergeur : {done.host}", f"Host: {done.host}")
    yield say(
        f"Cabinet : {done.organisation}, SIREN {done.siren}",
        f"Practice: {done.organisation}, SIREN {done.siren}",
    )
    if done.state == "surplus":
        yield say(
            "Le contrat n’a plus de place libre : rien ne sera sauvegardé de ce poste avant que l’hébergeur"
            " n’en ajoute une, ou que la licence d’un autre poste soit reprise (cyberlib device reassign).",
            "The contract has no free seat: nothing of this machine is backed up until the host adds one, or"
            " the licence of another machine is taken over (cyberlib device reassign).",
        )
    elif not has_vault:
        yield say("Ensuite :", "Next:")
        yield say(
            f"  {called} vault create --at {done.host}   pour un nouveau coffre, ou",
            f"  {called} vault create --at {done.host}   for a new vault, or",
        )
        yield say(
            f"  {called} device reassign POSTE --contract-key-file FICHIER   pour celui d’un ancien",
            f"  {called} device reassign DEVICE --contract-key-file FILE   for an old machine’s",
        )


def _devices(found: list[HostDevice]) -> Iterator[str]:
    head = [say("POSTE", "DEVICE"), say("ÉTAT", "STATE"), say("DÉCLARÉ", "DECLARED"), say("VU", "SEEN"), ""]
    here = say("ce poste", "this machine")
    rows = [
        [
            d.name,
            _state(d.state),
            moment(d.created),
            moment(d.last_seen) if d.last_seen else "—",
            here if d.here else "",
        ]
        for d in found
    ]
    yield from table(head, rows)


def _reassigned(done: Reassigned, called: str) -> Iterator[str]:
    yield say(
        f"{done.name} a repris la licence de {done.previous}, qui n’a plus aucun accès.",
        f"{done.name} took over the licence of {done.previous}, which has no access any more.",
    )
    if done.vault is not None:
        yield say("Ensuite :", "Next:")
        yield f"  {called} vault open --at {done.host}"
