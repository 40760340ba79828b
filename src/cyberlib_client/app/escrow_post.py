"""Escrow at the vault's host: what it is handed, and what it tells."""

from __future__ import annotations

from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.escrow.release import read_request
from ..state.escrow import read_asked
from ..transports.host.escrow import EscrowPost, Release
from . import host_link, stores
from .escrow_told import ReleaseShown
from .hosting import tell_releases
from .session import Session
from .workplace import Notice


def post_at(session: Session, location: str) -> EscrowPost | None:
    """To the host where a vault is; None where it is elsewhere. Raises as `host_link.store_at`."""
    if not stores.is_host(location):
        return None
    store = host_link.store_at(session, location)
    return EscrowPost(store.client, store.vault)


def post(session: Session) -> EscrowPost | None:
    """The same for the profile's vault."""
    return post_at(session, session.place.at)


def shown(session: Session, releases: list[Release]) -> list[ReleaseShown]:
    """Requests at the host, the latest first; what is none is passed over.

    `here` is what this machine knows itself: a host that calls somebody else's request ours would have people
    read its words to officers. For the same reason nobody is shown the words of another's request.
    """
    asked = read_asked(session.profile)
    found = []
    for each in releases:
        try:
            request = read_request(each.request.encode())
        except CyberlibError:
            continue
        here = asked is not None and asked.request == request.data
        found.append(
            ReleaseShown(
                id=request.digest.hex(),
                state=each.state,
                workstation=request.body.workstation,
                here=here,
                asked=each.asked,
                opens=each.opens,
                answered=each.answered,
                words=request.words if here else [],
            )
        )
    return found


def cancel(session: Session, wanted: str) -> list[ReleaseShown]:
    """Says no to the request whose id begins so; without one, to all that wait.

    Raises UsageError("escrow_no_host"), ("escrow_no_release", wanted=…), and what the host refuses.
    """
    at = session.place.at
    to = post_at(session, at)
    if to is None:
        raise UsageError("escrow_no_host", at=at)
    standing = [each for each in to.show().releases if each.state in ("waiting", "open")]
    chosen = [each for each in standing if each.id.startswith(wanted)]
    if not chosen or (wanted and len(chosen) > 1):
        raise UsageError("escrow_no_release", wanted=wanted)
    gone = [to.cancel(each.id) for each in chosen]
    left = [each for each in shown(session, standing) if each.id not in {one.id for one in gone}]
    tell_releases(session, at, sum(not each.here for each in left))
    return shown(session, gone)


def waive(session: Session, wanted: str, location: str) -> list[ReleaseShown]:
    """Ends the delay of the request whose id begins so, without one that of this machine's; a holder proves
    to be there. `location`: the vault, of a machine that has none.

    Raises as `cancel` and `proving.prove`.
    """
    asked = read_asked(session.profile)
    known = session.settings.vault
    at = location or (known.at if known is not None else "") or (asked.at if asked is not None else "")
    to = post_at(session, at)
    if to is None:
        raise UsageError("escrow_no_host", at=at)
    mine = read_request(asked.request).digest.hex() if asked is not None else ""
    begins = wanted or mine
    found = [each for each in to.show().releases if begins and each.id.startswith(begins)]
    if len(found) != 1:
        raise UsageError("escrow_no_release", wanted=wanted)
    return shown(session, [to.waive(found[0].id)])


def withdraw(session: Session, to: EscrowPost, leaving: bytes, proof: str = "") -> bool:
    """Hands a withdrawal in; False, with a notice, when the host cannot be reached: `leave` again does it."""
    try:
        to.withdraw(leaving, proof)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
        session.notify(Notice("escrow_not_withdrawn"))
        return False
    return True


def answers(session: Session, location: str) -> list[bytes]:
    """Officers' answers to this machine's request. Raises UsageError("escrow_no_host"), ("escrow_not_asked"),
    ("escrow_release_waiting", opens=…), ("escrow_release_over", state=…), and what the host refuses."""
    asked, to = read_asked(session.profile), post_at(session, location)
    if to is None:
        raise UsageError("escrow_no_host", at=location)
    if asked is None:
        raise UsageError("escrow_not_asked")
    release = to.release(read_request(asked.request).digest.hex())
    if release.state == "waiting":
        raise UsageError("escrow_release_waiting", opens=release.opens)
    if release.state != "open":
        raise UsageError("escrow_release_over", state=f"release_{release.state}")
    return [each.encode() for each in release.answers]


def papers(session: Session, location: str) -> tuple[bytes, bytes, bytes]:
    """Policy, deposit and consent as the host has them; officers and the vault itself tell whether they are
    right. Raises UsageError("escrow_no_host"), IntegrityError("escrow_not_there"), what the host refuses."""
    to = post_at(session, location)
    if to is None:
        raise UsageError("escrow_no_host", at=location)
    kept = to.show()
    if kept.state != "joined" or not (kept.policy and kept.deposit and kept.consent):
        raise IntegrityError("escrow_not_there", at=location)
    return kept.policy.encode(), kept.deposit.encode(), kept.consent.encode()
