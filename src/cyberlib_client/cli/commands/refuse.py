"""`cyberlib refuse`: what a patient refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import FILE, SNAPSHOT, many, moment, size
from ..run import Run, pass_run
from ..words import argument, choice, command, option
from .retention import clock_is_right, dry_run, recovery_file, yes

if TYPE_CHECKING:
    from ...app.refusal_register import RefusalInfo
    from ...app.refusals import Reason, RefusalDone

_PIECE = (Both("partie", "part"), Both("parties", "parts"))


@command(
    "refuse",
    Both(
        "Exclure les données d’un patient. --purge les ôte aussi de toutes les versions déjà faites ; une"
        " phrase secrète du coffre, ou ses 24 mots, sont alors demandés, comme pour key add.",
        "Leave a patient’s data out. --purge takes them out of all snapshots made before, too; this takes a"
        " passphrase of the vault, or its 24 words, as for key add.",
    ),
)
@argument(
    "paths",
    nargs=-1,
    required=True,
    metavar=Both("CHEMIN...", "PATH..."),
    help=Both("Fichiers ou dossiers.", "Files or folders."),
)
@option(
    "--reason",
    required=True,
    type=choice("refusal", "objection", "erasure", "mistake"),
    help=Both(
        "Pourquoi : refusal (refus d’hébergement), objection (opposition), erasure (droit à l’effacement),"
        " mistake (enregistré par erreur).",
        "Why: refusal (of hosting), objection, erasure (right to erasure), mistake (saved by mistake).",
    ),
)
@option(
    "--date",
    metavar=Both("JJ/MM/AAAA", "YYYY-MM-DD"),
    help=Both("Jour de la demande (aujourd’hui sinon).", "Day of the request (else today)."),
)
@option(
    "--purge",
    is_flag=True,
    help=Both("Les ôter aussi de toutes les versions.", "Take them out of all snapshots too."),
)
@option(
    "--now",
    is_flag=True,
    help=Both(
        "Avec --purge : sans quarantaine, donc sans retour ; un hébergeur garde la sienne.",
        "With --purge: without a quarantine, hence no way back; a host keeps its own.",
    ),
)
@dry_run
@yes
@clock_is_right
@recovery_file
@pass_run
def refuse(
    run: Run,
    paths: tuple[str, ...],
    reason: Reason,
    date: str | None,
    purge: bool,
    now: bool,
    dry_run: bool,
    yes: bool,
    clock_is_right: bool,
    recovery_file: str | None,
) -> int:
    """See its help."""
    from ...app import refusals

    run.prove_by(recovery_file)

    def agree(plan: RefusalDone) -> bool | None:
        if run.prompt.possible:
            for line in _refused(plan):
                run.output.remark(line)
        return run.prompt.agreed("erase")

    with run.stoppable():
        done = refusals.refuse(
            run.session,
            paths,
            reason,
            date or time.strftime("%Y-%m-%d"),
            purge=purge or now,
            now=now,
            dry=dry_run,
            sure=yes,
            clock_is_right=clock_is_right,
            agree=agree,
        )
    run.output.result(done, lambda: _refused(done))
    return done.exit_code


def _refused(done: RefusalDone) -> Iterator[str]:
    line = done.line
    if done.versions:
        yield say(
            f"Dans {many(len(done.versions), *SNAPSHOT)} : {many(line.files, *FILE)} au total,"
            f" {size(line.bytes)}.",
            f"In {many(len(done.versions), *SNAPSHOT)}: {many(line.files, *FILE)} in all,"
            f" {size(line.bytes)}.",
        )
    if not done.done:
        if not done.versions:
            yield say("Aucune version ne serait changée.", "No snapshot would be changed.")
        yield say("Simulation : rien n’est changé.", "Simulation: nothing is changed.")
        return
    yield say(
        f"Exclu des sauvegardes à venir ; registre : {line.id}. En cas d’erreur : cyberlib refusals lift"
        f" {line.id}",
        f"Left out of backups to come; register: {line.id}. After a slip: cyberlib refusals lift {line.id}",
    )
    if line.status == "excluded":
        yield say(
            "Les versions déjà faites n’ont pas changé : pour en ôter ces fichiers aussi, la même commande"
            " avec --purge.",
            "Snapshots made before are unchanged: to take these files out of them too, the same command"
            " with --purge.",
        )
        return
    if not done.versions:
        yield say("Aucune version déjà faite ne les contient.", "No snapshot made before holds them.")
        return
    yield from state_lines(line)
    if done.kept:
        yield say(
            "L’hébergeur garde encore une partie de ce qui est effacé, chiffrée, jusqu’à la fin de sa propre"
            " quarantaine.",
            "The host still keeps some of what was erased, encrypted, until its own quarantine ends.",
        )


def state_lines(line: RefusalInfo) -> Iterator[str]:
    """How far an erasure is."""
    if line.status == "proven":
        shared = many(line.shared, *_PIECE)
        yield say(
            "Effacement prouvé : il n’en reste rien dans le coffre.",
            "Erasure proven: nothing of them is left in the vault.",
        )
        if line.shared:
            yield say(
                f"D’autres fichiers ont le même contenu que {shared} de ceux-ci, qui restent pour eux.",
                f"Other files have the same content as {shared} of these, which stay for them.",
            )
        return
    until = moment(line.until) if line.until else "?"
    yield say(
        f"Ôté de toutes les versions. Ce qui en reste dans le coffre est en quarantaine jusqu’au {until}, et"
        " personne ne peut le rétablir. Ensuite : cyberlib retention apply (l’agent le fait seul), puis"
        " cyberlib refusals check, pour la preuve.",
        f"Taken out of all snapshots. What is left of them in the vault is in quarantine until {until}, and"
        " nobody can bring it back. Then: cyberlib retention apply (the agent does so by itself), and"
        " cyberlib refusals check, for the proof.",
    )
