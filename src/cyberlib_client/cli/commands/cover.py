"""`cyberlib escrow cover`: the customer lets the publisher's staff restore for them, sees it, ends it."""

from __future__ import annotations

from ...app.wording.language import Both
from ..cover_lines import cover_lines
from ..run import Run, pass_run
from ..words import Between, argument, command, group, option

cover = group(
    "cover",
    Both(
        "Laisser l’assistance restaurer à votre place.",
        "Let the support restore in your place.",
    ),
)


@command(
    "give",
    Both(
        "Autoriser la demande dont l’assistance vous lit les six mots. Rien n’est lu tant que deux"
        " dépositaires au moins n’ont pas répondu ; la phrase secrète est demandée.",
        "Grant the request whose six words the support reads to you. Nothing is read until two officers at"
        " least have answered; the passphrase is asked for.",
    ),
    cover,
)
@option(
    "--words",
    required=True,
    metavar=Both("MOTS", "WORDS"),
    help=Both("Les six mots, entre guillemets.", "The six words, in quotes."),
)
@option(
    "--who", required=True, metavar=Both("NOM", "NAME"), help=Both("Vos prénom et nom.", "Your full name.")
)
@option("--reason", required=True, metavar=Both("TEXTE", "TEXT"), help=Both("Pourquoi.", "Why."))
@option(
    "--hours",
    type=Between(1, 72),
    default=24,
    metavar=Both("N", "N"),
    help=Both("Pour combien d’heures, 24 par défaut, 72 au plus.", "For how many hours, 24 unless told."),
)
@option(
    "--path",
    "paths",
    multiple=True,
    metavar=Both("CHEMIN", "PATH"),
    help=Both("Rien d’autre que ce dossier ; répétable.", "Nothing but this folder; can be repeated."),
)
@option(
    "--snapshot",
    "snapshots",
    multiple=True,
    metavar=Both("VERSION", "SNAPSHOT"),
    help=Both("Rien d’autre que cette version ; répétable.", "Nothing but this one; can be repeated."),
)
@option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Prouver par les 24 mots de ce fichier.", "Prove by the 24 words in this file."),
)
@pass_run
def give(
    run: Run,
    words: str,
    who: str,
    reason: str,
    hours: int,
    paths: tuple[str, ...],
    snapshots: tuple[str, ...],
    recovery_file: str | None,
) -> None:
    """See its help."""
    from ...app import covering as app

    run.prove_by(recovery_file)
    given = app.give(
        run.session,
        words,
        who=who,
        reason=reason,
        hours=hours,
        snapshots=list(snapshots),
        paths=list(paths),
    )
    run.output.result(given, lambda: cover_lines([given]))


@command(
    "list",
    Both(
        "Montrer ce que l’assistance a demandé, ce qui est autorisé, et chaque chose qu’elle a lue.",
        "Show what the support asked for, what is granted, and each thing that it read.",
    ),
    cover,
)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import covering as app

    found = app.covers(run.session)
    run.output.result(found, lambda: cover_lines(found))


@command(
    "end",
    Both("Retirer l’autorisation : plus rien n’est lu.", "End the grant: nothing is read any more."),
    cover,
)
@argument(
    "which",
    required=False,
    default="",
    metavar=Both("[DEMANDE]", "[REQUEST]"),
    help=Both("Le début de son numéro (voir list).", "The beginning of its number (see list)."),
)
@pass_run
def end(run: Run, which: str) -> None:
    """See its help."""
    from ...app import covering as app

    ended = app.end(run.session, which)
    run.output.result(ended, lambda: cover_lines(ended))
