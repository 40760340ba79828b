"""`cyberlib refusals`: the register of what patients refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import count, day, moment
from ..run import Run, pass_run
from ..tables import table
from ..words import argument, command, group, option
from .refuse import state_lines

if TYPE_CHECKING:
    from ...app.lifting import RefusalsLifted
    from ...app.refusal_register import RefusalInfo

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
    "lift",
    Both(
        "Lever un refus : le patient a changé d’avis, ou c’était une erreur. Les sauvegardes reprennent ces"
        " fichiers ; ce qui a été ôté des versions ne revient pas. Le registre garde la ligne, et la date.",
        "Take a refusal back: the patient changed their mind, or it was a slip. Backups save these files"
        " again; what was taken out of snapshots does not come back. The register keeps the line, and the"
        " date.",
    ),
    refusals,
)
@argument(
    "wanted",
    nargs=-1,
    required=True,
    metavar=Both("REFUS...", "REFUSAL..."),
    help=Both(
        "Numéro au registre (cyberlib refusals list), ou chemin.",
        "Number in the register (cyberlib refusals list), or path.",
    ),
)
@pass_run
def lift(run: Run, wanted: tuple[str, ...]) -> None:
    """See its help."""
    from ...app import lifting

    done = lifting.lift(run.session, wanted)
    run.output.result(done, lambda: _lifted(done))


def _lifted(done: RefusalsLifted) -> Iterator[str]:
    for path in done.paths:
        yield say(f"De nouveau sauvegardé : {path}", f"Backed up again: {path}")
    for line in done.lines:
        yield say(
            f"Refus {line.id} levé ; le registre en garde la ligne.",
            f"Refusal {line.id} taken back; the register keeps the line.",
        )
    if any(line.snapshots for line in done.lines):
        yield say(
            "Ce qui a été ôté des versions déjà faites ne revient pas.",
            "What was taken out of snapshots made before does not come back.",
        )
    yield say(
        "Pour les sauvegarder tout de suite : cyberlib backup", "To back them up at once: cyberlib backup"
    )


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
    from ...app import refusal_proofs as app

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
            yield f"{line.id}  {day(line.date)}"
            yield from state_lines(line)
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
            [each.id, day(each.date), str(_REASONS[each.reason]), count(each.snapshots), _status(each)]
            for each in found
        ],
        "lllrl",
    )


def _status(line: RefusalInfo) -> str:
    state = str(_STATES[line.status])
    if line.lifted is None:
        return state
    lifted = say(f"levé le {moment(line.lifted)[:10]}", f"taken back {moment(line.lifted)[:10]}")
    return lifted if line.status == "excluded" else f"{state} ; {lifted}"


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
    "lifted",
)
