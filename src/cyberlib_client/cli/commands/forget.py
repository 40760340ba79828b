"""`cyberlib forget` and `cyberlib undelete`: snapshots let go, and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.messages import translated
from ...app.wording.language import Both, language, say
from ...app.wording.units import SNAPSHOT, many, moment, size
from ..retention_lines import plan_lines
from ..run import Run, pass_run
from ..tables import table
from ..words import argument, command, option, refuse_together
from .retention import clock_is_right, dry_run, recovery_file, yes

if TYPE_CHECKING:
    from ...app.forgetting import Forgotten, Quarantined, Undeleted
    from ...app.retention import Preview


@command(
    "forget",
    Both(
        "Retirer des versions. Elles vont en quarantaine, d’où undelete les rétablit. Une phrase secrète du"
        " coffre, ou ses 24 mots, sont demandés d’abord, comme pour key add.",
        "Let snapshots go. They are put into quarantine, from which undelete brings them back. A passphrase"
        " of the vault, or its 24 words, are asked for first, as for key add.",
    ),
)
@argument(
    "snapshots",
    nargs=-1,
    required=True,
    metavar=Both("VERSION...", "SNAPSHOT..."),
    help=Both("Début de leur identifiant, ou latest@POSTE.", "Beginning of their ids, or latest@DEVICE."),
)
@option(
    "--force",
    is_flag=True,
    help=Both("Même la dernière version d’un poste.", "Even the newest of a device."),
)
@dry_run
@yes
@clock_is_right
@recovery_file
@pass_run
def forget(
    run: Run,
    snapshots: tuple[str, ...],
    force: bool,
    dry_run: bool,
    yes: bool,
    clock_is_right: bool,
    recovery_file: str | None,
) -> None:
    """See its help."""
    from ...app import forgetting

    run.prove_by(recovery_file)

    def agree(plan: Preview) -> bool | None:
        if run.prompt.possible:
            for line in plan_lines(plan):
                run.output.remark(line)
        return run.prompt.agreed("versions_forget")

    with run.stoppable():
        done = forgetting.forget(
            run.session,
            snapshots,
            dry=dry_run,
            force=force,
            sure=yes,
            clock_is_right=clock_is_right,
            agree=agree,
        )
    run.output.result(done, lambda: _forgotten(done))


def _forgotten(done: Forgotten) -> Iterator[str]:
    if not done.done:
        yield from plan_lines(done.plan)
        yield say("Simulation : rien n’est changé.", "Simulation: nothing is changed.")
        return
    gone, until = many(len(done.plan.going), *SNAPSHOT), moment(done.until)
    yield say(
        f"En quarantaine jusqu’au {until} : {gone}. Pour rétablir : cyberlib undelete.",
        f"In quarantine until {until}: {gone}. To bring back: cyberlib undelete.",
    )
    yield say(f"Place libérée ensuite : {size(done.plan.frees)}.", f"Freed then: {size(done.plan.frees)}.")


@command(
    "undelete",
    Both(
        "Rétablir des versions en quarantaine. Sans autre mot : lister ce qui s’y trouve.",
        "Bring snapshots back from quarantine. Without another word: list what is there.",
    ),
)
@argument(
    "snapshots",
    nargs=-1,
    metavar=Both("[VERSION]...", "[SNAPSHOT]..."),
    help=Both("Début de leur identifiant.", "Beginning of their ids."),
)
@option(
    "--all",
    "every",
    is_flag=True,
    help=Both("Toutes celles qui peuvent revenir.", "All that can come back."),
)
@pass_run
def undelete(run: Run, snapshots: tuple[str, ...], every: bool) -> int:
    """See its help."""
    from ...app import forgetting

    refuse_together((say("VERSION", "SNAPSHOT"), snapshots or None), ("--all", every or None))
    done = forgetting.undelete(run.session, snapshots, every=every)
    run.output.result(done, lambda: _undeleted(done))
    return run.session.listing_exit


def _undeleted(done: Undeleted) -> Iterator[str]:
    for each in done.back:
        yield say(
            f"Rétablie : {each[:8]}. Aucune règle ne la retire plus.",
            f"Brought back: {each[:8]}. No policy lets it go any more.",
        )
    if done.back:
        return
    if done.waiting:
        yield from table(_head(), [_row(each) for each in done.waiting])
    else:
        yield say("Aucune version en quarantaine.", "No snapshot is in quarantine.")


def _head() -> list[str]:
    if language() == "fr":
        return ["VERSION", "DATE", "POSTE", "RETIRÉE", "POURQUOI", "RÉTABLISSABLE JUSQU’AU"]
    return ["SNAPSHOT", "DATE", "DEVICE", "RETIRED", "WHY", "CAN COME BACK UNTIL"]


def _row(each: Quarantined) -> list[str]:
    return [
        each.id[:8],
        moment(each.time),
        each.device,
        moment(each.retired),
        ", ".join(_why(reason) for reason in each.reason.split(", ")),
        _until(each),
    ]


def _why(reason: str) -> str:
    return translated(f"retired_{reason}", language()).removeprefix("retired_")


def _until(each: Quarantined) -> str:
    if each.announced:
        return say("pas avant demain", "not before tomorrow")
    if not each.returns and "erasure" in each.reason.split(", "):
        return say("ne revient pas", "does not come back")
    return moment(each.until) if each.returns else say("trop tard", "too late")
