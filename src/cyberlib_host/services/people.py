"""People of an organisation: invited, enrolled by themselves, invited anew, gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core import passwords
from ..core import people as core
from ..core.addresses import checked_address
from ..core.people import (
    Accepted,
    Accepting,
    Action,
    Confirming,
    Invited,
    Inviting,
    PasskeyTold,
    PeopleList,
    PersonTold,
)
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import SECOND, rfc3339
from ..database.people import attempts, passkeys, people, proofs, recovery, sign_ins, telephone_asks
from ..database.tables import organisations
from ..mail import letters
from . import attempts as attempts_made
from . import audit, outbox, proving, secrets_of_people
from .access import Caller, concerning
from .attempts import of_person
from .audit import Actor
from .context import Context

_INVITED_SECONDS: Final = 7 * 86_400
_MOST: Final = 100


def invited_by(context: Context, caller: Caller, given: Inviting) -> Invited:
    """By one of the organisation's own people.

    Raises Problem("person_known"), ("bad_name"), ("bad_address"), ("people_many"), and what
    `proving.require` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        subject = f"{given.name}\n{given.mail}\n{given.role}"
        proving.require(context, connection, caller, "person_invite", subject)
        return invite(context, connection, str(caller.organisation.id), given, caller.actor)


def invite(
    context: Context, connection: Connection, organisation: str, given: Inviting, actor: Actor
) -> Invited:
    """The same by an operator. Raises as `invited_by`."""
    name, mail = given.name.strip(), checked_address(given.mail).lower()
    if not name or not name.isprintable():
        raise Problem("bad_name", most=100)
    known = connection.execute(select(people.c.id).where(people.c.organisation == organisation)).all()
    if len(known) >= _MOST:
        raise Problem("people_many", most=_MOST)
    if _by_mail(connection, organisation, mail) is not None:
        raise Problem("person_known")
    ident, invitation, until = context.random(16).hex(), core.invitation(context.random), _until(context)
    connection.execute(
        insert(people).values(
            id=ident,
            organisation=organisation,
            name=name,
            mail=mail,
            role=given.role,
            created=context.clock(),
            invitation=hashed(core.plain(invitation)),
            invited_until=until,
            last_step=0,
        )
    )
    audit.note(context, connection, organisation, actor, "person_invited", person=ident, role=given.role)
    return Invited(ident, invitation, rfc3339(until))


def reset(context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor) -> Invited:
    """A new invitation for somebody who lost password or telephone; what they had no longer counts.

    Raises Problem("person_unknown").
    """
    row = _wanted(connection, organisation, wanted)
    invitation, until = core.invitation(context.random), _until(context)
    _forget_secrets(connection, row)
    connection.execute(
        update(people)
        .where(people.c.id == row.id)
        .values(
            invitation=hashed(core.plain(invitation)), invited_until=until, password=None, secret=None,
            confirmed=None, national_id=None,
        )
    )  # fmt: skip
    audit.note(context, connection, organisation, actor, "person_reset", person=row.id)
    return Invited(str(row.id), invitation, rfc3339(until))


def unlock(context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor) -> str:
    """Ends the wait after tries that failed; their name. Raises Problem("person_unknown")."""
    row = _wanted(connection, organisation, wanted)
    connection.execute(delete(attempts).where(attempts.c.whom == of_person(organisation, row.mail)))
    audit.note(context, connection, organisation, actor, "person_unlocked", person=row.id)
    return str(row.name)


def end(context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor) -> str:
    """Somebody is no longer one of them; their name. Raises Problem("person_unknown")."""
    row = _wanted(connection, organisation, wanted)
    _forget_secrets(connection, row)
    connection.execute(delete(people).where(people.c.id == row.id))
    audit.note(context, connection, organisation, actor, "person_ended", person=row.id)
    return str(row.name)


def link(
    context: Context, connection: Connection, organisation: str, wanted: str, identity: str, actor: Actor
) -> str:
    """Somebody is who a provider calls so; from now on they may sign in there. Their name.

    Raises Problem("person_unknown"), ("person_known"): another of the organisation is, ("bad_name").
    """
    row = _wanted(connection, organisation, wanted)
    identity, now = identity.strip(), context.clock()
    if not identity or not identity.isprintable() or len(identity) > 100:
        raise Problem("bad_name", most=100)
    same = (people.c.organisation == organisation) & (people.c.national_id == identity)
    if connection.execute(select(people.c.id).where(same, people.c.id != row.id)).first() is not None:
        raise Problem("person_known")
    connection.execute(
        update(people)
        .where(people.c.id == row.id)
        .values(national_id=identity, confirmed=row.confirmed or now, enrolled=row.enrolled or now)
    )
    audit.note(context, connection, organisation, actor, "person_linked", person=row.id)
    tell(context, connection, organisation, "person_linked", row)
    return str(row.name)


def accept(context: Context, caller: Caller, given: Accepting) -> Accepted:
    """Somebody who was invited chooses a password, at a device of the organisation. Done again before it is
    confirmed, only the last counts.

    Raises Problem("invitation_unknown"), ("password_weak", reason=…, least=…), ("too_many_requests").
    """
    organisation = str(caller.organisation.id)
    with context.database.read() as connection, concerning(organisation):
        row = _invited(context, connection, organisation, given.invitation)
        if row.confirmed is not None:
            raise Problem("invitation_unknown")
        own = (str(row.name), str(row.mail), str(caller.organisation.name), str(caller.device.name))
    why = passwords.weakness(given.password, own)
    if why is not None:
        raise Problem("password_weak", reason=why, least=passwords.LEAST_LENGTH)
    kept = secrets_of_people.hash_password(context, given.password)
    secret, codes = context.random(core.SECRET_BYTES), core.recovery_codes(context.random)
    with context.database.write() as connection, concerning(organisation):
        row = _invited(context, connection, organisation, given.invitation)
        if row.confirmed is not None:
            raise Problem("invitation_unknown")
        sealed = secrets_of_people.seal(context, row.id, secret)
        connection.execute(
            update(people).where(people.c.id == row.id).values(password=kept, secret=sealed, last_step=0)
        )
        connection.execute(delete(recovery).where(recovery.c.person == row.id))
        for code in codes:
            connection.execute(insert(recovery).values(person=row.id, hash=hashed(core.plain(code))))
        audit.note(context, connection, organisation, caller.actor, "person_accepted", person=row.id)
    text = core.written(secret)
    uri = core.uri_of(text, row.mail, context.mail.name)
    return Accepted(row.id, row.name, row.mail, text, uri, codes)


def confirm(context: Context, caller: Caller, given: Confirming) -> PersonTold:
    """The application makes right codes: from now on the person is one of them; all contacts are told. Told
    again, it changes nothing.

    Raises Problem("invitation_unknown"), ("person_refused"), ("person_wait", seconds=…).
    """
    organisation = str(caller.organisation.id)
    with concerning(organisation):
        attempts_made.count(context, caller, hashed(core.plain(given.invitation)).hex())
        with context.database.write() as connection:
            row = _invited(context, connection, organisation, given.invitation)
            if row.confirmed is None:
                if row.password is None:
                    raise Problem("invitation_unknown")
                proving.use_code(context, connection, row, given.code, recovery_too=False)
                now = context.clock()
                connection.execute(
                    update(people)
                    .where(people.c.id == row.id)
                    .values(confirmed=now, enrolled=row.enrolled or now)
                )
                audit.note(context, connection, organisation, caller.actor, "person_enrolled", person=row.id)
                tell(context, connection, organisation, "person_enrolled", row, str(caller.device.name))
            return told(connection, _wanted(connection, organisation, row.id))


def listed(context: Context, caller: Caller) -> PeopleList:
    """Those of the caller's organisation."""
    with context.database.read() as connection:
        organisation = str(caller.organisation.id)
        asked = [
            each for each in get_args(Action) if proving.asked_for(context, connection, organisation, each)
        ]
        trusts = context.provider
        return PeopleList(
            [told(connection, row) for row in all_of(connection, organisation)],
            asked,
            trusts is not None,
            trusts is not None and trusts.settings.telephone,
            context.passkeys is not None,
        )


def all_of(connection: Connection, organisation: str) -> Sequence[Row[Any]]:
    """Oldest first."""
    mine = people.c.organisation == organisation
    return connection.execute(select(people).where(mine).order_by(people.c.created, people.c.id)).all()


def state_of(row: Row[Any]) -> core.State:
    """In one word; see `core.people.PersonTold`."""
    if row.confirmed is not None:
        return "enrolled"
    return "invited" if row.enrolled is None else "reset"


def tell(
    context: Context,
    connection: Connection,
    organisation: str,
    event: letters.PersonEvent,
    row: Row[Any],
    device: str = "",
) -> None:
    """All contacts, of what became of a person."""
    about = connection.execute(select(organisations).where(organisations.c.id == organisation)).one()
    whom = letters.About(str(about.name), str(about.language), str(about.zone), context.mail.support)
    letter = letters.person(whom, event, device, str(row.name), context.clock())
    subject = f"person/{row.id}/{context.clock()}"
    outbox.put_to_all(context, connection, organisation, letter, kind="person", subject_of=subject)


def told(connection: Connection, row: Row[Any]) -> PersonTold:
    """Somebody, as every device may know them."""
    wanted = select(passkeys).where(passkeys.c.person == row.id).order_by(passkeys.c.added, passkeys.c.id)
    keys = [
        PasskeyTold(
            each.id, each.name, rfc3339(each.added), None if each.used is None else rfc3339(each.used)
        )
        for each in connection.execute(wanted)
    ]
    return PersonTold(row.id, row.name, row.role, state_of(row), keys)


def _forget_secrets(connection: Connection, row: Row[Any]) -> None:
    connection.execute(delete(passkeys).where(passkeys.c.person == row.id))
    connection.execute(delete(recovery).where(recovery.c.person == row.id))
    connection.execute(delete(proofs).where(proofs.c.person == row.id))
    connection.execute(delete(sign_ins).where(sign_ins.c.person == row.id))
    connection.execute(delete(telephone_asks).where(telephone_asks.c.person == row.id))
    connection.execute(delete(attempts).where(attempts.c.whom == of_person(row.organisation, row.mail)))


def _until(context: Context) -> int:
    return context.clock() + _INVITED_SECONDS * SECOND


def _by_mail(connection: Connection, organisation: str, mail: str) -> Row[Any] | None:
    of_it = (people.c.organisation == organisation) & (people.c.mail == mail)
    return connection.execute(select(people).where(of_it)).first()


def _invited(context: Context, connection: Connection, organisation: str, invitation: str) -> Row[Any]:
    of_it = people.c.invitation == hashed(core.plain(invitation))
    row = connection.execute(select(people).where(of_it, people.c.organisation == organisation)).first()
    if row is None or (row.confirmed is None and row.invited_until <= context.clock()):
        raise Problem("invitation_unknown")
    return row


def _wanted(connection: Connection, organisation: str, wanted: str) -> Row[Any]:
    """By id or address."""
    of_it = (people.c.id == wanted) | (people.c.mail == wanted.strip().lower())
    row = connection.execute(select(people).where(of_it, people.c.organisation == organisation)).first()
    if row is None:
        raise Problem("person_unknown")
    return row
