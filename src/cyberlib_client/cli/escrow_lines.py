"""What a customer reads of an escrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import say
from ..app.wording.units import moment
from .slots import slot_name

if TYPE_CHECKING:
    from ..app.escrow_told import (
        EscrowAsked,
        EscrowJoined,
        EscrowLeft,
        EscrowOfficer,
        EscrowOpened,
        EscrowTold,
        ReleaseShown,
    )


def escrow_lines(told: EscrowTold) -> Iterator[str]:
    """How an escrow stands, or would stand."""
    if told.state == "elsewhere":
        yield say(
            "Un séquestre ouvre ce coffre. Il a été accepté depuis un autre poste, qui en a les documents.",
            "An escrow opens this vault. It was agreed to on another machine, which has the documents.",
        )
    elif not told.policy:
        yield say("Aucun séquestre n’ouvre ce coffre.", "No escrow opens this vault.")
        if told.left:
            yield say("Vous avez quitté celui d’avant.", "You have left the former one.")
    else:
        yield from _policy(told)
    if told.state == "on":
        yield say(
            f"Accepté par {told.who}, le {moment(told.since)}",
            f"Agreed to by {told.who}, on {moment(told.since)}",
        )
    if told.at_host is False and told.state == "on":
        yield say(
            "L’hébergeur n’a pas, ou plus, ce qui a été confié : quittez le séquestre et rejoignez-le.",
            "The host has not, or no longer, what was entrusted: leave the escrow and join it again.",
        )
    if told.at_host and told.state == "off":
        yield say(
            "L’hébergeur n’a pas encore reçu votre retrait : refaites cyberlib escrow leave.",
            "The host has not got your withdrawal yet: do cyberlib escrow leave once more.",
        )
    yield from release_lines(told.releases)


def release_lines(releases: list[ReleaseShown]) -> Iterator[str]:
    """Requests at the host."""
    for each in releases:
        when, opens = moment(each.asked), moment(each.opens)
        state = {
            "waiting": say(f"retenue jusqu’au {opens}", f"held back until {opens}"),
            "open": say("remise aux dépositaires", "handed to the officers"),
            "cancelled": say("annulée", "cancelled"),
            "left": say("sans objet, le séquestre a été quitté", "void, the escrow was left"),
            "expired": say("périmée", "expired"),
        }.get(each.state, each.state)
        here = say(" (ce poste)", " (this machine)") if each.here else ""
        yield say(
            f"Demande {each.id[:8]} du {when}, poste {each.workstation}{here} : {state}",
            f"Request {each.id[:8]} of {when}, workstation {each.workstation}{here}: {state}",
        )
        if each.state in ("waiting", "open"):
            yield say(f"  réponses reçues : {each.answered}", f"  answers here: {each.answered}")
            if each.here:
                yield say(
                    f"  ses six mots : {' '.join(each.words)}", f"  its six words: {' '.join(each.words)}"
                )
    if any(each.state in ("waiting", "open") and not each.here for each in releases):
        yield say(
            "Si une demande n’est pas de votre cabinet, refusez-la tout de suite : cyberlib escrow cancel",
            "If a request is not your practice’s, say no at once: cyberlib escrow cancel",
        )


def _policy(told: EscrowTold) -> Iterator[str]:
    number, host, needed, among = told.policy, told.host, told.needed, len(told.officers)
    yield say(f"Séquestre : convention n° {number} de {host}", f"Escrow: policy no. {number} of {host}")
    yield say(f"Empreinte : {told.fingerprint}", f"Fingerprint: {told.fingerprint}")
    yield say(
        f"Il faut {needed} dépositaires sur {among}, d’au moins deux organismes :",
        f"It takes {needed} officers of {among}, of at least two organisations:",
    )
    yield from _officers(told.officers)


def _officers(officers: list[EscrowOfficer]) -> Iterator[str]:
    for each in officers:
        yield f"  {each.name}, {each.organisation}"


def text_lines() -> Iterator[str]:
    """What is agreed to."""
    from ..app.escrow_text import text

    yield ""
    yield from text().splitlines()
    yield ""


def joined_lines(joined: EscrowJoined) -> Iterator[str]:
    """What was written."""
    yield from escrow_lines(joined.escrow)
    if joined.handed_in:
        yield say("L’hébergeur a reçu les documents.", "The host has got the documents.")
    elif joined.files:
        yield say("À remettre à l’hébergeur :", "To be handed to the host:")
    for file in joined.files:
        yield f"  {file}"
    yield say(
        "Gardez-en une copie avec le kit de secours, et notez-y l’empreinte.",
        "Keep a copy of them with the recovery kit, and note the fingerprint on it.",
    )


def left_lines(left: EscrowLeft) -> Iterator[str]:
    """That it is over."""
    yield say(
        "Vous avez quitté le séquestre : ce que les dépositaires ont n’ouvre plus ce coffre.",
        "You have left the escrow: what the officers have no longer opens this vault.",
    )
    if left.handed_in:
        yield say("L’hébergeur a détruit ce qu’il avait.", "The host has destroyed what it had.")
    if left.file and not left.handed_in:
        yield say(f"À remettre à l’hébergeur : {left.file}", f"To be handed to the host: {left.file}")
    if not left.signed:
        yield say(
            "Le retrait n’est pas signé : les documents sont sur un autre poste. Prévenez l’hébergeur.",
            "The withdrawal is not signed: the documents are on another machine. Tell the host.",
        )


def asked_lines(asked: EscrowAsked) -> Iterator[str]:
    """A request, and what to do with it."""
    if asked.again:
        when = moment(asked.time)
        yield say(
            f"C’est la demande du {when}, écrite à nouveau.", f"This is the request of {when}, written again."
        )
    if asked.file:
        yield say(f"Demande : {asked.file}", f"Request: {asked.file}")
    yield say("Les six mots :", "The six words:")
    for number, word in enumerate(asked.words, 1):
        yield f"  {number}. {word}"
    if asked.opens:
        opens = moment(asked.opens)
        yield say(
            f"L’hébergeur prévient les contacts du cabinet et remet la demande aux dépositaires le {opens}.",
            f"The host tells the practice’s contacts and hands the request to the officers on {opens}.",
        )
    else:
        yield say("Remettez la demande à l’hébergeur.", "Hand the request to the host.")
    yield say(
        f"Il faut la réponse de {asked.needed} dépositaires parmi :",
        f"It takes the answers of {asked.needed} officers among:",
    )
    yield from _officers(asked.officers)
    yield say(
        "Chacun vous appelle, au numéro du cabinet, et vous lui lisez ces mots. Ne les dites à personne"
        " d’autre, et gardez ce poste : lui seul pourra se servir des réponses.",
        "Each of them calls you, at the practice’s number, and you read these words out. Tell them to nobody"
        " else, and keep this machine: it alone can use the answers.",
    )


def opened_lines(opened: EscrowOpened) -> Iterator[str]:
    """The vault is open again."""
    yield say(f"Coffre ouvert : {opened.at}", f"Vault open: {opened.at}")
    if opened.connected:
        yield say(f"Poste : {opened.device}", f"Device: {opened.device}")
    name = slot_name(opened.slot)
    yield say(f"Nouvelle phrase secrète : « {name} »", f"New passphrase: “{name}”")
    yield say(
        "Ensuite : ôtez les accès perdus (cyberlib key remove), faites un nouveau kit (cyberlib kit create).",
        "Next: remove what was lost (cyberlib key remove), make a new kit (cyberlib kit create).",
    )
