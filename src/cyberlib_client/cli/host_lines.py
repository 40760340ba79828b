"""A host, as text: the contract, the copies, the card of the hosting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import Both, say
from ..app.wording.units import moment, size

if TYPE_CHECKING:
    from ..app.host_told import HostTold

_STATES = {
    "active": Both("en cours", "active"),
    "grace": Both("sera suspendu sous peu", "to be suspended shortly"),
    "suspended": Both("suspendu", "suspended"),
    "terminated": Both("terminé", "ended"),
}


def host_lines(host: HostTold) -> Iterator[str]:
    """Lines under those of the vault."""
    state = str(_STATES.get(host.state, host.state))
    yield say(f"Hébergeur : {host.url}", f"Host: {host.url}")
    yield say(
        f"Contrat : {host.organisation}, SIREN {host.siren}, {state}, {host.used} place(s) sur {host.seats}",
        f"Contract: {host.organisation}, SIREN {host.siren}, {state}, {host.used} of {host.seats} seat(s)",
    )
    if host.restore_until is not None:
        until = moment(host.restore_until)
        yield say(f"Restauration possible jusqu’au : {until}", f"Restoring is possible until: {until}")
    if host.quota is not None:
        used, most = size(host.bytes), size(host.quota)
        yield say(f"Place utilisée : {used} sur {most}", f"Room used: {used} of {most}")
    yield from _copies(host)
    yield from _card(host)


def _copies(host: HostTold) -> Iterator[str]:
    zones = ", ".join(host.zones)
    if len(host.zones) < 2:
        yield say(f"Copies : une seule zone ({zones})", f"Copies: one zone alone ({zones})")
    elif host.waiting:
        yield say(
            f"Copies : {zones} ; {host.waiting} objets attendent la deuxième",
            f"Copies: {zones}; {host.waiting} objects wait for the second",
        )
    else:
        yield say(f"Copies : complètes dans {zones}", f"Copies: whole in {zones}")


def _card(host: HostTold) -> Iterator[str]:
    card = host.card
    if card is None:
        yield say(
            "Certification de l’hébergement : l’hébergeur n’en présente pas",
            "Certification of the hosting: the host shows none",
        )
        return
    activities = ", ".join(map(str, card.activities))
    yield say(
        f"Certification de l’hébergement (HDS) : {card.host}, n° {card.certificate}, activités {activities},"
        f" valable du {card.valid_from} au {card.valid_until}",
        f"Certification of the hosting (HDS): {card.host}, no. {card.certificate}, activities {activities},"
        f" valid from {card.valid_from} to {card.valid_until}",
    )
    for each in card.sub_processors:
        yield say(
            f"Sous-traitant : {each.name} ({each.role}), changement annoncé {each.notice_days} jours avant",
            f"Sub-processor: {each.name} ({each.role}), a change is told {each.notice_days} days before",
        )
