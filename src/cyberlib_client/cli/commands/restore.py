"""`cyberlib restore`: bring files back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language import Both, say
from ..run import Run, pass_run
from ..units import FILE, ITEM, count, duration, many, size
from ..words import argument, choice, command, option

if TYPE_CHECKING:
    from ...app.restoring import Asks, ConflictName, NamesOf, Question, RestoreDone


@command(
    "restore",
    Both("Restaurer une version, ou une partie.", "Restore a snapshot, or part of it."),
)
@argument(
    "items",
    nargs=-1,
    required=True,
    metavar=Both("VERSION[:CHEMIN]...", "SNAPSHOT[:PATH]..."),
    help=Both("Une version et ce que l’on en veut.", "A snapshot, and what is wanted of it."),
)
@option(
    "--to",
    required=True,
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Dossier sous lequel les chemins d’origine sont recréés.",
        "Folder below which the original paths are made again.",
    ),
)
@option(
    "--conflict",
    type=choice("ask", "keep-both", "replace", "skip"),
    default="keep-both",
    show_default=True,
    help=Both("Que faire d’un fichier qui existe déjà.", "What to do about a file that is there."),
)
@option(
    "--include",
    multiple=True,
    metavar=Both("MOTIF", "PATTERN"),
    help=Both("Seulement ce qui répond à ce motif.", "Only what matches this pattern."),
)
@option("--owner", is_flag=True, help=Both("Rendre aussi les propriétaires.", "Restore owners too."))
@option(
    "--acl", is_flag=True, help=Both("Rendre aussi les droits d’accès (ACL).", "Restore access lists too.")
)
@option(
    "--devices", is_flag=True, help=Both("Recréer les fichiers de périphérique.", "Make device files again.")
)
@option(
    "--names",
    type=choice("windows", "macos"),
    help=Both(
        "N’écrire que des noms que ce système accepte, pour un disque qui ira sur un autre poste.",
        "Write only names that this system accepts, for a disk that goes to another machine.",
    ),
)
@option(
    "--dry-run",
    is_flag=True,
    help=Both("Ne rien écrire : dire ce qui le serait.", "Write nothing: say what would be."),
)
@pass_run
def restore(
    run: Run,
    items: tuple[str, ...],
    to: str,
    conflict: ConflictName,
    include: tuple[str, ...],
    owner: bool,
    acl: bool,
    devices: bool,
    names: NamesOf | None,
    dry_run: bool,
) -> int:
    """See its help."""
    from ...app import restoring

    wanted = restoring.Wanted(
        items,
        to,
        conflict=conflict,
        include=include,
        owner=owner,
        acl=acl,
        devices=devices,
        names=names,
        dry_run=dry_run,
    )
    with run.stoppable():
        done = restoring.run_restore(run.session, wanted, _asker(run) if run.prompt.possible else None)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


def _asker(run: Run) -> Asks:
    def ask(question: Question) -> ConflictName:
        text = say(
            f"{question.path} existe déjà ({size(question.size)}).",
            f"{question.path} is already there ({size(question.size)}).",
        )
        answers = {
            "keep-both": say("garder les deux", "keep both"),
            "replace": say("remplacer ce qui est là", "replace what is there"),
            "skip": say("ne pas restaurer ce fichier", "do not restore this file"),
        }
        answer = run.prompt.choice(text, answers)
        return "skip" if answer is None else answer  # type: ignore[return-value]

    return ask


def lines(done: RestoreDone) -> Iterator[str]:
    """A restore told in a few lines."""
    figures = f"{many(done.files, *FILE)}, {size(done.bytes)}"
    if done.dry_run:
        yield say(
            f"À restaurer : {figures}. Rien n’a été écrit.", f"To restore: {figures}. Nothing was written."
        )
    else:
        yield say(
            f"Restauré dans {done.to} : {figures}, en {duration(done.seconds)}.",
            f"Restored to {done.to}: {figures}, in {duration(done.seconds)}.",
        )
    if done.kept_both:
        yield say(
            f"Gardés à côté de ce qui était là : {count(done.kept_both)}.",
            f"Put beside what was there: {count(done.kept_both)}.",
        )
    if done.skipped:
        yield say(f"Laissés : {count(done.skipped)}.", f"Left: {count(done.skipped)}.")
    if done.failed:
        yield say(
            f"ATTENTION, pas restaurés en entier : {many(done.failed, *ITEM)} (voir ci-dessus).",
            f"WARNING, not restored whole: {many(done.failed, *ITEM)} (see above).",
        )
