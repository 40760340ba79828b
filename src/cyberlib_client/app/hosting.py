"""What a workstation shows of its host: the contract, the copies, and the card that certifies the hosting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from ..core.errors import Failed
from ..transports.host import records
from ..transports.host.client import HostClient
from ..transports.host.problems import error_of
from . import bootstrap
from .host_link import client_of
from .host_told import HostTold
from .incidents import RULES
from .session import Session
from .workplace import Fact, Notice

_WARN_DAYS: Final = 60
_CERTIFICATE_DAYS: Final = 30


def told(session: Session, vault: str) -> HostTold:
    """About the host and the vault with this id there. Raises what the host refuses."""
    client = client_of(session)
    info = client.ask("GET", "/v1/host", records.HostInfo, signed=False)
    organisation = client.sign_in().organisation
    vaults = client.ask("GET", "/v1/vaults", records.VaultList).vaults
    found = next((each for each in vaults if each.id == vault), None)
    tell_card(session, info.card)
    _tell_contract(session, client, organisation)
    _tell_certificate(session, client)
    return HostTold(
        url=client.url,
        organisation=organisation.name,
        siren=organisation.siren,
        state=organisation.state,
        seats=organisation.seats,
        used=organisation.used,
        bytes=organisation.bytes,
        quota=organisation.quota,
        restore_until=organisation.restore_until,
        zones=found.zones if found is not None else [],
        waiting=found.waiting if found is not None else 0,
        card=info.card,
    )


def before_storing(session: Session, client: HostClient) -> None:
    """Raises why this workstation may store nothing there now, before anything is read; a notice when the
    hosting's certificate ends. Costs no request: the session's beginning told it.

    A certificate that was withdrawn stops it whatever the host allows.
    """
    standing = client.standing()
    hosting = standing.hosting
    if hosting is not None and hosting.withdrawn is not None:
        raise Failed("host_certification_withdrawn", at=client.url, since=hosting.withdrawn)
    if not standing.may_store:
        problem = records.Problem(
            standing.refusal or "?",
            403,
            facts={"seats": standing.organisation.seats, "version": standing.terms},
        )
        raise error_of(problem, client.url)
    tell_card(session, hosting)
    tell_addresses(session, client.url, standing.addresses_refused)
    tell_releases(session, client.url, standing.releases)
    tell_approvals(session, client.url, standing.approvals)
    _tell_contract(session, client, standing.organisation)
    _tell_certificate(session, client)


def _stand(session: Session, kind: str, facts: dict[str, Fact] | None) -> None:
    """An incident for as long as it is so: an agent's notices are read by nobody."""
    if facts is None:
        session.history.clear(kind, "", bootstrap.clock())
    else:
        session.history.raise_incident(kind, "", RULES[kind].severity, facts, bootstrap.clock())


def tell_addresses(session: Session, at: str, refused: Sequence[str]) -> None:
    """A notice where mail to the practice comes back: nobody would hear of a backup that was missed."""
    _stand(session, "mail_refused", {"count": len(refused)} if refused else None)
    if refused:
        session.notify(Notice("host_mail_refused", {"at": at, "address": ", ".join(refused[:10])}))


def tell_releases(session: Session, at: str, count: int) -> None:
    """A notice where somebody else asked the officers of the escrow for access: anybody here may say no."""
    _stand(session, "release_asked", {"count": count} if count else None)
    if count:
        session.notify(Notice("host_release_asked", {"at": at, "count": count}))


def tell_approvals(session: Session, at: str, count: int) -> None:
    """A notice where a new machine asks to be let in, or was and has not come yet."""
    _stand(session, "approval_asked", {"count": count} if count else None)
    if count:
        session.notify(Notice("host_approval_asked", {"at": at, "count": count}))


def _tell_contract(session: Session, client: HostClient, organisation: records.Organisation) -> None:
    """A notice in the days of grace, after which nothing more is backed up."""
    day = organisation.suspended_from[:10] if organisation.suspended_from else None
    _stand(session, "contract_ends", {"day": day} if organisation.state == "grace" else None)
    if organisation.state == "grace":
        session.notify(Notice("host_contract_ends", {"at": client.url, "day": day}))


def _tell_certificate(session: Session, client: HostClient) -> None:
    """A notice when the one that this workstation knows the host by is about to end: then it would connect
    no more. Operators are told a month earlier."""
    until = client.certificate_ends
    if until is not None and until - bootstrap.clock() / 1e9 < _CERTIFICATE_DAYS * 86_400:
        day = datetime.fromtimestamp(until, UTC).date().isoformat()
        session.notify(Notice("host_certificate_ends", {"at": client.url, "day": day}))


def tell_card(session: Session, card: records.Card | records.Hosting | None) -> None:
    """A notice when the hosting has lost its certificate, when that has run out, or is about to."""
    if card is None:
        return
    if card.withdrawn is not None:
        session.notify(Notice("host_card_withdrawn", {"host": card.host, "since": card.withdrawn}))
        return
    try:
        left = (date.fromisoformat(card.valid_until) - _today()).days
    except ValueError:
        return  # a day that cannot be read is shown as it is
    _stand(session, "certification_ends", {"day": card.valid_until} if left <= _WARN_DAYS else None)
    if left < 0:
        session.notify(Notice("host_card_over", {"host": card.host, "day": card.valid_until}))
    elif left <= _WARN_DAYS:
        session.notify(Notice("host_card_ends", {"host": card.host, "day": card.valid_until}))


def _today() -> date:
    return datetime.fromtimestamp(bootstrap.clock() / 1e9, UTC).date()
