"""`cyberlib restore`: bring files back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ...app.wording.language import Both, say
from ...app.wording.units import FILE, ITEM, count, duration, many, moment, size
from ..from_option import from_option
from ..incidents import few_incidents
from ..places import sources_told
from ..run import Run, pass_run
from ..words import argument, choice, command, option, refuse_together

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
    help=Both(
        "Une version et ce que l’on en veut. « latest » : la dernière de ce poste ; « latest@NOM » : d’un"
        " autre.",
        "A snapshot, and what is wanted of it. “latest”: this machine’s newest; “latest@NAME”: another’s.",
    ),
)
@option(
    "--to",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Dossier sous lequel les chemins d’origine sont recréés.",
        "Folder below which the original paths are made again.",
    ),
)
@option(
    "--in-place",
    is_flag=True,
    help=Both("Ou là où c’était, sur ce poste.", "Or where it was, on this machine."),
)
@option(
    "--conflict",
    type=choice("ask", "keep-both", "replace", "skip"),
    default="keep-both",
    show_default=True,
    help=Both(
        "Que faire d’un fichier qui existe déjà, avec un autre contenu.",
        "What to do about a file that is there, with other content.",
    ),
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
    help=Both("Ne rien écrire : dire ce qui le serait.", "Write nothing: say what would be."),
)
@option(
    "--limit-download",
    metavar=Both("DÉBIT", "RATE"),
    help=Both(
        'Débit de réception au plus, cette fois-ci, par exemple "2 Mbit/s", ou none.',
        'Rate of receiving at most, this time, such as "2 Mbit/s", or none.',
    ),
)
@from_option
@pass_run
def restore(
    run: Run,
    items: tuple[str, ...],
    to: str | None,
    in_place: bool,
    conflict: ConflictName,
    include: tuple[str, ...],
    owner: bool,
    acl: bool,
    devices: bool,
    names: NamesOf | None,
    dry_run: bool,
    limit_download: str | None,
) -> int:
    """See its help."""
    refuse_together(("--to", to), ("--in-place", in_place or None))
    if to is None and not in_place:
        raise click.UsageError(say("Donnez --to DOSSIER, ou --in-place.", "Give --to DIR, or --in-place."))
    run.session.limit("download", limit_download)
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
    with few_incidents(run), run.stoppable():
        done = restoring.run_restore(run.session, wanted, _asker(run) if run.prompt.possible else None)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


def _asker(run: Run) -> Asks:
    for_all: list[ConflictName] = []

    def ask(question: Question) -> ConflictName:
        if for_all:
            return for_all[0]
        what = say("un dossier", "a folder") if question.directory else size(question.size)
        text = say(
            f"{question.path} existe déjà, avec un autre contenu ({what}).",
            f"{question.path} is already there, with other content ({what}).",
        )
        kept, left = say("g", "k"), say("l", "s")
        answers = {
            kept: say("garder les deux", "keep both"),
            "r": say("remplacer ce qui est là", "replace what is there"),
            left: say("laisser ce qui est là, ne pas restaurer", "skip: leave what is there"),
        }
        for letter, meaning in list(answers.items()):
            answers[letter.upper()] = say(
                f"{meaning}, pour tous les suivants", f"{meaning}, for all from now on"
            )
        answer = run.prompt.choice(text, answers)
        if answer is None:
            return "skip"
        names: dict[str, ConflictName] = {kept: "keep-both", "r": "replace", left: "skip"}
        name = names[answer.lower()]
        if answer.isupper():
            for_all.append(name)
        return name

    return ask


def lines(done: RestoreDone) -> Iterator[str]:
    """A restore told in a few lines."""
    sources = sources_told(done.sources, done.system)
    when = moment(done.time)
    yield say(
        f"Version {done.snapshot[:8]} du {when}, poste « {done.device} » : {sources}",
        f"Snapshot {done.snapshot[:8]} of {when}, device “{done.device}”: {sources}",
    )
    figures = f"{many(done.files, *FILE)}, {size(done.bytes)}"
    if done.dry_run:
        yield say(
            f"À restaurer : {figures}. Rien n’a été écrit.", f"To restore: {figures}. Nothing was written."
        )
    else:
        yield say(
            f"Restauré {f'dans {done.to}' if done.to else 'en place'} : {figures}, en"
            f" {duration(done.seconds)}.",
            f"Restored {f'to {done.to}' if done.to else 'in place'}: {figures}, in {duration(done.seconds)}.",
        )
    if done.private:
        yield say(
            "Créés pour vous seul (droits 0700) : les dossiers qui ne font que mener à ce qui est restauré.",
            "Made for you alone (mode 0700): the folders that only lead to what is restored.",
        )
    yield from _there(done)
    if done.failed:
        yield say(
            f"ATTENTION, pas restaurés en entier : {many(done.failed, *ITEM)} (voir ci-dessus).",
            f"WARNING, not restored whole: {many(done.failed, *ITEM)} (see above).",
        )


def _there(done: RestoreDone) -> Iterator[str]:
    """What stood in the way, or was there already."""
    dry = done.dry_run
    told = (
        (done.identical, say("Déjà là, identiques", "Already there, identical")),
        (done.kept_both, say("À garder à côté de ce qui est là", "To be put beside what is there"))
        if dry
        else (done.kept_both, say("Gardés à côté de ce qui était là", "Put beside what was there")),
        (done.replaced, say("À remplacer", "To be replaced") if dry else say("Remplacés", "Replaced")),
        (done.skipped, say("À laisser", "To be left") if dry else say("Laissés", "Left")),
        (done.to_ask, say("À demander", "To be asked about")),
    )
    there = sum(number for number, _ in told)
    if dry and there:
        yield say(f"Existent déjà : {count(there)}, dont :", f"Already there: {count(there)}, of which:")
    inner = "  " if dry else ""
    for number, words in told:
        if number:
            yield inner + say(f"{words} : {count(number)}.", f"{words}: {count(number)}.")
