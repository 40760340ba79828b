"""`cyberlib agent run|pause|resume|stop`: the background process, and what it is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ...app.wording.language import Both, say
from ...app.wording.units import moment
from ..run import Run, pass_run
from ..words import argument, command, option

if TYPE_CHECKING:
    from ...app.agent.control import AgentPaused


@command(
    "run",
    Both(
        "Faire tourner l’agent dans cette fenêtre. Jusqu’à Ctrl-C, il surveille les dossiers protégés et les"
        " sauvegarde de lui-même. Le service installé par cyberlib agent install fait de même.",
        "Run the agent in this window. Until Ctrl-C it watches the protected folders and backs them up by"
        " itself. The service that cyberlib agent install sets up does the same.",
    ),
)
@option("--as-service", is_flag=True, hidden=True, help=Both("Comme service.", "As a service."))
@option("--on-its-own", is_flag=True, hidden=True, help=Both("Démarré par un autre.", "Started by another."))
@pass_run
def run(run: Run, as_service: bool, on_its_own: bool) -> int:
    """See its help."""
    from ...app.agent.main import run_agent, serve_agent
    from ...app.program import let_go_of_streams

    with run.stoppable():
        if as_service:
            serve_agent(run.session)
        else:
            run_agent(run.session, let_go_of_streams if on_its_own else lambda: None)
    return 0


@command("job", Both("Faire un travail pour l’agent.", "Do a job for the agent."))
@pass_run
def job(run: Run) -> int:
    """What workers are; not for people."""
    from ...app.agent.worker import work
    from ...app.bootstrap import profile_at

    return work(profile_at(run.profile), sys.stdin.buffer, sys.stdout.buffer, run.cancel)


job.hidden = True


@command("clerk", Both("Répondre à la fenêtre.", "Answer the window."))
@pass_run
def clerk(run: Run) -> int:
    """What works for a window; not for people."""
    from ...app.bootstrap import profile_at
    from ...app.clerk.serving import serve

    return serve(profile_at(run.profile), sys.stdin.buffer, sys.stdout.buffer)


clerk.hidden = True


@command(
    "pause",
    Both(
        "Ne rien commencer de soi-même pendant un temps. 30 min, 2 h, 1 j, 18:30 ou demain ; 7 jours au"
        " plus.",
        "Begin nothing by itself for a while. 30 min, 2 h, 1 d, 18:30 or tomorrow; 7 days at most.",
    ),
)
@argument(
    "duration",
    nargs=-1,
    required=True,
    metavar=Both("DURÉE", "DURATION"),
    help=Both("Durée ou heure de la reprise.", "How long, or until when."),
)
@pass_run
def pause(run: Run, duration: tuple[str, ...]) -> None:
    """See its help."""
    from ...app.agent import control

    try:
        done = control.pause(run.session, " ".join(duration))
    except ValueError:
        raise click.UsageError(
            say(
                "Donnez une durée (30 min, 2 h, 1 j), une heure (18:30) ou « demain », dans les 7 jours.",
                "Give a duration (30 min, 2 h, 1 d), a time (18:30) or “tomorrow”, within 7 days.",
            )
        ) from None
    _paused(run, done)


@command("resume", Both("Mettre fin à la pause.", "End the pause."))
@pass_run
def resume(run: Run) -> None:
    """See its help."""
    from ...app.agent import control

    _paused(run, control.resume(run.session))


@command(
    "stop",
    Both(
        "Arrêter ce que l’agent fait en ce moment. Sauvegarde ou vérification ; l’agent reste.",
        "Stop what the agent is doing now. A backup or a verification; the agent stays.",
    ),
)
@pass_run
def stop(run: Run) -> None:
    """See its help."""
    from ...app.agent import control

    done = control.stop_job(run.session)
    told = (
        say("Arrêt demandé.", "It was asked to stop.")
        if done.job is not None
        else say("L’agent n’a rien en cours.", "The agent is doing nothing.")
    )
    run.output.result(done, lambda: [told])


def _paused(run: Run, done: AgentPaused) -> None:
    if done.until is None:
        told = say("Les sauvegardes automatiques reprennent.", "Automatic backups go on.")
    else:
        until = moment(done.until)
        told = say(
            f"Pas de sauvegarde automatique jusqu’au {until}. Une sauvegarde demandée reste possible.",
            f"No automatic backup until {until}. A backup that is asked for is still made.",
        )
    run.output.result(done, lambda: [told])
