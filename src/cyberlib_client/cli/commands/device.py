"""`cyberlib device`: this workstation at a host, and the others of its organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ..adoption_lines import replacement_lines
from ..device_lines import audited_lines, device_lines, enrolled_lines, reassigned_lines, terms_lines
from ..incidents import few_incidents
from ..run import Run, pass_run
from ..words import argument, command, group, option
from .vault import program

if TYPE_CHECKING:
    pass

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
    run.output.result(enrolled, lambda: enrolled_lines(enrolled, called, has_vault))


@command("list", Both("Lister les postes du cabinet.", "List the practice’s machines."), device)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import hosts

    found = hosts.devices(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
        return
    run.output.result(found, lambda: device_lines(found))


@command(
    "reassign",
    parent=device,
    help=Both(
        "Reprendre sur ce poste la licence et le coffre d’un autre, qui n’aura plus aucun accès.",
        "Take the licence and the vault of another machine over to this one; that one loses all access.",
    ),
)
@argument(
    "name",
    required=False,
    default="",
    metavar=Both("[POSTE]", "[DEVICE]"),
    help=Both("L’ancien poste.", "The old machine."),
)
@option(
    "--from",
    "previous",
    default="",
    metavar=Both("POSTE", "DEVICE"),
    help=Both("Le même, comme option.", "The same, as an option."),
)
@_contract_key
@pass_run
def reassign(run: Run, name: str, previous: str, contract_key_file: str) -> None:
    """See its help."""
    import click

    from ...app import hosts

    if bool(name) == bool(previous):
        raise click.UsageError(say("Nommez l’ancien poste, une fois.", "Name the old machine, once."))
    name = name or previous
    done = hosts.reassign(run.session, name, contract_key_file)
    run.output.result(done, lambda: reassigned_lines(done, program(run.profile)))


@command(
    "replace",
    Both(
        "Prendre la place d’un autre poste, sans question. Un fichier répond à tout : déclaration, licence,"
        " ouverture du coffre, dossiers, restauration, sauvegarde. Relancée, elle reprend où elle en était.",
        "Take another machine’s place, without questions. A file answers all: enrolment, licence, opening the"
        " vault, folders, restore, backup. Called again it goes on where it was.",
    ),
    device,
)
@option(
    "--answers",
    required=True,
    metavar=Both("FICHIER", "FILE"),
    help=Both("Le fichier de réponses (TOML).", "The answer file (TOML)."),
)
@pass_run
def replace(run: Run, answers: str) -> int:
    """See its help."""
    from ...app import replacing

    given = replacing.read_answers(answers)
    with few_incidents(run), run.stoppable():
        done = replacing.replace(run.session, given)
    run.output.result(done, lambda: replacement_lines(done))
    return done.exit_code


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
    run.output.result(shown, lambda: terms_lines(shown))


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
    run.output.result(checked, lambda: audited_lines(checked))
