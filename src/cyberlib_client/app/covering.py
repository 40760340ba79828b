"""Leave for the publisher's staff to restore for the holder, as the customer gives it and ends it."""

from __future__ import annotations

from ..core.errors import CyberlibError, Failed, IntegrityError, UsageError
from ..core.escrow.consent import Consent, Signer, read_consent
from ..core.escrow.grant import (
    LONGEST,
    Grant,
    GrantBody,
    Limits,
    check_grant,
    log_key,
    open_access,
    open_limits,
    read_grant,
    seal_limits,
    sign_grant,
)
from ..core.escrow.release import Request, check_words, read_request
from ..core.escrow.sealing import SealingKey
from ..core.format_v1.signed import vault_public_key
from ..transports.host.covering import CoveringPost, GrantAtHost
from ..transports.host.escrow import EscrowAtHost, Release
from . import bootstrap, escrow_post, host_link
from .choosing import choose
from .covering_told import AccessShown, CoverShown
from .device_identity import device_identity
from .paths import own_vault_path, shown_text
from .session import Session
from .times import iso_time

_SECOND = 10**9
_HOUR = 3600
_NONE = "host_grant_missing"
_MOST_TEXT = 500


def post_at(session: Session, location: str) -> CoveringPost:
    """Raises as `host_link.store_at`."""
    store = host_link.store_at(session, location)
    return CoveringPost(store.client, store.vault)


def give(
    session: Session, words: str, *, who: str, reason: str, hours: int, snapshots: list[str], paths: list[str]
) -> CoverShown:
    """Allows the one request whose six words these are, for so many hours from now.

    Raises UsageError("escrow_no_host"), ("cover_hours", most=…), ("cover_text"): no name or reason, or a long
    one, ("cover_none"): nobody of the staff asks, as `core.escrow.release.check_words`, `Session.prove`,
    IntegrityError("escrow_grant_other"), and what the host refuses.
    """
    if not 1 <= hours <= LONGEST // _HOUR:
        raise UsageError("cover_hours", most=LONGEST // _HOUR)
    if not all(0 < len(text.strip()) <= _MOST_TEXT for text in (who, reason)):
        raise UsageError("cover_text")
    there = _there(session)
    release, request = _meant(there, words)
    consent = _consent(session, there)
    session.prove()
    chosen = [choose(session, each).id for each in snapshots]
    below = [own_vault_path(path).decode("utf-8", "replace") for path in paths]
    grant = _signed(session, request, consent, Limits(chosen, below), (who, reason), hours)
    post = post_at(session, session.place.at)
    return _shown(session, release, request, post.give(release.id, grant.signed.write()))


def covers(session: Session) -> list[CoverShown]:
    """Requests by staff, the latest first, with what was read. Raises UsageError("escrow_no_host"), and what
    the host refuses."""
    post = post_at(session, session.place.at)
    told = []
    for release in _there(session).releases:
        request = _request(release)
        if request is None or request.body.scope != "covered":
            continue
        try:
            granted: GrantAtHost | None = post.show(release.id)
        except Failed as error:
            if error.code != _NONE:
                raise
            granted = None
        told.append(_shown(session, release, request, granted))
    return told


def end(session: Session, wanted: str) -> list[CoverShown]:
    """Ends the grant whose request's id begins so; without one, all that stand.

    Raises UsageError("cover_none"), ("escrow_no_host"), and what the host refuses."""
    standing = [each for each in covers(session) if each.state == "given" and each.id.startswith(wanted)]
    if not standing or (wanted and len(standing) > 1):
        raise UsageError("cover_none")
    post = post_at(session, session.place.at)
    for each in standing:
        post.end(each.id)
    ended = {each.id for each in standing}
    return [each for each in covers(session) if each.id in ended]


def _there(session: Session) -> EscrowAtHost:
    at = session.place.at
    post = escrow_post.post_at(session, at)
    if post is None:
        raise UsageError("escrow_no_host", at=at)
    return post.show()


def _meant(there: EscrowAtHost, words: str) -> tuple[Release, Request]:
    asking = []
    for release in there.releases:
        request = _request(release)
        alive = release.state in ("waiting", "open")
        if request is not None and alive and request.body.scope == "covered":
            asking.append((release, request))
    if not asking:
        raise UsageError("cover_none")
    for release, request in asking:
        try:
            check_words(request, words)
        except IntegrityError:
            continue
        return release, request
    check_words(asking[0][1], words)
    raise UsageError("cover_none")


def _request(release: Release) -> Request | None:
    """The request, which is the one that the host says."""
    try:
        request = read_request(release.request.encode())
    except CyberlibError:
        return None
    return request if request.digest.hex() == release.id else None


def _consent(session: Session, there: EscrowAtHost) -> Consent:
    """That of this very vault: a host could show another's."""
    if there.consent is None:
        raise UsageError("escrow_not_joined")
    consent = read_consent(there.consent.encode())
    ours = (session.vault.id, vault_public_key(session.vault.keys).hex())
    if (consent.body.vault, consent.body.vault_key) != ours:
        raise IntegrityError("escrow_grant_other")
    return consent


def _signed(
    session: Session, request: Request, consent: Consent, limits: Limits, said: tuple[str, str], hours: int
) -> Grant:
    signer, keys = device_identity(session), session.vault.keys
    device, key, now = signer.device, log_key(keys, request.digest), bootstrap.clock()
    body = GrantBody(
        kind="cyberlib escrow grant",
        version=1,
        vault=session.vault.id,
        vault_key=vault_public_key(keys).hex(),
        consent=consent.digest.hex(),
        request=request.digest.hex(),
        since=iso_time(now // _SECOND * _SECOND),
        until=iso_time((now // _SECOND + hours * _HOUR) * _SECOND),
        whole=not limits.snapshots and not limits.paths,
        limits=seal_limits(limits, request.body.key, request.digest),
        kept=seal_limits(limits, key.public.hex(), request.digest),
        log_key=key.public.hex(),
        who=said[0].strip(),
        reason=said[1].strip(),
        device=Signer(device.id.hex(), device.name, device.key.hex(), device.certificate.hex()),
    )
    grant = sign_grant(body, signer.signing)
    check_grant(grant, request.digest, consent, now // _SECOND)
    return grant


def _shown(session: Session, release: Release, request: Request, granted: GrantAtHost | None) -> CoverShown:
    name = shown_text(request.body.workstation)
    if granted is None:
        state = "asked" if release.state in ("waiting", "open") else release.state
        return CoverShown(release.id, name, state, release.asked)
    grant = read_grant(granted.grant.encode())
    now = session.vault.keys
    known = {
        vault_public_key(each).hex(): each for each in (now, *now.former)
    }  # a renewed vault was this too
    if grant.body.vault_key not in known or grant.body.request != release.id:
        raise IntegrityError("escrow_grant_other")
    key = log_key(known[grant.body.vault_key], request.digest)
    limits = open_limits(grant.body.kept, key, request.digest)
    return CoverShown(
        id=release.id,
        workstation=name,
        state=granted.state,
        asked=release.asked,
        since=grant.body.since,
        until=grant.body.until,
        who=shown_text(grant.body.who),
        reason=shown_text(grant.body.reason),
        snapshots=limits.snapshots,
        paths=[shown_text(path) for path in limits.paths],
        accesses=[_access(each.entry, each.time, key, request) for each in granted.accesses],
    )


def _access(entry: str, heard: str, key: SealingKey, request: Request) -> AccessShown:
    try:
        read = open_access(entry, key, request.digest)
    except IntegrityError:
        return AccessShown("unreadable", heard, "", [])
    return AccessShown(read.what, heard, read.snapshot, [shown_text(path) for path in read.paths])
