"""`cyberlib covered`: the publisher's staff restore for a customer who granted it."""

from __future__ import annotations

from ...app.wording.language import Both, say
from ..cover_lines import covered_lines
from ..escrow_lines import asked_lines
from ..run import Run, pass_run
from ..words import argument, command, group, option
from .ls import line
from .restore import lines

covered = group(
    "covered",
    Both(
        "Pour l’assistance : restaurer pour un client.",
        "For the support: restore for a customer.",
    ),
)

_item = argument(
    "item",
    metavar=Both("VERSION:CHEMIN", "SNAPSHOT:PATH"),
    help=Both("Ce qui est autorisé, ou ce qu’il contient.", "What is granted, or what is in it."),
)


@command(
    "ask",
    Both(
        "Demander, depuis ce poste déclaré chez l’hébergeur du client. Six mots sont montrés : lisez-les au"
        " client, qui autorise, puis à chaque dépositaire qui appelle.",
        "Ask, from this machine that is declared at the customer’s host. Six words are shown: read them to"
        " the customer, who grants it, then to each officer who calls.",
    ),
    covered,
)
@argument("at", metavar=Both("COFFRE", "VAULT"), help=Both("Adresse du coffre.", "The vault’s address."))
@option(
    "--contract-key-file",
    default="",
    metavar=Both("FICHIER", "FILE"),
    help=Both("La clé de contrat que le client a remise.", "The contract key that the customer gave."),
)
@option("--anew", is_flag=True, help=Both("Une nouvelle demande.", "A new request."))
@pass_run
def ask(run: Run, at: str, contract_key_file: str, anew: bool) -> None:
    """See its help."""
    from ...app import covered as app

    asked = app.ask(run.session, at, contract_key_file, anew=anew)
    run.output.result(asked, lambda: asked_lines(asked))


@command("status", Both("Où en est la demande.", "How the request stands."), covered)
@pass_run
def status(run: Run) -> None:
    """See its help."""
    from ...app import covered as app

    told = app.told(run.session)
    run.output.result(told, lambda: covered_lines(told))


@command(
    "snapshots",
    Both("Les versions que l’on peut lire. Le client le voit.", "What can be read. The customer sees it."),
    covered,
)
@pass_run
def snapshots(run: Run) -> None:
    """See its help."""
    from ...app import covered as app

    found = app.listed(run.session)
    run.output.result(found, lambda: [f"{each.id[:8]}  {each.time}  {each.device}" for each in found])


@command(
    "list",
    Both("Ce que contient un dossier autorisé. Le client le voit.", "What a granted folder holds; told."),
    covered,
)
@_item
@pass_run
def list_(run: Run, item: str) -> None:
    """See its help."""
    from ...app import covered as app

    found = app.entries(run.session, item)
    run.output.result(found, lambda: [line(each) for each in found])


@command(
    "restore",
    Both(
        "Restaurer ce qui est autorisé dans un dossier, à remettre au client. Il voit chaque fichier.",
        "Restore what is granted to a folder, to be handed to the customer. They see each file.",
    ),
    covered,
)
@_item
@option("--to", required=True, metavar=Both("DOSSIER", "DIR"), help=Both("Le dossier.", "The folder."))
@pass_run
def restore(run: Run, item: str, to: str) -> int:
    """See its help."""
    from ...app import covered as app

    done = app.restore(run.session, item, to)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


@command(
    "forget",
    Both("Retirer la demande ; rien n’en reste ici.", "Take the request back; nothing of it stays here."),
    covered,
)
@pass_run
def forget(run: Run) -> None:
    """See its help."""
    from ...app import covered as app

    app.forget(run.session)
    run.output.result(None, lambda: [say("La demande est retirée.", "The request is taken back.")])
