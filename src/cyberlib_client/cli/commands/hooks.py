"""`cyberlib hooks`: commands of the user's, run before and after each backup."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

import click

from ...app.wording.language import Both, say
from ..run import Run, pass_run
from ..words import F, argument, choice, command, group, option, require_change

if TYPE_CHECKING:
    from ...app.hooks import HookInfo

hooks = group(
    "hooks",
    Both(
        "Les commandes à lancer avant et après chaque sauvegarde.",
        "Commands to run before and after each backup.",
    ),
)

_NAME = Both("NOM", "NAME")
_NOTHING = "none"


@command("list", Both("Lister ces commandes.", "List these commands."), hooks)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import hooks as app

    found = run.output.items(app.list_hooks(run.session), _line)
    if not found and run.output.mode == "text":
        run.output.remark(say("Aucune commande dans ce profil.", "This profile has no commands."))


def _options(function: F) -> F:
    """How and when it is run."""
    for decorate in (
        option(
            "--source",
            multiple=True,
            metavar=Both("CHEMIN", "PATH"),
            help=Both(
                "Seulement quand ce dossier protégé est sauvegardé ; peut se répéter.",
                "Only when this source is backed up; may be repeated.",
            ),
        ),
        option(
            "--folder",
            metavar=Both("DOSSIER", "DIR"),
            help=Both("Le dossier où la lancer.", "The folder to run it in."),
        ),
        option(
            "--on-failure",
            type=choice("amber", "stop"),
            help=Both(
                "Si elle échoue : sauvegarder quand même, avec le code 3 (amber, d’origine), ou ne pas"
                " sauvegarder (stop).",
                "When it fails: back up all the same, with exit code 3 (amber, the default), or do not"
                " (stop).",
            ),
        ),
        option(
            "--seconds",
            type=click.INT,
            metavar=Both("SECONDES", "SECONDS"),
            help=Both(
                "Durée au-delà de laquelle elle est arrêtée (600 d’origine).",
                "Time after which it is ended (600 by default).",
            ),
        ),
        option(
            "--when",
            type=choice("before", "after"),
            help=Both(
                "Avant la sauvegarde (before, d’origine) ou après (after).",
                "Before the backup (the default), or after.",
            ),
        ),
    ):
        function = decorate(function)
    return function


@command(
    "add",
    Both(
        "Ajouter une commande. Elle est lancée sans interpréteur, avec les droits de CyberLib ; ses mots"
        " suivent « -- ».",
        "Add a command. It is run without a shell, with CyberLib’s rights; its words follow “--”.",
    ),
    hooks,
)
@argument("name", metavar=_NAME, help=Both("Son nom.", "Its name."))
@argument(
    "words",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    metavar=Both("-- PROGRAMME [MOT]...", "-- PROGRAM [WORD]..."),
    help=Both("Le programme et ses arguments.", "The program and its arguments."),
)
@_options
@pass_run
def add(
    run: Run,
    name: str,
    words: tuple[str, ...],
    when: Literal["before", "after"] | None,
    seconds: int | None,
    on_failure: Literal["amber", "stop"] | None,
    folder: str | None,
    source: tuple[str, ...],
) -> None:
    """See its help."""
    from ...app import hooks as app

    added = app.add_hook(
        run.session,
        name,
        when or "before",
        words,
        seconds=seconds,
        failure=on_failure or "amber",
        folder=folder or "",
        sources=source,
    )
    run.output.result(
        added, lambda: [say(f"Commande ajoutée : {_line(added)}", f"Command added: {_line(added)}")]
    )


@command(
    "change",
    Both(
        "Changer une commande ; ce qui n’est pas donné reste. --folder none et --source none : aucun.",
        "Change a command; what is not given stays. --folder none and --source none: none.",
    ),
    hooks,
)
@argument("name", metavar=_NAME, help=Both("Son nom.", "Its name."))
@argument(
    "words",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar=Both("[-- PROGRAMME [MOT]...]", "[-- PROGRAM [WORD]...]"),
    help=Both("Un autre programme et ses arguments.", "Another program and its arguments."),
)
@_options
@pass_run
def change(
    run: Run,
    name: str,
    words: tuple[str, ...],
    when: Literal["before", "after"] | None,
    seconds: int | None,
    on_failure: Literal["amber", "stop"] | None,
    folder: str | None,
    source: tuple[str, ...],
) -> None:
    """See its help."""
    from ...app import hooks as app

    wanted = app.HookChange(
        when,
        words or None,
        seconds,
        on_failure,
        "" if folder == _NOTHING else folder,
        (() if source == (_NOTHING,) else source) if source else None,
    )
    require_change(wanted != app.HookChange())
    changed = app.change_hook(run.session, name, wanted)
    run.output.result(
        changed, lambda: [say(f"Commande changée : {_line(changed)}", f"Command changed: {_line(changed)}")]
    )


@command("remove", Both("Ôter une commande.", "Take a command off the list."), hooks)
@argument("name", metavar=_NAME, help=Both("Son nom.", "Its name."))
@pass_run
def remove(run: Run, name: str) -> None:
    """See its help."""
    from ...app import hooks as app

    removed = app.remove_hook(run.session, name)
    run.output.result(
        removed, lambda: [say(f"Commande ôtée : {_line(removed)}", f"Command removed: {_line(removed)}")]
    )


def _line(hook: HookInfo) -> str:
    when = say("avant", "before") if hook.when == "before" else say("après", "after")
    remarks = [f"{hook.seconds} s"]
    if hook.failure == "stop":
        remarks.append("--on-failure stop")
    if hook.folder:
        remarks.append(f"--folder {hook.folder}")
    remarks += [f"--source {path}" for path in hook.sources]
    return f"{hook.name}  {when}  {shlex.join(hook.command)}  ({', '.join(remarks)})"
