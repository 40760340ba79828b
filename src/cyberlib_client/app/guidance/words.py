"""Words for a meeting with support, as both sides and the log read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wording.language import language, say
from ..wording.units import FILE, NAME, SNAPSHOT, many

if TYPE_CHECKING:
    from ...core.guidance.messages import Proposal
    from .told import GuidedLine


def step_words(step: str) -> str:
    """What a step lets support see or do."""
    return {
        "state": say("voir l’état de ce poste, sans aucun nom", "see this machine’s state, without any name"),
        "names": say("voir les noms des fichiers et des dossiers", "see names of files and folders"),
        "proposal": say("proposer une restauration", "propose a restore"),
    }.get(step, step)


def ended_words(reason: str) -> str:
    """Why a meeting is over: "stopped", "expired", "left", "ended", or a code."""
    known = {
        "stopped": say("arrêtée sur le poste aidé", "stopped at the helped machine"),
        "expired": say("le temps est écoulé", "its time is over"),
        "left": say("quittée par l’assistance", "support has left"),
        "ended": say("l’autre côté y a mis fin", "the other side ended it"),
    }
    if reason in known:
        return known[reason]
    from ..messages import error_message

    return error_message(reason, {}, language()).title


def proposal_words(told: Proposal) -> str:
    """What became of a proposal, at support."""
    files = many(told.files, *FILE)
    return {
        "shown": say("Montrée au client : à lui de décider.", "Shown to the customer, who decides."),
        "refused": say("Le client n’en veut pas.", "The customer declined."),
        "running": say(
            "Le client accepte ; la restauration est en cours.",
            "The customer accepts; the restore is running.",
        ),
        "done": say(f"Restauré : {files}.", f"Restored: {files}."),
        "failed": say("La restauration n’a pas tout rendu.", "The restore did not bring back all."),
        "stopped": say("La restauration a été arrêtée.", "The restore was stopped."),
    }[told.state]


def line_words(line: GuidedLine) -> str:
    """One line of the log."""
    what, files, names = line.what, many(line.count, *FILE), many(line.count, *NAME)
    snapshots = many(line.count, *SNAPSHOT)
    return {
        "opened": say("Séance ouverte.", "Session opened."),
        "joined": say(f"Rejointe par {what}.", f"Joined by {what}."),
        "granted": say(f"Accordé : {step_words(what)}.", f"Granted: {step_words(what)}."),
        "withdrawn": say(f"Retiré : {step_words(what)}.", f"Taken back: {step_words(what)}."),
        "state": say("L’assistance a vu l’état du poste.", "Support saw the machine’s state."),
        "incidents": say("L’assistance a vu les incidents.", "Support saw the incidents."),
        "snapshots": say(f"L’assistance a vu {snapshots}.", f"Support saw {snapshots}."),
        "names": say(
            f"L’assistance a vu {names} dans {what or '/'}.",
            f"Support saw {names} in {what or '/'}.",
        ),
        "find": say(
            f"L’assistance a cherché « {what} » : {names}.",
            f"Support looked for “{what}”: {names}.",
        ),
        "refused": say(
            f"Demandé, pas accordé : {step_words(what)}.", f"Asked for, not granted: {step_words(what)}."
        ),
        "proposed": say(f"Proposition : {files}.", f"Proposal: {files}."),
        "declined": say("Proposition refusée.", "Proposal declined."),
        "confirmed": say("Proposition acceptée.", "Proposal accepted."),
        "restored": say(f"Restauré : {files}.", f"Restored: {files}."),
        "restore_failed": say("La restauration n’a pas tout rendu.", "The restore did not bring back all."),
        "away": say("L’hébergeur n’est pas joint ; nouvel essai.", "The host is not reached; trying again."),
        "back": say("L’hébergeur est joint à nouveau.", "The host is reached again."),
        "ended": say(f"Séance terminée : {ended_words(what)}.", f"Session over: {ended_words(what)}."),
    }.get(line.done, line.done)
