"""A person signs in at a provider, in a browser of theirs, for one action of one device.

The device hears the result at a port of its own on loopback, as a code that is worth something to it alone:
it has the session, and the verifier (RFC 7636) that it began with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, delete, insert, select, update

from ..core.people import Proof, SignedIn, SignIn, SignInBegun
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import SECOND
from ..database.people import people, sign_ins
from ..database.tables import devices
from . import audit, proving
from .access import Caller, concerning
from .audit import Actor
from .context import Context
from .provider import Provider

_SECONDS: Final = 300


class Onward(NamedTuple):
    """Where the browser goes, with which cookie."""

    url: str
    cookie: str = ""


def begin(context: Context, caller: Caller, given: SignIn) -> SignInBegun:
    """For a challenge, which it uses up. Raises Problem("challenge_unknown"), ("provider_none")."""
    provider = _provider(context)
    asked = proving.used_up(context, caller, given.challenge)
    token, now = context.random(32).hex(), context.clock()
    with context.database.write() as connection:
        connection.execute(delete(sign_ins).where(sign_ins.c.expires <= now))
        connection.execute(
            insert(sign_ins).values(
                hash=hashed(token),
                device=caller.device.id,
                action=asked.action,
                digest=asked.digest,
                port=given.port,
                verifier=given.code_challenge,
                expires=now + _SECONDS * SECOND,
            )
        )
    url = provider.settings.address.rstrip("/") + f"/v1/sign-in/{token}"
    return SignInBegun(url, _SECONDS)


def start(context: Context, token: str) -> Onward:
    """A browser comes with what the device was told: once. Raises Problem("sign_in_unknown")."""
    provider = _provider(context)
    cookie, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    verifier = secrets.token_urlsafe(48)
    url = provider.begin(state, nonce, _s256(verifier))
    with context.database.write() as connection:
        mine = (
            (sign_ins.c.hash == hashed(token))
            & sign_ins.c.state.is_(None)
            & (sign_ins.c.expires > context.clock())
        )
        values = {
            "state": hashed(state), "cookie": hashed(cookie), "nonce": nonce, "provider_verifier": verifier,
        }  # fmt: skip
        if not connection.execute(update(sign_ins).where(mine).values(values)).rowcount:
            raise Problem("sign_in_unknown")
    return Onward(url, cookie)


def returned(context: Context, state: str, cookie: str, code: str) -> Onward:
    """The browser comes back from the provider, the same that left; without a code somebody said no there.

    Whoever is no person of the organisation is told so at the device. Raises Problem("sign_in_unknown"),
    ("provider_refused"), ("provider_unreachable").
    """
    provider = _provider(context)
    with context.database.write() as connection:
        of_it = sign_ins.c.state == hashed(state)
        row = connection.execute(select(sign_ins).where(of_it)).first()
        if row is None or row.code is not None or row.expires <= context.clock():
            raise Problem("sign_in_unknown")
        if not hmac.compare_digest(row.cookie, hashed(cookie)):
            raise Problem("sign_in_unknown")
        made = context.random(32).hex()
        connection.execute(update(sign_ins).where(of_it).values(code=hashed(made)))
    if not code:
        return Onward(_loopback(row, "", "refused"))
    identity, id_token = provider.who(code, str(row.provider_verifier), str(row.nonce))
    with context.database.write() as connection:
        device = connection.execute(select(devices).where(devices.c.id == row.device)).one()
        mine = (people.c.organisation == device.organisation) & (people.c.national_id == identity)
        person = connection.execute(select(people).where(mine, people.c.confirmed.is_not(None))).first()
        if person is None:
            actor = Actor(f"device:{device.id}", "sign-in")
            audit.note(context, connection, device.organisation, actor, "sign_in", "person_refused")
        else:
            connection.execute(update(sign_ins).where(sign_ins.c.hash == row.hash).values(person=person.id))
    # The provider's session ends at once: nobody else at this machine is this person a minute later.
    out = provider.end(id_token, secrets.token_urlsafe(16))
    return Onward(out or _loopback(row, made, ""), made)


def done(context: Context, cookie: str) -> Onward:
    """The provider's session is over. Raises Problem("sign_in_unknown")."""
    with context.database.read() as connection:
        row = connection.execute(select(sign_ins).where(sign_ins.c.code == hashed(cookie))).first()
    if row is None or row.expires <= context.clock():
        raise Problem("sign_in_unknown")
    return Onward(_loopback(row, cookie, "") if row.person is not None else _loopback(row, "", "unknown"))


def prove(context: Context, caller: Caller, given: SignedIn) -> Proof:
    """The device comes with the code, once. Raises Problem("sign_in_unknown"), ("person_refused")."""
    organisation = str(caller.organisation.id)
    with context.database.write() as connection:
        mine = (sign_ins.c.code == hashed(given.code)) & (sign_ins.c.device == caller.device.id)
        row = connection.execute(select(sign_ins).where(mine, sign_ins.c.expires > context.clock())).first()
        used = row is not None and connection.execute(delete(sign_ins).where(mine)).rowcount
    with concerning(organisation):
        if row is None or not used or not hmac.compare_digest(str(row.verifier), _s256(given.code_verifier)):
            raise Problem("sign_in_unknown")
        with context.database.write() as connection:
            here = (people.c.id == row.person) & (people.c.organisation == organisation)
            person = connection.execute(select(people).where(here, people.c.confirmed.is_not(None))).first()
            if person is None:
                raise Problem("person_refused")
            method = ["provider", _provider(context).settings.acr]
            return proving.made(context, connection, caller, person, row, method)


def _provider(context: Context) -> Provider:
    if context.provider is None:
        raise Problem("provider_none")
    return context.provider


def _loopback(row: Row[Any], code: str, error: str) -> str:
    """Always this very machine, at the port that the device named."""
    told = f"code={code}" if code else f"error={error}"
    return f"http://127.0.0.1:{int(row.port)}/?{told}"


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
