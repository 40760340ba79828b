"""A person shows in a browser who they are, at a provider or by a passkey (see `passkeys`), for one action of
one device.

The device hears the result at a port of its own on loopback, as a code that is worth something to it alone:
it has the session, and the verifier (RFC 7636) that it began with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core.people import NewPasskey, Proof, SignedIn, SignIn, SignInBegun
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import SECOND
from ..database.people import people, sign_ins
from ..database.tables import devices
from . import audit, proving
from .access import Caller, concerning
from .audit import Actor
from .authenticators import Passkeys
from .context import Context
from .provider import Provider

_SECONDS: Final = 300
Kind = Literal["provider", "passkey", "new_passkey"]


class Onward(NamedTuple):
    """Where the browser goes, with which cookie."""

    url: str
    cookie: str = ""


def begin(context: Context, caller: Caller, given: SignIn) -> SignInBegun:
    """For a challenge, which it uses up. Raises Problem("challenge_unknown"), ("provider_none"),
    ("passkeys_none")."""
    if given.by == "passkey":
        address = known_passkeys(context).address
    else:
        address = _provider(context).settings.address
    asked = proving.used_up(context, caller, given.challenge)
    with context.database.write() as connection:
        kept = {"kind": given.by, "action": asked.action, "digest": asked.digest}
        return opened(context, connection, caller, address, given, kept)


def opened(
    context: Context,
    connection: Connection,
    caller: Caller,
    address: str,
    given: SignIn | NewPasskey,
    kept: dict[str, str],
) -> SignInBegun:
    """A page at this `address` of the host, for one browser, once."""
    token, now = context.random(32).hex(), context.clock()
    connection.execute(delete(sign_ins).where(sign_ins.c.expires <= now))
    connection.execute(
        insert(sign_ins).values(
            hash=hashed(token),
            device=caller.device.id,
            port=given.port,
            verifier=given.code_challenge,
            expires=now + _SECONDS * SECOND,
            **kept,
        )
    )
    return SignInBegun(address.rstrip("/") + f"/v1/sign-in/{token}", _SECONDS)


def kind_of(context: Context, token: str) -> Kind:
    """What a browser that comes with it is there for. Raises Problem("sign_in_unknown")."""
    with context.database.read() as connection:
        row = connection.execute(select(sign_ins.c.kind).where(sign_ins.c.hash == hashed(token))).first()
    if row is None:
        raise Problem("sign_in_unknown")
    kind: Kind = row.kind
    return kind


def start(context: Context, token: str) -> Onward:
    """A browser comes with what the device was told: once. Raises Problem("sign_in_unknown")."""
    provider = _provider(context)
    state, nonce = (secrets.token_urlsafe(32) for _ in range(2))
    verifier = secrets.token_urlsafe(48)
    url = provider.begin(state, nonce, _s256(verifier))
    with context.database.write() as connection:
        kept: dict[str, str | bytes] = {"state": hashed(state), "nonce": nonce, "provider_verifier": verifier}
        return Onward(url, begun(context, connection, token, "provider", kept))


def begun(
    context: Context, connection: Connection, token: str, kind: Kind, kept: dict[str, str | bytes]
) -> str:
    """The cookie of the one browser that may go on. Raises Problem("sign_in_unknown"): or one did before."""
    cookie = secrets.token_urlsafe(32)
    fresh = (
        (sign_ins.c.hash == hashed(token))
        & (sign_ins.c.kind == kind)
        & sign_ins.c.cookie.is_(None)
        & (sign_ins.c.expires > context.clock())
    )
    values = {**kept, "cookie": hashed(cookie)}
    if not connection.execute(update(sign_ins).where(fresh).values(values)).rowcount:
        raise Problem("sign_in_unknown")
    return cookie


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
        return Onward(loopback(row, "", "refused"))
    identity, id_token = provider.who(code, str(row.provider_verifier), str(row.nonce))
    with context.database.write() as connection:
        device = connection.execute(select(devices).where(devices.c.id == row.device)).one()
        mine = (people.c.organisation == device.organisation) & (people.c.national_id == identity)
        person = connection.execute(select(people).where(mine, people.c.confirmed.is_not(None))).first()
        if person is None:
            note_refused(context, connection, device)
        else:
            connection.execute(update(sign_ins).where(sign_ins.c.hash == row.hash).values(person=person.id))
    # The provider's session ends at once: nobody else at this machine is this person a minute later.
    out = provider.end(id_token, secrets.token_urlsafe(16))
    return Onward(out or loopback(row, made, ""), made)


def done(context: Context, cookie: str) -> Onward:
    """The provider's session is over. Raises Problem("sign_in_unknown")."""
    with context.database.read() as connection:
        row = connection.execute(select(sign_ins).where(sign_ins.c.code == hashed(cookie))).first()
    if row is None or row.expires <= context.clock():
        raise Problem("sign_in_unknown")
    return Onward(loopback(row, cookie, "") if row.person is not None else loopback(row, "", "unknown"))


def prove(context: Context, caller: Caller, given: SignedIn) -> Proof:
    """The device comes with the code, once. Raises Problem("sign_in_unknown"), ("person_refused")."""
    with concerning(caller.organisation.id):
        row = redeemed(context, caller, given, ("provider", "passkey"))
        with context.database.write() as connection:
            person = still_there(connection, caller, row)
            if row.kind == "passkey":
                method = ["passkey"]
            else:
                method = ["provider", _provider(context).settings.acr]
            return proving.made(context, connection, caller, person, row, method)


def redeemed(context: Context, caller: Caller, given: SignedIn, kinds: Sequence[Kind]) -> Row[Any]:
    """What a code stands for; it is used up, whatever comes of it. Raises Problem("sign_in_unknown")."""
    with context.database.write() as connection:
        mine = (sign_ins.c.code == hashed(given.code)) & (sign_ins.c.device == caller.device.id)
        row = connection.execute(select(sign_ins).where(mine, sign_ins.c.expires > context.clock())).first()
        used = row is not None and connection.execute(delete(sign_ins).where(mine)).rowcount
    if row is None or not used or row.kind not in kinds:
        raise Problem("sign_in_unknown")
    if not hmac.compare_digest(str(row.verifier), _s256(given.code_verifier)):
        raise Problem("sign_in_unknown")
    return row


def still_there(connection: Connection, caller: Caller, row: Row[Any]) -> Row[Any]:
    """The person of a sign-in, still one of the organisation's. Raises Problem("person_refused")."""
    here = (people.c.id == row.person) & (people.c.organisation == caller.organisation.id)
    person = connection.execute(select(people).where(here, people.c.confirmed.is_not(None))).first()
    if person is None:
        raise Problem("person_refused")
    return person


def _provider(context: Context) -> Provider:
    if context.provider is None:
        raise Problem("provider_none")
    return context.provider


def known_passkeys(context: Context) -> Passkeys:
    """What checks them. Raises Problem("passkeys_none")."""
    if context.passkeys is None:
        raise Problem("passkeys_none")
    return context.passkeys


def note_refused(context: Context, connection: Connection, device: Row[Any]) -> None:
    """Somebody who is none of the organisation's people tried."""
    actor = Actor(f"device:{device.id}", "sign-in")
    audit.note(context, connection, device.organisation, actor, "sign_in", "person_refused")


def loopback(row: Row[Any], code: str, error: str) -> str:
    """Always this very machine, at the port that the device named."""
    told = f"code={code}" if code else f"error={error}"
    return f"http://127.0.0.1:{int(row.port)}/?{told}"


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
