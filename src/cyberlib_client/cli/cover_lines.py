"""What is read of covered restorations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import Both, say
from ..app.wording.units import moment

if TYPE_CHECKING:
    from ..app.covering_told import CoveredTold, CoverShown

_STATES = {
    "asked": Both("attend votre autorisation", "waits for your grant"),
    "given": Both("autorisée", "granted"),
    "over": Both("terminée", "over"),
    "ended": Both("retirée", "ended"),
    "cancelled": Both("refusée", "turned down"),
    "left": Both("séquestre quitté", "escrow left"),
    "expired": Both("périmée", "expired"),
    "waiting": Both("retenue", "held back"),
    "open": Both("remise aux dépositaires", "handed to the officers"),
    "unknown": Both("l’hébergeur ne répond pas", "the host does not answer"),
}
_WHAT = {
    "snapshots": Both("liste des versions", "list of snapshots"),
    "list": Both("liste", "listed"),
    "restore": Both("restauré", "restored"),
    "refused": Both("essayé en vain, rien n’a été lu", "tried in vain, nothing was read"),
    "unreadable": Both("illisible avec les clés de ce coffre", "unreadable by this vault’s keys"),
}


def cover_lines(found: list[CoverShown]) -> Iterator[str]:
    """What staff asked for, was granted, and read."""
    if not found:
        yield say("L’assistance n’a rien demandé.", "The support has asked for nothing.")
    for each in found:
        state = str(_STATES.get(each.state, each.state))
        yield f"{each.id[:8]}  {each.workstation}  {moment(each.asked)}  {state}"
        if each.until:
            yield say(
                f"  Par {each.who}, du {moment(each.since)} au {moment(each.until)} : {each.reason}",
                f"  By {each.who}, from {moment(each.since)} to {moment(each.until)}: {each.reason}",
            )
            yield "  " + _limits(each.snapshots, each.paths)
        for read in each.accesses:
            what = str(_WHAT.get(read.what, read.what))
            yield f"    {moment(read.heard)}  {what}  {read.snapshot[:8]}"
            for path in read.paths:
                yield f"      {path}"
    if any(each.accesses for each in found):
        yield say(
            "La clé du séquestre est passée par le poste de l’assistance : quittez puis rejoignez le"
            " séquestre (cyberlib escrow leave, join).",
            "The escrow’s key passed through the support’s workstation: leave and join the escrow again"
            " (cyberlib escrow leave, join).",
        )


def covered_lines(told: CoveredTold) -> Iterator[str]:
    """How a request of the support stands, on its workstation."""
    yield say("Les six mots :", "The six words:") + " " + " ".join(told.words)
    state = str(_STATES.get(told.state, told.state))
    yield say(
        f"Demande : {state} ; réponses : {told.answered} sur {told.needed}",
        f"Request: {state}; answers: {told.answered} of {told.needed}",
    )
    if told.state == "waiting":
        yield say(
            f"Retenue jusqu’au {moment(told.opens)}",
            f"Held back until {moment(told.opens)}",
        )
    if not told.granted:
        yield say("Le client ne l’a pas encore autorisée.", "The customer has not granted it yet.")
        return
    granted = str(_STATES.get(told.granted, told.granted))
    yield say(
        f"Autorisation : {granted}, jusqu’au {moment(told.until)}",
        f"Grant: {granted}, until {moment(told.until)}",
    )
    yield _limits(told.snapshots, told.paths)


def _limits(snapshots: list[str], paths: list[str]) -> str:
    of = ", ".join(each[:8] for each in snapshots) or say("toutes les versions", "all snapshots")
    below = ", ".join(paths) or say("tout le coffre", "all of the vault")
    return say(f"Peut être lu : {below} ({of})", f"May be read: {below} ({of})")
