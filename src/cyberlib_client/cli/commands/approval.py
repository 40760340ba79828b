"""`cyberlib approval`: a new machine asks one that opens the vault to let it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both
from ..approval_lines import approval_lines, asked_lines, opened_lines, waiting_lines
from ..run import Run, pass_run
from ..words import argument, command, group, option

if TYPE_CHECKING:
    from ...app.device_slot import Keeping

approval = group(
    "approval",
    Both(
        "Un nouveau poste, auquel un poste du cabinet ouvre le coffre.",
        "A new machine, to which one of the practice opens the vault.",
    ),
)

_WHICH = Both("[DEMANDE]", "[REQUEST]")
_which = argument(
    "which",
    required=False,
    default="",
    metavar=_WHICH,
    help=Both("Le début de son numéro (voir list).", "The beginning of its number (see list)."),
)


@command(
    "ask",
    Both(
        "Sur le nouveau poste, une fois déclaré chez l’hébergeur : demander l’accès au coffre. Six mots sont"
        " montrés, à taper sur un poste du cabinet qui ouvre le coffre (cyberlib approval allow).",
        "On the new machine, once it is declared at the host: ask for access to the vault. Six words are"
        " shown, to be typed at a machine of the practice that opens the vault (cyberlib approval allow).",
    ),
    approval,
)
@option(
    "--at",
    default="",
    metavar=Both("EMPLACEMENT", "STORE"),
    help=Both(
        "Le coffre ; il le faut si le cabinet en a plusieurs.",
        "The vault; needed if the practice has several.",
    ),
)
@option(
    "--anew",
    is_flag=True,
    help=Both(
        "Une nouvelle demande au lieu de celle qui attend.", "A new request in place of the one that waits."
    ),
)
@pass_run
def ask(run: Run, at: str, anew: bool) -> None:
    """See its help."""
    from ...app import approval_asking as app

    asked = app.ask(run.session, at, anew=anew)
    run.output.result(asked, lambda: asked_lines(asked))


@command(
    "status",
    Both("Dire où en est la demande de ce poste.", "Tell how this machine’s request stands."),
    approval,
)
@pass_run
def status(run: Run) -> None:
    """See its help."""
    from ...app import approval_asking as app

    told = app.standing(run.session)
    run.output.result(told, lambda: waiting_lines(told))


@command(
    "open",
    Both(
        "Sur le nouveau poste : ouvrir le coffre, une fois l’accès accordé. Ce poste l’ouvrira ensuite"
        " seul, par un secret qui n’est qu’à lui.",
        "On the new machine: open the vault, once access was granted. This machine then opens it by itself,"
        " by a secret of its own.",
    ),
    approval,
)
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
@pass_run
def open_(run: Run, device_name: str, device_file: bool) -> None:
    """See its help."""
    from ...app import approval_asking as app

    keeping: Keeping = "file" if device_file else "keychain"
    opened = app.open_by(run.session, keeping=keeping, device=device_name)
    run.output.result(opened, lambda: opened_lines(opened))


@command(
    "list",
    Both(
        "Montrer les nouveaux postes qui demandent l’accès au coffre.",
        "Show the new machines that ask for access to the vault.",
    ),
    approval,
)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import approval as app

    found = app.pending(run.session)
    run.output.result(found, lambda: approval_lines(found))


@command(
    "allow",
    Both(
        "Ouvrir le coffre au nouveau poste dont on a les six mots sous les yeux. La phrase secrète du coffre"
        " ou ses 24 mots sont demandés ; sans eux (--unproven), l’hébergeur prévient tout le cabinet et"
        " retient l’accès un jour.",
        "Open the vault to the new machine whose six words are before you. The vault’s passphrase or its 24"
        " words are asked for; without them (--unproven), the host tells the whole practice and holds the"
        " access back for a day.",
    ),
    approval,
)
@_which
@option(
    "--words",
    metavar=Both("MOTS", "WORDS"),
    help=Both(
        "Les six mots que montre le nouveau poste (demandés sinon).",
        "The six words that the new machine shows (asked for otherwise).",
    ),
)
@option(
    "--unproven",
    is_flag=True,
    help=Both(
        "Sans la phrase secrète ni les mots : l’accès est retenu un jour.",
        "Without the passphrase or the words: the access is held back for a day.",
    ),
)
@option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Prouver par les 24 mots de ce fichier.", "Prove by the 24 words in this file."),
)
@pass_run
def allow(run: Run, which: str, words: str | None, unproven: bool, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import approval as app
    from ...core.errors import UsageError

    run.prove_by(recovery_file)
    typed = words if words is not None else run.prompt.words_shown()
    if typed is None:
        raise UsageError("approval_words_missing")
    told = app.allow(run.session, which, typed, unproven=unproven)
    run.output.result(told, lambda: approval_lines([told]))


@command(
    "refuse",
    Both(
        "Refuser une demande, ou toutes ; depuis le nouveau poste, retirer la sienne.",
        "Say no to a request, or to all; from the new machine, take back its own.",
    ),
    approval,
)
@_which
@pass_run
def refuse(run: Run, which: str) -> None:
    """See its help."""
    from ...app import approval as app
    from ...app import approval_asking

    if run.session.settings.vault is None and not which:
        gone = [approval_asking.withdraw(run.session)]
    else:
        gone = app.refuse(run.session, which)
    run.output.result(gone, lambda: approval_lines(gone))
