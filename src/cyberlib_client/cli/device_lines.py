"""What is read of machines at a host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import Both, say
from ..app.wording.units import moment
from .tables import table

if TYPE_CHECKING:
    from ..app.audits import AuditChecked
    from ..app.hosts import Enrolled, HostDevice, Reassigned, TermsShown


def audited_lines(done: AuditChecked) -> Iterator[str]:
    since, until = moment(done.since), moment(done.until)
    yield say(
        f"Journal d’audit de {done.host} : {done.lines} lignes, du {since} au {until}, toutes enchaînées.",
        f"Audit log of {done.host}: {done.lines} lines, from {since} to {until}, all chained.",
    )
    yield say(
        f"Accès par les opérateurs de l’hébergeur : {done.operators} ; accès refusés : {done.refused}",
        f"Accesses by the host’s operators: {done.operators}; accesses refused: {done.refused}",
    )
    yield say(
        f"Dernière ligne : n° {done.last}, empreinte {done.hash}",
        f"Last line: no. {done.last}, hash {done.hash}",
    )
    if done.file is not None:
        yield say(f"Écrit dans {done.file}", f"Written to {done.file}")


def terms_lines(shown: TermsShown) -> Iterator[str]:
    if not shown.version:
        yield say("L’hébergeur n’a pas de conditions à accepter.", "The host has no terms to accept.")
        return
    since = moment(shown.effective)
    yield say(
        f"Version {shown.version}, en vigueur depuis le {since}.",
        f"Version {shown.version}, in force since {since}.",
    )
    yield ""
    yield from shown.text.splitlines()
    yield ""
    if shown.accepted:
        yield say("Acceptées sur ce poste.", "Accepted on this machine.")
    else:
        yield say(
            "Pour les accepter : cyberlib device terms --accept",
            "To accept them: cyberlib device terms --accept",
        )
    for each in shown.coming:
        number, _, day = each.partition(": ")
        yield say(
            f"À venir : version {number}, en vigueur le {moment(day)}.",
            f"To come: version {number}, in force on {moment(day)}.",
        )


_STATES = {
    "active": Both("actif", "active"),
    "surplus": Both("en surnombre, inactif", "surplus, inactive"),
    "revoked": Both("révoqué", "revoked"),
}


def _state(state: str) -> str:
    return str(_STATES.get(state, state))


def enrolled_lines(done: Enrolled, called: str, has_vault: bool) -> Iterator[str]:
    yield say(
        f"Ce poste est déclaré : {done.name} ({_state(done.state)})",
        f"This machine is declared: {done.name} ({_state(done.state)})",
    )
    yield say(f"Hébergeur : {done.host}", f"Host: {done.host}")
    yield say(
        f"Cabinet : {done.organisation}, SIREN {done.siren}",
        f"Practice: {done.organisation}, SIREN {done.siren}",
    )
    if done.state == "surplus":
        yield say(
            "Le contrat n’a plus de place libre : rien ne sera sauvegardé de ce poste avant que l’hébergeur"
            " n’en ajoute une, ou que la licence d’un autre poste soit reprise (cyberlib device reassign).",
            "The contract has no free seat: nothing of this machine is backed up until the host adds one, or"
            " the licence of another machine is taken over (cyberlib device reassign).",
        )
    elif not has_vault:
        yield say("Ensuite :", "Next:")
        yield say(
            f"  {called} vault create --at {done.host}   pour un nouveau coffre, ou",
            f"  {called} vault create --at {done.host}   for a new vault, or",
        )
        yield say(
            f"  {called} device reassign POSTE --contract-key-file FICHIER   pour celui d’un ancien",
            f"  {called} device reassign DEVICE --contract-key-file FILE   for an old machine’s",
        )


def device_lines(found: list[HostDevice]) -> Iterator[str]:
    head = [say("POSTE", "DEVICE"), say("ÉTAT", "STATE"), say("DÉCLARÉ", "DECLARED"), say("VU", "SEEN")]
    head += [say("SAUVEGARDÉ", "BACKED UP"), ""]
    here = say("ce poste", "this machine")
    rows = [
        [
            d.name,
            _state(d.state),
            moment(d.created),
            moment(d.last_seen) if d.last_seen else "—",
            moment(d.last_backup) if d.last_backup else "—",
            here if d.here else _successor(d),
        ]
        for d in found
    ]
    yield from table(head, rows)


def _successor(found: HostDevice) -> str:
    by = found.replaced_by
    return say(f"remplacé par {by}", f"replaced by {by}") if by else ""


def reassigned_lines(done: Reassigned, called: str) -> Iterator[str]:
    yield say(
        f"{done.name} a repris la licence de {done.previous}, qui n’a plus aucun accès.",
        f"{done.name} took over the licence of {done.previous}, which has no access any more.",
    )
    if done.vault is not None:
        yield say("Ensuite :", "Next:")
        yield f"  {called} vault open --at {done.host}"
