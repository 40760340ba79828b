"""`cyberlib drill`: try a restore, and keep the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.messages import translated
from ...app.wording.language import Both, language, say
from ...app.wording.units import FILE, count, duration, many, moment, size
from ..run import Run, pass_run
from ..words import Between, command, option, refuse_together

if TYPE_CHECKING:
    from ...app.drills import Drilled

_NAMED = 20
"""Files that are named on a screen."""


@command(
    "drill",
    Both(
        "Essayer une restauration. Des fichiers de la dernière version de ce poste, bases de données d’abord,"
        " sont restaurés dans un dossier d’essai, comparés, ouverts, puis effacés ; un certificat"
        " signé en est"
        " gardé (cyberlib certificate).",
        "Try a restore. Files of this machine’s newest snapshot, databases first, are restored to a scratch"
        " folder, compared, opened, and removed; a signed certificate of it is kept (cyberlib certificate).",
    ),
)
@option(
    "--snapshot",
    default="latest",
    metavar=Both("VERSION", "SNAPSHOT"),
    help=Both("Une autre version que la dernière du poste.", "Another snapshot than this machine’s newest."),
)
@option(
    "--sample",
    type=Between(1, 10_000),
    metavar=Both("N", "N"),
    help=Both("Essayer N fichiers.", "Try N files."),
)
@option(
    "--bytes",
    "size_wanted",
    metavar=Both("TAILLE", "SIZE"),
    help=Both("Essayer autant de données, par exemple 2GB.", "Try so much data, such as 2GB."),
)
@option(
    "--all",
    "everything",
    is_flag=True,
    help=Both("Essayer tous les fichiers.", "Try all files."),
)
@option(
    "--to",
    default="",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Créer le dossier d’essai dans celui-ci : il faut la place de ce qui est essayé.",
        "Make the scratch folder in this one: it needs room for what is tried.",
    ),
)
@pass_run
def drill(
    run: Run, snapshot: str, sample: int | None, size_wanted: str | None, everything: bool, to: str
) -> int:
    """See its help."""
    from ...app import drills

    refuse_together(("--sample", sample), ("--bytes", size_wanted), ("--all", everything or None))
    wanted = drills.DrillWanted(snapshot, sample, size_wanted, everything, to)
    with run.stoppable():
        done = drills.run_drill(run.session, wanted)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


def lines(done: Drilled) -> Iterator[str]:
    """A drill told in a few lines."""
    for each in done.failing[:_NAMED]:
        reason = translated(each.fault, language())
        detail = f" ({translated(each.detail, language())})" if each.detail else ""
        path = each.native or each.path
        yield say(f"! {path} : {reason}{detail}", f"! {path}: {reason}{detail}")
    if done.failed > _NAMED:
        rest = many(done.failed - _NAMED, *FILE)
        yield say(f"… et {rest}.", f"… and {rest}.")
    tried = f"{many(done.files, *FILE)}, {size(done.bytes)}"
    when = moment(done.time)
    yield say(
        f"Restaurés pour l’essai : {tried}, de la version {done.snapshot[:8]} du {when}.",
        f"Restored for the drill: {tried}, of snapshot {done.snapshot[:8]} of {when}.",
    )
    yield say(
        f"Identiques au fichier du poste, octet par octet : {count(done.compared_disk)} ; à ce qui avait été"
        f" sauvegardé (le fichier a changé depuis, ou n’est plus là) : {count(done.compared_vault)}.",
        f"The same: {count(done.compared_disk)} as on this machine, byte for byte;"
        f" {count(done.compared_vault)}"
        " as the vault’s hashes (these files changed since, or are gone).",
    )
    yield say(
        f"Bases de données contrôlées : {count(done.checked)} ; autres fichiers ouverts :"
        f" {count(done.opened)}.",
        f"Databases checked: {count(done.checked)}; other files opened: {count(done.opened)}.",
    )
    if done.too_large:
        yield say(
            f"Bases trop grandes pour cet essai : {count(done.too_large)} (voir --bytes, --all).",
            f"Databases too large for this drill: {count(done.too_large)} (see --bytes, --all).",
        )
    first, restoring = duration(done.first), duration(done.restoring)
    least, most = duration(done.whole_least), duration(done.whole_most)
    yield say(
        f"Premier fichier en {first}, tous en {restoring} ; la version entière prendrait de {least} à"
        f" {most}.",
        f"First file in {first}, all in {restoring}; the whole snapshot would take {least} to {most}.",
    )
    yield say(f"Certificat : {done.certificate}", f"Certificate: {done.certificate}")
    if done.outcome == "passed":
        yield say("La restauration est prouvée.", "The restore is proven.")
        return
    yield say(
        f"L’EXERCICE A ÉCHOUÉ pour {many(done.failed, *FILE)}.",
        f"THE DRILL FAILED for {many(done.failed, *FILE)}.",
    )
    if done.exit_code == 7:
        yield say(
            "Lancez cyberlib verify --read-data, puis cyberlib backup : ce qui est encore sur le"
            " poste est remis"
            " dans le coffre.",
            "Run cyberlib verify --read-data, then cyberlib backup: what is still on this machine is put back"
            " into the vault.",
        )
    elif all(each.fault == "unopened" for each in done.failing):
        yield say(
            "Ces fichiers étaient déjà ainsi sur le poste à la sauvegarde : ouvrez-les pour voir."
            " Une version plus ancienne est peut-être bonne : cyberlib versions CHEMIN.",
            "These files were like this on the machine when they were saved: open them to see. An older"
            " version may be good: cyberlib versions PATH.",
        )
