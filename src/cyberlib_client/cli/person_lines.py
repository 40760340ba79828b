"""What is read of people, and of what the host asks them for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import say
from ..app.wording.people import action_words
from ..app.wording.units import moment

if TYPE_CHECKING:
    from ..app.people_told import PasskeyShown, PeopleTold, PersonAccepted, PersonInvited, PersonShown


def proof_asked(action: str) -> str:
    """Why the host asks who is there."""
    return say(
        f"L’hébergeur demande qui vous êtes, pour : {action_words(action)}.",
        f"The host asks who you are, to: {action_words(action)}.",
    )


def people_lines(told: PeopleTold) -> Iterator[str]:
    """Everybody, and when they are asked."""
    if not told.people:
        yield say(
            "L’hébergeur ne connaît encore personne de ce cabinet ; il les invite à votre demande.",
            "The host knows nobody of this practice yet; it invites them when you ask.",
        )
        return
    for each in told.people:
        yield person_line(each)
        yield from map(passkey_line, each.passkeys)
    yield say("L’hébergeur demande qui est là pour :", "The host asks who is there to:")
    for action in told.asked_for:
        yield f"  {action_words(action)}"


def person_line(person: PersonShown) -> str:
    """One of them."""
    role = say("titulaire", "holder") if person.role == "holder" else say("membre", "member")
    state = {
        "invited": say("invitation en attente", "invited"),
        "enrolled": say("prête", "ready"),
        "reset": say("invitée de nouveau", "invited anew"),
    }.get(person.state, person.state)
    return f"{person.name} ({role}) {say(':', '-')} {state}"


def passkey_line(key: PasskeyShown) -> str:
    """One of somebody's."""
    used = say("jamais utilisée", "never used")
    if key.used is not None:
        used = say(f"utilisée le {moment(key.used)}", f"used {moment(key.used)}")
    return say(
        f"  clé d’identification « {key.name} », {used} ({key.id})",
        f"  passkey “{key.name}”, {used} ({key.id})",
    )


def invited_lines(made: PersonInvited) -> Iterator[str]:
    """What is to be handed on."""
    until = moment(made.until)
    yield say(
        f"Invitation de {made.name}, montrée cette seule fois, valable jusqu’au {until} :",
        f"Invitation of {made.name}, shown this once, good until {until}:",
    )
    yield f"  {made.invitation}"
    yield say(
        "Remettez-la en main propre. Sur un poste du cabinet : cyberlib person accept",
        "Hand it over in person. At a workstation of the practice: cyberlib person accept",
    )


def accepted_lines(made: PersonAccepted) -> Iterator[str]:
    """What is for an application, and what is for paper."""
    import segno

    picture = io.StringIO()
    segno.make(made.uri, micro=False).terminal(picture, border=2, compact=True)
    yield say(
        f"{made.name} : lisez cette image avec votre application de codes à usage unique,",
        f"{made.name}: read this picture with your application for one-time codes,",
    )
    yield from picture.getvalue().splitlines()
    yield say(f"ou tapez-y ce secret : {made.secret}", f"or type this secret there: {made.secret}")
    yield say(
        "Codes de secours, montrés cette seule fois ; chacun sert une fois, sans le téléphone. Sur papier,"
        " pas sur ce poste :",
        "Recovery codes, shown this once; each serves once, without the telephone. On paper, not on this"
        " machine:",
    )
    for code in made.recovery_codes:
        yield f"  {code}"
