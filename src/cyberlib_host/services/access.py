"""Who asks, and whether they may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..core import licences
from ..core.licences import Licence
from ..core.problems import Problem
from ..core.signatures import check_signature, hashed, replaced_message, session_message
from ..core.times import SECOND, rfc3339
from ..core.wire import (
    Challenge,
    ChallengeRequest,
    Device,
    Hosting,
    Organisation,
    Session,
    SessionRequest,
    Standing,
)
from ..database.tables import acceptances, challenges, contract_keys, devices, organisations, sessions
from . import addresses, audit, maintenance, pending, terms
from .audit import Actor
from .context import Context

_CHALLENGE_SECONDS = 60


class Caller(NamedTuple):
    """A device with a session, and its organisation, as the database has them now. `user`: the account that
    the session is for, where it named one. `proof`: a token by which a person says to be there."""

    device: Row[tuple[object, ...]]
    organisation: Row[tuple[object, ...]]
    request: str
    user: str | None
    proof: str | None = None

    @property
    def actor(self) -> Actor:
        """As the audit log names it."""
        return Actor(f"device:{self.device.id}", self.request)


def give_challenge(context: Context, request: ChallengeRequest) -> Challenge:
    """Something fresh to sign. Also for a device nobody knows: whether it is known is not told here."""
    challenge = context.random(32)
    now = context.clock()
    with context.database.write() as connection:
        connection.execute(delete(challenges).where(challenges.c.expires <= now))
        connection.execute(
            insert(challenges).values(
                hash=hashed(challenge.hex()),
                device=request.device,
                expires=now + _CHALLENGE_SECONDS * SECOND,
            )
        )
    return Challenge(challenge.hex(), _CHALLENGE_SECONDS)


def open_session(context: Context, request: SessionRequest, request_id: str) -> Session:
    """A token for a device that signed its challenge, which is used up whatever comes of it.

    Raises Problem("challenge_unknown"), ("device_unknown"), ("device_revoked"), ("device_replaced", by=…,
    since=…, signature=…), ("bad_signature").
    """
    now = context.clock()
    with context.database.write() as connection:
        used = connection.execute(
            delete(challenges).where(
                challenges.c.hash == hashed(request.challenge),
                challenges.c.device == request.device,
                challenges.c.expires > now,
            )
        ).rowcount
    if not used:
        raise Problem("challenge_unknown")
    with context.database.write() as connection:
        device = connection.execute(select(devices).where(devices.c.id == request.device)).first()
        if device is None:
            raise Problem("device_unknown")
        with concerning(device.organisation):
            message = session_message(device.id, bytes.fromhex(request.challenge))
            check_signature(device.public_key, request.signature, message)
            if device.state == "revoked":
                raise _revoked(context, connection, device)
        token = context.random(32).hex()
        connection.execute(delete(sessions).where(sessions.c.expires <= now))
        connection.execute(
            insert(sessions).values(
                hash=hashed(token),
                device=device.id,
                expires=now + context.session_seconds * SECOND,
                user=request.user,
            )
        )
        connection.execute(update(devices).where(devices.c.id == device.id).values(last_seen=now))
        caller = _caller(connection, device.id, request_id, request.user)
        audit.note(context, connection, device.organisation, caller.actor, "session")
        standing = standing_of(context, connection, caller)
    return Session(token, context.session_seconds, standing)


def _revoked(context: Context, connection: Connection, device: Row[tuple[Any, ...]]) -> Problem:
    """Why a device that proved who it is has no access; that another took its place is signed, since it makes
    the device forget its secrets."""
    if device.successor is None:
        return Problem("device_revoked")
    by = connection.execute(select(devices.c.name).where(devices.c.id == device.successor)).scalar_one()
    since = rfc3339(device.replaced)
    signature = context.key.sign(replaced_message(device.id, since, by)).hex()
    return Problem("device_replaced", device=device.id, by=by, since=since, signature=signature)


@contextmanager
def concerning(organisation: str) -> Iterator[None]:
    """Within, a refusal is noted in the organisation's own audit log."""
    try:
        yield
    except Problem as problem:
        problem.organisation = organisation
        raise


def caller_of(context: Context, connection: Connection, token: str | None, request_id: str) -> Caller:
    """Who holds a token. Raises Problem("not_signed_in"), ("session_over"), ("device_revoked")."""
    if not token:
        raise Problem("not_signed_in")
    row = connection.execute(select(sessions).where(sessions.c.hash == hashed(token))).first()
    if row is None or row.expires <= context.clock():
        raise Problem("session_over")
    caller = _caller(connection, row.device, request_id, row.user)
    if caller.device.state == "revoked":
        with concerning(caller.organisation.id):
            raise Problem("device_revoked")
    return caller


def _caller(connection: Connection, device: str, request_id: str, user: str | None) -> Caller:
    found = connection.execute(select(devices).where(devices.c.id == device)).one()
    organisation = connection.execute(
        select(organisations).where(organisations.c.id == found.organisation)
    ).one()
    return Caller(found, organisation, request_id, user)


def organisation_of_key(context: Context, connection: Connection, contract_key: str) -> str:
    """The organisation that a contract key speaks for.

    Raises Problem("contract_key_unknown"), ("contract_key_expired"), ("contract_key_revoked").
    """
    row = connection.execute(
        select(contract_keys).where(contract_keys.c.hash == hashed(contract_key.strip()))
    ).first()
    if row is None:
        raise Problem("contract_key_unknown")
    if row.revoked is not None:
        raise Problem("contract_key_revoked")
    if row.expires is not None and row.expires <= context.clock():
        raise Problem("contract_key_expired")
    return str(row.organisation)


def refuse_storing(context: Context, connection: Connection, caller: Caller) -> Problem | None:
    """Why a device may store nothing now, or None."""
    code = licences.refuse_storing(_licence(caller.organisation), context.clock(), context.rules)
    if code is not None:
        return Problem(code)
    if caller.device.state == "surplus":
        return Problem("device_surplus", seats=caller.organisation.seats)
    if context.card is not None and context.card.withdrawn is not None:
        return Problem("certification_withdrawn", since=context.card.withdrawn)
    in_force = terms.in_force(context, connection)
    if in_force > accepted(connection, caller):
        return Problem("terms_not_accepted", version=in_force)
    return None


def require_storing(context: Context, connection: Connection, caller: Caller) -> None:
    """Raises what `refuse_storing` tells."""
    problem = refuse_storing(context, connection, caller)
    if problem is not None:
        raise problem


def require_reading(context: Context, caller: Caller) -> None:
    """Raises Problem("organisation_suspended"), ("restore_window_over")."""
    code = licences.refuse_reading(_licence(caller.organisation), context.clock(), context.rules)
    if code is not None:
        raise Problem(code)


def accepted(connection: Connection, caller: Caller) -> int:
    """The newest version of the terms that this user of the device accepted there, 0 for none; that anybody
    did, for a session that names no user."""
    newest = select(func.max(acceptances.c.version)).where(acceptances.c.device == caller.device.id)
    if caller.user is not None:
        newest = newest.where(acceptances.c.user == caller.user)
    return connection.execute(newest).scalar() or 0


def used_seats(connection: Connection, organisation: str) -> int:
    """How many devices of an organisation are active."""
    active = select(func.count()).where(devices.c.organisation == organisation, devices.c.state == "active")
    return connection.execute(active).scalar_one()


def standing_of(context: Context, connection: Connection, caller: Caller) -> Standing:
    """What a device is told about itself."""
    refusal = refuse_storing(context, connection, caller)
    organisation = caller.organisation
    licence, card = _licence(organisation), context.card
    until = licences.restore_until(licence, context.rules)
    suspended = licences.suspended_from(licence, context.rules)
    return Standing(
        device=device_of(caller.device),
        organisation=Organisation(
            name=organisation.name,
            siren=organisation.siren,
            state=licences.state_at(licence, context.clock(), context.rules),
            seats=organisation.seats,
            used=used_seats(connection, organisation.id),
            restore_until=None if until is None else rfc3339(until),
            bytes=organisation.bytes,
            quota=organisation.quota,
            suspended_from=None if suspended is None else rfc3339(suspended),
        ),
        may_store=refusal is None,
        may_read=licences.refuse_reading(licence, context.clock(), context.rules) is None,
        refusal=refusal.code if refusal is not None else None,
        terms_accepted=accepted(connection, caller),
        terms=terms.in_force(context, connection),
        time=rfc3339(context.clock()),
        hosting=Hosting(card.host, card.valid_until, card.withdrawn) if card is not None else None,
        maintenance=maintenance.coming(context, connection),
        addresses_refused=addresses.refused(connection, organisation.id),
        quarantine_days=context.quarantine_days,
        releases=pending.of_others(context, connection, organisation.id, caller.device.id),
        approvals=pending.to_answer(context, connection, organisation.id, caller.device.id),
    )


def device_of(row: Row[tuple[object, ...]]) -> Device:
    """A device as it is told."""
    return Device(
        id=row.id,
        name=row.name,
        state=row.state,
        created=rfc3339(row.created),
        last_seen=None if row.last_seen is None else rfc3339(row.last_seen),
        vault=row.vault,
    )


def _licence(organisation: Row[tuple[object, ...]]) -> Licence:
    return Licence(organisation.decided, organisation.decided_at)
