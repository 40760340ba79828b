"""`cyberlib repair`: put back what a vault has lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ...app.wording.language import Both, say
from ...app.wording.units import FILE, count, many
from ..damage import damage_lines, object_line
from ..run import Run, pass_run
from ..words import Between, command, option

if TYPE_CHECKING:
    from ...app.repairing import Healing, Repaired


@command(
    "repair",
    Both(
        "Remettre ce que le coffre a perdu. Sans --apply, dire seulement ce qui peut l’être : index, en-tête,"
        " table des accès, paquets. Rien n’est jamais ôté ; on peut interrompre et relancer.",
        "Put back what the vault has lost. Without --apply, only tell what can be: index, header, table of"
        " slots, packs. Nothing is ever taken away; it may be interrupted and run again.",
    ),
)
@option(
    "--apply",
    is_flag=True,
    help=Both(
        "Réparer, et non seulement le dire ; puis sauvegarder les dossiers protégés, si cela peut remettre"
        " des fichiers touchés.",
        "Repair, and not only tell; then back up the sources, if that may put touched files back.",
    ),
)
@option(
    "--from",
    "other",
    metavar=Both("COPIE", "COPY"),
    help=Both(
        "Reprendre ce qui manque d’une copie de ce coffre : son nom, ou son emplacement.",
        "Take what is missing from a copy of this vault: its name, or its place.",
    ),
)
@option(
    "--read-data",
    is_flag=False,
    flag_value=100,
    default=0,
    type=Between(0, 100),
    metavar=Both("[POURCENT]", "[PERCENT]"),
    help=Both(
        "Relire d’abord les données, pour trouver tout ce qui est abîmé.",
        "Read the data first, to find all that is damaged.",
    ),
)
@option(
    "--no-backup",
    is_flag=True,
    help=Both("Ne pas sauvegarder ensuite.", "Do not back up afterwards."),
)
@pass_run
def repair(run: Run, apply: bool, other: str | None, read_data: int, no_backup: bool) -> int:
    """See its help."""
    from ...app import repairing

    with run.stoppable():
        done = repairing.run_repair(
            run.session, apply=apply, other=other, percent=read_data, back_up=not no_backup
        )
    run.output.result(done, lambda: lines(done))
    return done.exit_code


_FIXES: Final = {
    "header": Both("l’en-tête", "the header"),
    "slots": Both("la table des accès", "the table of slots"),
    "index": Both("l’index des paquets", "the index of packs"),
    "lookups": Both("les répertoires d’index", "the lookups of indexes"),
    "copied": Both("d’après la copie, les objets", "from the copy, objects"),
    "anew": Both(
        "d’après la copie, dans de nouveaux paquets, le contenu de paquets abîmés",
        "from the copy, in new packs, the content of damaged ones",
    ),
}


def lines(done: Repaired) -> Iterator[str]:
    """A repair told in a few lines."""
    for fix in done.fixes:
        what, number = _FIXES[fix.kind], count(fix.count)
        if done.applied:
            yield say(f"Remis : {what} ({number}).", f"Put back: {what} ({number}).")
        else:
            yield say(f"À remettre : {what} ({number}).", f"To be put back: {what} ({number}).")
    for damaged in done.damaged:
        if not damaged.healed:
            yield object_line(damaged)
    for name in done.kept:
        yield say(
            f"! {name} : abîmé, et cet emplacement ne laisse personne le remplacer.",
            f"! {name}: damaged, and this store lets nobody replace it.",
        )
    yield from damage_lines(done.damage)
    if done.healing is not None:
        yield from _healing(done.healing, applied=done.applied)
    yield _verdict(done)


def _healing(healing: Healing, *, applied: bool) -> Iterator[str]:
    if healing.done:
        yield say(
            "Les dossiers protégés ont été sauvegardés : ce qui y est encore est de nouveau dans le coffre.",
            "The sources were backed up: what is still there is in the vault again.",
        )
    elif healing.count:
        number = many(healing.count, *FILE)
        how = say("repair --apply ou backup", "repair --apply or backup") if not applied else "backup"
        yield say(
            f"Encore sur ce poste : {number} ; cyberlib {how} peut les remettre dans le coffre.",
            f"Still on this machine: {number}; cyberlib {how} may put them back into the vault.",
        )
    if healing.gone:
        number = many(healing.gone, *FILE)
        yield say(
            f"Plus sur ce poste, ou d’un autre : {number}. Une copie du coffre (--from) ou la sauvegarde du"
            " poste qui les a peut les remettre.",
            f"Not on this machine any more, or another’s: {number}. A copy of the vault (--from), or a backup"
            " of the machine that has them, may put them back.",
        )


def _verdict(done: Repaired) -> str:
    if done.ok and not done.fixes:
        return say("Rien à réparer.", "Nothing to repair.")
    if done.ok and done.applied:
        return say(
            "Réparé : chaque version peut être restaurée en entier, pour autant qu’elle a été relue.",
            "Repaired: every snapshot can be restored whole, as far as it was read.",
        )
    if not done.applied and done.fixes:
        return say("Rien n’est changé. Pour réparer : --apply.", "Nothing was changed. To repair: --apply.")
    if done.applied:
        return say(
            "Tout n’a pas pu être remis. Le reste se restaure.",
            "Not all could be put back. The rest can be restored.",
        )
    return say(
        "Le coffre est endommagé. Ce qui manque peut revenir d’une copie : cyberlib repair --from COPIE.",
        "The vault is damaged. What is missing may come back from a copy: cyberlib repair --from COPY.",
    )
