"""`cyberlib agent install|uninstall`: the agent as a service of the system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from ...app.wording.language import Both, say
from ..run import Run, pass_run
from ..words import command, option, refuse_together

if TYPE_CHECKING:
    from ...app.service_install import ServiceInstalled
    from ...core.platform import ServiceScope

F = TypeVar("F", bound=Callable[..., object])


def _scopes(function: F) -> F:
    """The options that say whose service is meant."""
    for declare in (
        option(
            "--user",
            is_flag=True,
            help=Both("De la session de cet utilisateur.", "Of this user’s session."),
        ),
        option(
            "--system",
            is_flag=True,
            help=Both(
                "Du système : il tourne sans que personne n’ouvre de session.",
                "Of the system: it runs while nobody is logged in.",
            ),
        ),
    ):
        function = declare(function)
    return function


def _scope(system: bool, user: bool) -> ServiceScope | None:
    refuse_together(("--system", system), ("--user", user))
    return "system" if system else "user" if user else None


@command(
    "install",
    Both(
        "Faire démarrer l’agent avec le poste ou la session. C’est alors un service du système.",
        "Have the agent begun with the machine or session. It is a service of the system then.",
    ),
)
@_scopes
@pass_run
def install(run: Run, system: bool, user: bool) -> None:
    """See its help."""
    from ...app import service_install as app

    done = app.install(run.session, _scope(system, user))
    run.output.result(done, lambda: _installed(done))


@command(
    "uninstall",
    Both(
        "Ôter ce service. Le profil et le coffre restent.",
        "Remove that service. The profile and the vault stay.",
    ),
)
@_scopes
@pass_run
def uninstall(run: Run, system: bool, user: bool) -> None:
    """See its help."""
    from ...app import service_install as app

    done = app.uninstall(run.session, _scope(system, user))
    run.output.result(done, lambda: [say(f"Service ôté : {done.name}", f"Service removed: {done.name}")])


def _installed(done: ServiceInstalled) -> Iterator[str]:
    yield say(f"Service installé : {done.at}", f"Service installed: {done.at}")
    if done.state == "running":
        yield say("L’agent est en marche.", "The agent is running.")
    else:
        yield say("L’agent n’est pas en marche.", "The agent is not running.")
