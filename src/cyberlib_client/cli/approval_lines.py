"""What is read of new machines that ask to be let in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import say
from ..app.wording.units import moment

if TYPE_CHECKING:
    from ..app.approval_told import ApprovalAsked, ApprovalOpened, ApprovalShown


def asked_lines(asked: ApprovalAsked) -> Iterator[str]:
    """The six words, and what to do with them."""
    if asked.again:
        when = moment(asked.time)
        yield say(f"C’est la demande du {when}, reprise.", f"This is the request of {when}, taken up again.")
    yield say("Les six mots :", "The six words:")
    for number, word in enumerate(asked.words, 1):
        yield f"  {number}. {word}"
    yield say(
        "Tapez-les sur un poste du cabinet qui ouvre le coffre : « Clé et accès », ou cyberlib approval"
        " allow. Ne les dites à personne d’autre. Ensuite, ici : cyberlib approval open",
        "Type them at a machine of the practice that opens the vault: “Key and access”, or cyberlib approval"
        " allow. Tell them to nobody else. Then, here: cyberlib approval open",
    )


def waiting_lines(told: ApprovalShown) -> Iterator[str]:
    """How the request of this machine stands."""
    yield from approval_lines([told])
    if told.state == "open":
        yield say("Ensuite : cyberlib approval open", "Next: cyberlib approval open")


def approval_lines(found: list[ApprovalShown]) -> Iterator[str]:
    """Requests."""
    if not found:
        yield say("Aucun poste ne demande l’accès au coffre.", "No machine asks for access to the vault.")
    for each in found:
        when, opens = moment(each.asked), moment(each.opens) if each.opens else ""
        state = {
            "asked": say("attend une réponse", "waits for an answer"),
            "held": say(
                f"accordée sur {each.by}, retenue jusqu’au {opens}",
                f"granted at {each.by}, held back until {opens}",
            ),
            "open": say(f"accordée sur {each.by}", f"granted at {each.by}"),
            "taken": say(f"accordée sur {each.by}, et utilisée", f"granted at {each.by}, and used"),
            "cancelled": say("refusée", "turned down"),
            "expired": say("périmée", "expired"),
        }.get(each.state, each.state)
        here = say(" (ce poste)", " (this machine)") if each.here else ""
        yield say(
            f"Demande {each.id[:8]} du {when}, poste {each.device}{here} : {state}",
            f"Request {each.id[:8]} of {when}, machine {each.device}{here}: {state}",
        )
    if any(each.state in ("asked", "held", "open") and not each.here for each in found):
        yield say(
            "Si une demande n’est pas de votre cabinet, refusez-la : cyberlib approval refuse",
            "If a request is not your practice’s, say no: cyberlib approval refuse",
        )


def opened_lines(opened: ApprovalOpened) -> Iterator[str]:
    """The vault is open here."""
    yield say(f"Coffre ouvert : {opened.at}", f"Vault open: {opened.at}")
    yield say(
        f"Accès accordé sur {opened.by} à ce poste : {opened.device}",
        f"Access granted at {opened.by} to this machine: {opened.device}",
    )
    if opened.connected:
        yield say(
            "Ensuite : restaurez (cyberlib restore) ou choisissez les dossiers (cyberlib sources add).",
            "Next: restore (cyberlib restore) or choose the folders (cyberlib sources add).",
        )
