"""`cyberlib refuse` and `cyberlib refusals`: what a patient refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language import Both, say
from ..run import Run, pass_run
from ..tables import table
from ..units import FILE, SNAPSHOT, count, many, moment, size
from ..words import argument, choice, command, group, option
from .retention import clock_is_right, dry_run, recovery_file, yes

if TYPE_CHECKING:
    from ...app.refusal_register import RefusalInfo
    from ...app.refusals import Reason, RefusalDone

_REASONS = {
    "refusal": Both("refus", "refusal"),
    "objection": Both("opposition", "objection"),
    "erasure": Both("effacement", "erasure"),
    "mistake": Both("erreur", "mistake"),
}

_STATES = {
    "excluded": Both("exclu des sauvegardes", "left out of backups"),
    "waiting": Both("en attente d’effacement", "waiting to be erased"),
    "proven": Both("effacement prouvé", "proven erased"),
}


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
    metavar=Both("AAAA-MM-JJ", "YYYY-MM-DD"),
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
        yield say("Rien n’est changé.", "Nothing is changed.")
        return
    yield say(
        f"Exclu des sauvegardes à venir ; registre : {line.id}.",
        f"Left out of backups to come; register: {line.id}.",
    )
    if line.status == "excluded":
        return
    yield from _state(line)
    if done.kept:
        yield say(
            f"Gardés par l’hébergeur jusqu’à la fin de sa quarantaine : {count(done.kept)} objets.",
            f"Kept by the host until the end of its quarantine: {count(done.kept)} objects.",
        )


def _state(line: RefusalInfo) -> Iterator[str]:
    if line.status == "proven":
        yield say(
            f"Prouvé : aucun des {count(line.pieces)} morceaux n’est plus dans le coffre, sauf"
            f" {count(line.shared)} dont d’autres fichiers ont besoin.",
            f"Proven: none of the {count(line.pieces)} pieces is in the vault any more, but for"
            f" {count(line.shared)} that other files need.",
        )
        return
    until = moment(line.until) if line.until else "?"
    left = count(line.held)
    yield say(
        f"Ôté de toutes les versions. Morceaux à effacer après le {until} : {left} ; alors cyberlib retention"
        " apply, puis cyberlib refusals check.",
        f"Taken out of all snapshots. Pieces to be erased after {until}: {left}; then cyberlib retention"
        " apply, and cyberlib refusals check.",
    )


refusals = group(
    "refusals",
    Both("Le registre des refus de patients.", "The register of patients’ refusals."),
    usual="list",
)


@command(
    "list",
    Both("Lister le registre ; il ne nomme personne.", "List the register; it names nobody."),
    refusals,
)
@option(
    "--csv",
    is_flag=True,
    help=Both("En CSV, pour un tableur.", "As CSV, for a spreadsheet."),
)
@pass_run
def list_(run: Run, csv: bool) -> None:
    """See its help."""
    from ...app import refusal_register as app

    found = app.list_refusals(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
    elif csv:
        run.output.result(found, lambda: _csv(found))
    else:
        run.output.result(found, lambda: _listed(found))


@command(
    "check",
    Both(
        "Chercher dans tout le coffre ce qui devait être effacé, et noter la preuve.",
        "Look through the vault for what was to be erased, and note the proof.",
    ),
    refusals,
)
@pass_run
def check(run: Run) -> int:
    """See its help."""
    from ...app import refusals as app

    with run.stoppable():
        found = app.check(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
    else:
        run.output.result(found, lambda: _checked(found))
    return 3 if any(line.status == "waiting" for line in found) else 0


def _checked(found: list[RefusalInfo]) -> Iterator[str]:
    for line in found:
        if line.status != "excluded":
            yield f"{line.id}  {line.date}"
            yield from _state(line)
    if all(line.status == "excluded" for line in found):
        yield say("Rien à prouver.", "Nothing to prove.")


def _listed(found: list[RefusalInfo]) -> Iterator[str]:
    if not found:
        yield say("Aucun refus.", "No refusal.")
        return
    head = [
        say("REGISTRE", "REGISTER"),
        say("DEMANDE", "REQUEST"),
        say("MOTIF", "REASON"),
        say("VERSIONS", "SNAPSHOTS"),
        say("ÉTAT", "STATE"),
    ]
    yield from table(
        head,
        [
            [each.id, each.date, str(_REASONS[each.reason]), count(each.snapshots), str(_STATES[each.status])]
            for each in found
        ],
        "lllrl",
    )


def _csv(found: list[RefusalInfo]) -> Iterator[str]:
    yield ";".join(_FIELDS)
    for each in found:
        yield ";".join("" if (value := getattr(each, name)) is None else str(value) for name in _FIELDS)


_FIELDS = (
    "id",
    "noted",
    "date",
    "reason",
    "digest",
    "paths",
    "status",
    "snapshots",
    "files",
    "bytes",
    "pieces",
    "until",
    "looked",
    "shared",
    "held",
)
