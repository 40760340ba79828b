"""Passkeys of people: added by who proved who they are, used on a page of the host's own, removed."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..core.people import Action, NewPasskey, PasskeyTold, PersonTold, SignedIn, SignInBegun, digest_of
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import rfc3339
from ..database.people import passkeys, people, proofs, sign_ins
from ..database.tables import devices, organisations
from . import audit, proving
from . import sign_ins as pages
from .access import Caller, concerning
from .authenticators import AskedOfBrowser
from .context import Context
from .people import tell, told

_MOST: Final = 10
_COUNTER_BYTES: Final = 4


class Page(NamedTuple):
    """What somebody in front of a browser is told, and what the browser is asked."""

    new: bool
    action: Action
    device: str
    organisation: str
    name: str
    options: str
    cookie: str


def begin(context: Context, caller: Caller, given: NewPasskey) -> SignInBegun:
    """For whoever gave the proof. Raises Problem("passkeys_none"), ("bad_name"), ("passkeys_many"), and what
    `proving.require` raises."""
    address, name = pages.known_passkeys(context).address, given.name.strip()
    if not name or not name.isprintable():
        raise Problem("bad_name", most=100)
    with context.database.write() as connection, concerning(caller.organisation.id):
        person = proving.require(context, connection, caller, "passkey_add", name)
        assert person is not None, "always asked for"
        _check_room(connection, str(person.id))
        kept = {
            "kind": "new_passkey", "action": "passkey_add", "digest": digest_of("passkey_add", name),
            "name": name, "person": str(person.id),
        }  # fmt: skip
        return pages.opened(context, connection, caller, address, given, kept)


def show(context: Context, token: str) -> Page:
    """A browser comes with what the device was told: once. Raises Problem("sign_in_unknown"),
    ("passkeys_none")."""
    asks = pages.known_passkeys(context)
    with context.database.write() as connection:
        row = connection.execute(select(sign_ins).where(sign_ins.c.hash == hashed(token))).first()
        if row is None or row.kind == "provider":
            raise Problem("sign_in_unknown")
        if row.kind == "new_passkey":
            person = connection.execute(select(people).where(people.c.id == row.person)).one()
            known = [bytes(each.key) for each in of_person(connection, person.id)]
            asked = asks.to_make(str(person.id), str(person.mail), str(person.name), known)
        else:
            asked = asks.to_use()
        cookie = pages.begun(context, connection, token, row.kind, {"nonce": asked.challenge})
        return _page(connection, row, asked, cookie)


def answered(context: Context, cookie: str, answer: dict[str, Any]) -> str:
    """Where the browser goes with what its authenticator said, once. Raises Problem("sign_in_unknown")."""
    asks, made = pages.known_passkeys(context), context.random(32).hex()
    mine = (
        (sign_ins.c.cookie == hashed(cookie))
        & sign_ins.c.kind.in_(("passkey", "new_passkey"))
        & sign_ins.c.code.is_(None)
        & (sign_ins.c.expires > context.clock())
    )
    with context.database.write() as connection:
        row = connection.execute(select(sign_ins).where(mine)).first()
        if row is None:
            raise Problem("sign_in_unknown")
        if not connection.execute(update(sign_ins).where(mine).values(code=hashed(made))).rowcount:
            raise Problem("sign_in_unknown")
        try:
            if row.kind == "new_passkey":
                key = asks.made(str(row.nonce), answer)
                kept: dict[str, object] = {"key": key.counter.to_bytes(_COUNTER_BYTES) + key.mark + key.key}
            else:
                kept = {"person": _used(context, connection, row, answer)}
        except ValueError:
            device = connection.execute(select(devices).where(devices.c.id == row.device)).one()
            pages.note_refused(context, connection, device)
            return pages.loopback(row, "", "refused")
        connection.execute(update(sign_ins).where(sign_ins.c.hash == row.hash).values(kept))
    return pages.loopback(row, made, "")


def added(context: Context, caller: Caller, given: SignedIn) -> PasskeyTold:
    """The device comes with the code: from now on it counts, and all contacts are told.

    Raises Problem("sign_in_unknown"), ("person_refused"), ("passkeys_many").
    """
    organisation = str(caller.organisation.id)
    with concerning(organisation):
        row = pages.redeemed(context, caller, given, ("new_passkey",))
        with context.database.write() as connection:
            person = pages.still_there(connection, caller, row)
            _check_room(connection, str(person.id))
            kept = bytes(row.key or b"")
            mark = kept[_COUNTER_BYTES : _COUNTER_BYTES + 32]
            known = connection.execute(select(passkeys.c.id).where(passkeys.c.hash == mark)).first()
            if not kept or known is not None:
                raise Problem("sign_in_unknown")
            ident, now = context.random(16).hex(), context.clock()
            connection.execute(
                insert(passkeys).values(
                    id=ident,
                    person=person.id,
                    name=row.name,
                    hash=mark,
                    key=kept[_COUNTER_BYTES + 32 :],
                    counter=int.from_bytes(kept[:_COUNTER_BYTES]),
                    added=now,
                )
            )
            audit.note(
                context, connection, organisation, caller.actor, "passkey_added",
                person=person.id, passkey=ident,
            )  # fmt: skip
            tell(context, connection, organisation, "passkey_added", person, str(caller.device.name))
            return PasskeyTold(ident, str(row.name), rfc3339(now), None)


def remove(context: Context, caller: Caller, ident: str) -> PersonTold:
    """By its person, or a holder; what is left of that person. What they proved and did not use yet no longer
    counts.

    Raises Problem("passkey_unknown"), ("not_a_holder"), and what `proving.require` raises.
    """
    organisation = str(caller.organisation.id)
    with context.database.write() as connection, concerning(organisation):
        mine = (passkeys.c.id == ident) & (people.c.organisation == organisation)
        of_it = select(passkeys.c.id, passkeys.c.person).join(people, people.c.id == passkeys.c.person)
        row = connection.execute(of_it.where(mine)).first()
        if row is None:
            raise Problem("passkey_unknown")
        by = proving.require(context, connection, caller, "passkey_remove", ident)
        assert by is not None, "always asked for"
        if by.id != row.person and by.role != "holder":
            raise Problem("not_a_holder")
        connection.execute(delete(passkeys).where(passkeys.c.id == ident))
        connection.execute(delete(sign_ins).where(sign_ins.c.person == row.person))
        connection.execute(delete(proofs).where(proofs.c.person == row.person, proofs.c.used.is_(None)))
        audit.note(
            context, connection, organisation, caller.actor, "passkey_removed",
            person=row.person, passkey=ident, by=by.id,
        )  # fmt: skip
        return told(connection, connection.execute(select(people).where(people.c.id == row.person)).one())


def of_person(connection: Connection, person: str) -> list[Row[Any]]:
    """Oldest first."""
    wanted = select(passkeys).where(passkeys.c.person == person)
    return list(connection.execute(wanted.order_by(passkeys.c.added, passkeys.c.id)).all())


def _used(context: Context, connection: Connection, row: Row[Any], answer: dict[str, Any]) -> str:
    """Whose passkey it was, one of the device's organisation. Raises ValueError."""
    asks = pages.known_passkeys(context)
    wanted = (
        select(passkeys, people.c.organisation, people.c.confirmed)
        .join(people, people.c.id == passkeys.c.person)
        .where(passkeys.c.hash == asks.mark_of(answer))
    )
    key = connection.execute(wanted).first()
    device = connection.execute(select(devices).where(devices.c.id == row.device)).one()
    if key is None or key.organisation != device.organisation or key.confirmed is None:
        raise ValueError("nobody's of this organisation")
    counter = asks.used(str(row.nonce), str(key.person), bytes(key.key), answer)
    # One that counts never counts back: else there are two of it (section 6.1.1).
    newer = (passkeys.c.id == key.id) & ((passkeys.c.counter < counter) | (passkeys.c.counter + counter == 0))
    seen = {"counter": counter, "used": context.clock()}
    if not connection.execute(update(passkeys).where(newer).values(seen)).rowcount:
        raise ValueError("a copy")
    return str(key.person)


def _check_room(connection: Connection, person: str) -> None:
    count = select(func.count()).where(passkeys.c.person == person)
    if connection.execute(count).scalar_one() >= _MOST:
        raise Problem("passkeys_many", most=_MOST)


def _page(connection: Connection, row: Row[Any], asked: AskedOfBrowser, cookie: str) -> Page:
    device = connection.execute(select(devices).where(devices.c.id == row.device)).one()
    about = connection.execute(select(organisations).where(organisations.c.id == device.organisation)).one()
    new, name = row.kind == "new_passkey", str(row.name or "")
    return Page(new, row.action, str(device.name), str(about.name), name, asked.options, cookie)
