"""`cyberlib escrow`: a way into the vault entrusted to officers, taken back, and used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both
from ..bucket_options import bucket_options
from ..escrow_lines import (
    asked_lines,
    escrow_lines,
    joined_lines,
    left_lines,
    opened_lines,
    release_lines,
    text_lines,
)
from ..run import Run, pass_run
from ..words import argument, command, group, option
from .cover import cover

if TYPE_CHECKING:
    from ...app.device_slot import Keeping

escrow = group(
    "escrow",
    Both(
        "Le séquestre : des dépositaires pour rouvrir le coffre.",
        "Escrow: officers who open the vault again.",
    ),
)

_FILE = Both("FICHIER", "FILE")
_FOLDER = Both("DOSSIER", "FOLDER")
_recovery_file = option(
    "--recovery-file",
    metavar=_FILE,
    help=Both("Prouver par les 24 mots de ce fichier.", "Prove by the 24 words in this file."),
)
_at = option(
    "--at",
    default="",
    metavar=Both("EMPLACEMENT", "STORE"),
    help=Both("Où est le coffre, si ce poste n’en a pas.", "Where the vault is, if this machine has none."),
)


@command(
    "join",
    Both(
        "Rejoindre un séquestre. La convention et ses conséquences sont montrées d’abord ; la phrase secrète"
        " du coffre, ou ses 24 mots, sont demandés. Rien de ce qui est écrit n’ouvre le coffre à soi seul.",
        "Join an escrow. The policy and its consequences are shown first; the vault’s passphrase, or its 24"
        " words, are asked for. Nothing that is written opens the vault by itself.",
    ),
    escrow,
)
@argument("policy", metavar=_FILE, help=Both("La convention.", "The policy."))
@option(
    "--fingerprint",
    required=True,
    metavar=Both("EMPREINTE", "FINGERPRINT"),
    help=Both(
        "Celle de la convention, lue sur le contrat papier.",
        "The policy’s, read from the contract on paper.",
    ),
)
@option(
    "--who",
    required=True,
    metavar=Both("NOM", "NAME"),
    help=Both("Qui consent : prénom et nom.", "Who consents: full name."),
)
@option(
    "--to",
    metavar=_FOLDER,
    help=Both(
        "Y écrire aussi les documents ; il le faut quand le coffre n’est pas chez un hébergeur.",
        "Write the documents there too; needed where the vault is at no host.",
    ),
)
@_recovery_file
@option("--yes", is_flag=True, help=Both("Sans le demander.", "Without asking."))
@pass_run
def join(
    run: Run,
    policy: str,
    fingerprint: str,
    who: str,
    to: str | None,
    recovery_file: str | None,
    yes: bool,
) -> None:
    """See its help."""
    from ...app import escrow as app
    from ...core.errors import UsageError

    run.prove_by(recovery_file)
    joining = app.Joining(policy, fingerprint)
    if not yes:
        for line in (*escrow_lines(joining.told), *text_lines()):
            run.output.remark(line)
        if not run.prompt.agreed_to_entrust():
            raise UsageError("escrow_not_agreed_to")
    joined = joining.join(run.session, who, to)
    run.output.result(joined, lambda: joined_lines(joined))


@command(
    "status",
    Both(
        "Dire si un séquestre ouvre ce coffre, et qui en répond.", "Tell whether an escrow opens this vault."
    ),
    escrow,
)
@pass_run
def status(run: Run) -> None:
    """See its help."""
    from ...app import escrow as app

    told = app.status(run.session)
    run.output.result(told, lambda: escrow_lines(told))


@command(
    "leave",
    Both(
        "Quitter le séquestre : ce que les dépositaires ont n’ouvre plus le coffre.",
        "Leave the escrow: what the officers have no longer opens the vault.",
    ),
    escrow,
)
@option(
    "--to",
    metavar=_FOLDER,
    help=Both("Y écrire le retrait signé, à remettre à l’hébergeur.", "Write the signed withdrawal there."),
)
@_recovery_file
@pass_run
def leave(run: Run, to: str | None, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import escrow as app

    run.prove_by(recovery_file)
    left = app.leave(run.session, to)
    run.output.result(left, lambda: left_lines(left))


@command(
    "request",
    Both(
        "Demander aux dépositaires de rendre l’accès à ce poste, quand la phrase secrète et les mots sont"
        " perdus. L’hébergeur prévient tous les contacts du cabinet, attend le délai, puis remet la demande ;"
        " lisez ses six mots à chaque dépositaire qui appelle.",
        "Ask the officers to give access to this machine, when the passphrase and the words are lost. The"
        " host tells all contacts of the practice, waits out the delay, then hands the request on; read its"
        " six words to each officer who calls.",
    ),
    escrow,
)
@argument(
    "to",
    required=False,
    default="",
    metavar=Both("[DEMANDE]", "[REQUEST]"),
    help=Both("Écrire aussi la demande dans ce fichier.", "Write the request to this file too."),
)
@_at
@option(
    "--papers",
    metavar=_FOLDER,
    help=Both(
        "Lire convention, dépôt et consentement dans ce dossier plutôt que chez l’hébergeur.",
        "Read policy, deposit and consent from this folder instead of the host’s.",
    ),
)
@option(
    "--anew",
    is_flag=True,
    help=Both(
        "Une nouvelle demande au lieu de celle qui attend : les réponses à celle-ci ne serviront plus.",
        "A new request in the place of the one that waits: answers to that one will be of no use.",
    ),
)
@option(
    "--contract-key-file",
    default="",
    metavar=_FILE,
    help=Both(
        "Faire de ce nouveau poste un de ceux qui utilisent le coffre, par la clé de contrat de ce fichier.",
        "Make this new machine one of those that use the vault, by the contract key in this file.",
    ),
)
@pass_run
def request(run: Run, to: str, at: str, papers: str | None, anew: bool, contract_key_file: str) -> None:
    """See its help."""
    from ...app.first_run_join import ask_officers

    asked = ask_officers(run.session, at, papers=papers or "", to=to, key_file=contract_key_file, anew=anew)
    run.output.result(asked, lambda: asked_lines(asked))


@command(
    "cancel",
    Both(
        "Refuser une demande que l’hébergeur retient, ou toutes : rien n’est remis aux dépositaires.",
        "Say no to a request that the host holds back, or to all: nothing is handed to the officers.",
    ),
    escrow,
)
@argument(
    "which",
    required=False,
    default="",
    metavar=Both("[DEMANDE]", "[REQUEST]"),
    help=Both("Le début de son numéro (voir status).", "The beginning of its number (see status)."),
)
@pass_run
def cancel(run: Run, which: str) -> None:
    """See its help."""
    from ...app import escrow_post as app

    cancelled = app.cancel(run.session, which)
    run.output.result(cancelled, lambda: release_lines(cancelled))


@command(
    "waive",
    Both(
        "Lever le délai d’une demande : un titulaire prouve son identité chez l’hébergeur. Tous les contacts"
        " du cabinet sont prévenus.",
        "Waive the delay of a request: a holder proves who they are at the host. All contacts of the practice"
        " are told.",
    ),
    escrow,
)
@argument(
    "which",
    required=False,
    default="",
    metavar=Both("[DEMANDE]", "[REQUEST]"),
    help=Both(
        "Le début de son numéro ; sinon celle de ce poste.",
        "The beginning of its number; else this machine’s.",
    ),
)
@_at
@pass_run
def waive(run: Run, which: str, at: str) -> None:
    """See its help."""
    from ...app import escrow_post as app

    waived = app.waive(run.session, which, at)
    run.output.result(waived, lambda: release_lines(waived))


@command(
    "open",
    Both(
        "Ouvrir le coffre par les réponses des dépositaires, et lui donner une nouvelle phrase secrète"
        " (demandée deux fois, ou lue de CYBERLIB_PASSPHRASE ou de --passphrase-file).",
        "Open the vault by the officers’ answers, and give it a new passphrase (asked for twice, or read from"
        " CYBERLIB_PASSPHRASE or --passphrase-file).",
    ),
    escrow,
)
@argument(
    "answers",
    nargs=-1,
    metavar=Both("[RÉPONSE]…", "[ANSWER]…"),
    help=Both(
        "Les réponses des dépositaires ; sans elles, celles que l’hébergeur a reçues.",
        "The officers’ answers; without them, those that the host got.",
    ),
)
@_at
@option(
    "--device-name",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both("Nom de ce poste dans le coffre.", "Name of this machine in the vault."),
)
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "Garder le secret du poste dans un fichier plutôt que dans le trousseau.",
        "Keep the machine’s secret in a file rather than in the keychain.",
    ),
)
@bucket_options
@pass_run
def open_(
    run: Run,
    answers: tuple[str, ...],
    at: str,
    device_name: str,
    device_file: bool,
    endpoint: str,
    region: str,
    access_key_file: str | None,
    ca: str | None,
) -> None:
    """See its help."""
    from ...app import escrow_recovery as app
    from ...app.stores import check_bucket_given
    from ...app.workplace import BucketGiven

    given = BucketGiven(endpoint, region, access_key_file, ca)
    if given != BucketGiven():
        check_bucket_given(at, given)
    if at:
        run.session.bucket = given
    keeping: Keeping = "file" if device_file else "keychain"
    opened = app.open_by(run.session, list(answers), at, keeping=keeping, device=device_name)
    run.output.result(opened, lambda: opened_lines(opened))


escrow.add_command(cover)
