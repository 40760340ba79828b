"""`cyberlib retention`: how long snapshots are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...app.wording.language import Both
from ..retention_lines import changed_lines, done_lines, plan_lines, shown_lines
from ..run import Run, pass_run
from ..words import Between, command, group, option, refuse_together, require_change

if TYPE_CHECKING:
    from ...app.retention import Preview

retention = group(
    "retention",
    Both(
        "Combien de temps les versions sont gardées. Sans règle choisie, rien n’est jamais effacé.",
        "How long snapshots are kept. Without a policy, nothing is ever deleted.",
    ),
)

_NUMBER = Both("NOMBRE", "NUMBER")

clock_is_right = option(
    "--clock-is-right",
    is_flag=True,
    help=Both(
        "L’horloge de ce poste est juste, même si elle semble avoir sauté.",
        "This machine’s clock is right, even if it seems to have leapt.",
    ),
)
yes = option("--yes", is_flag=True, help=Both("Le faire sans demander.", "Do it without asking."))
recovery_file = option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Prouver par les 24 mots de ce fichier que l’on peut le faire.",
        "Prove by the 24 words in this file that one may do it.",
    ),
)
dry_run = option(
    "--dry-run",
    is_flag=True,
    help=Both("Dire ce qui se passerait, sans rien changer.", "Say what would happen, and change nothing."),
)


@command(
    "show",
    Both("Montrer les règles, et ce qu’elles ont fait.", "Show the policy, and what it did."),
    retention,
)
@pass_run
def show(run: Run) -> None:
    """See its help."""
    from ...app import retention_settings as app

    shown = app.show(run.session)
    run.output.result(shown, lambda: shown_lines(shown))


@command(
    "set",
    Both(
        "Choisir les règles, après avoir montré ce qu’elles feraient : celles de ce poste ou, notées dans le"
        " coffre, celles de plusieurs. Rien n’est effacé ici. Garder moins demande une phrase secrète du"
        " coffre, ou ses 24 mots, comme pour key add.",
        "Choose the policy, after showing what it would do: this machine’s own or, noted in the vault, that"
        " of several. Nothing is deleted here. Keeping less takes a passphrase of the vault, or its"
        " 24 words, as for key add.",
    ),
    retention,
)
@option(
    "--preset",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Des règles toutes faites : cabinet (20 ans), comptabilite (10 ans), court (1 an), tout (tout garder)"
        " ; none : aucune règle. Ce n’est pas un conseil juridique.",
        "A ready policy: cabinet (20 years), comptabilite (10 years), court (1 year), tout (keep all); none:"
        " no policy. This is no legal advice.",
    ),
)
@option(
    "--last", metavar=_NUMBER, help=Both("Garder les N dernières versions.", "Keep the last N snapshots.")
)
@option("--within", metavar=_NUMBER, help=Both("Garder toutes celles de N jours.", "Keep all of N days."))
@option(
    "--hourly",
    metavar=_NUMBER,
    help=Both("Une par heure, pour N heures où il y en a.", "One an hour, for N hours that have any."),
)
@option(
    "--daily",
    metavar=_NUMBER,
    help=Both("Une par jour, pour N jours où il y en a.", "One a day, for N days that have any."),
)
@option("--weekly", metavar=_NUMBER, help=Both("Une par semaine, de même.", "One a week, likewise."))
@option("--monthly", metavar=_NUMBER, help=Both("Une par mois, de même.", "One a month, likewise."))
@option("--yearly", metavar=_NUMBER, help=Both("Une par an, de même.", "One a year, likewise."))
@option(
    "--labelled/--no-labelled",
    default=None,
    help=Both("Garder celles qui ont une étiquette, ou non.", "Keep those with a label, or not."),
)
@option(
    "--quarantine",
    type=Between(7, 366),
    metavar=Both("JOURS", "DAYS"),
    help=Both(
        "Délai avant l’effacement, pendant lequel undelete rétablit (30, au moins 7).",
        "Time before anything is deleted, in which undelete brings it back (30, at least 7).",
    ),
)
@option(
    "--device",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Du poste de ce nom, quel que soit celui qui applique : noté dans le coffre, contre une phrase"
        " secrète ou les 24 mots.",
        "Of the device of this name, whichever machine applies it: noted in the vault, against a passphrase"
        " or the 24 words.",
    ),
)
@option(
    "--all-devices",
    is_flag=True,
    help=Both(
        "De tous les postes du coffre, présents et à venir ; de même.",
        "Of all devices of the vault, present and to come; likewise.",
    ),
)
@dry_run
@recovery_file
@pass_run
def change(
    run: Run, /, dry_run: bool, recovery_file: str | None, device: str, all_devices: bool, **given: Any
) -> None:
    """See its help."""
    from ...app import retention_settings as app
    from ...app.retention import Which

    refuse_together(("--device", device or None), ("--all-devices", all_devices))
    wanted = app.RetentionChange(**given)
    require_change(wanted != app.RetentionChange())
    run.prove_by(recovery_file)
    with run.stoppable():
        done = app.change(run.session, wanted, Which(device, all_devices), dry=dry_run)
    run.output.result(done, lambda: changed_lines(done))


@command(
    "apply",
    Both(
        "Appliquer les règles : montrer ce qui part, demander, mettre en quarantaine, effacer ce dont la"
        " quarantaine est finie. Seulement les versions de ce poste, sauf demande.",
        "Apply the policy: show what goes, ask, put it into quarantine, delete what has been there long"
        " enough. Only this machine’s snapshots, unless asked otherwise.",
    ),
    retention,
)
@dry_run
@yes
@option(
    "--device",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Les versions du poste de ce nom ; demande une phrase secrète, ou les 24 mots.",
        "The snapshots of the device of this name; takes a passphrase, or the 24 words.",
    ),
)
@option(
    "--all-devices",
    is_flag=True,
    help=Both("Les versions de tous les postes ; de même.", "The snapshots of all devices; likewise."),
)
@clock_is_right
@recovery_file
@pass_run
def apply(
    run: Run,
    dry_run: bool,
    yes: bool,
    device: str,
    all_devices: bool,
    clock_is_right: bool,
    recovery_file: str | None,
) -> None:
    """See its help."""
    from ...app import retention as app

    refuse_together(("--device", device or None), ("--all-devices", all_devices))
    run.prove_by(recovery_file)

    def agree(plan: Preview) -> bool | None:
        if run.prompt.possible:
            for line in plan_lines(plan):
                run.output.remark(line)
        return run.prompt.agreed("retention_apply")

    with run.stoppable():
        done = app.apply(
            run.session,
            app.Which(device, all_devices),
            dry=dry_run,
            sure=yes,
            clock_is_right=clock_is_right,
            agree=agree,
        )
    run.output.result(done, lambda: done_lines(done))
