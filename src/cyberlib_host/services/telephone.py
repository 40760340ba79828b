"""A person is asked on their telephone by a provider, for one action of one device (CIBA, poll mode).

The device asks this host how far it is, and this host the provider, never more often than that allows.
Whoever gives up does nothing more: what the telephone says then is heard by nobody.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from ..core.people import Proof, TelephoneAnswer, TelephoneAsked, TelephoneAsking, TelephoneLook
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import SECOND
from ..database.people import people, telephone_asks
from . import attempts, audit, proving
from .access import Caller, concerning
from .context import Context
from .provider import Answered, Provider

_SECONDS: Final = 300
_SLOWER: Final = 5
_PASSING: Final = ("waits", "slow")


def ask(context: Context, caller: Caller, given: TelephoneAsking) -> TelephoneAsked:
    """For a challenge, which it uses up; held back as tries of a password are.

    Raises Problem("challenge_unknown"), ("provider_none"), ("person_wait", seconds=…), ("person_refused"):
    nobody of that address whom the provider knows, ("provider_refused"), ("provider_unreachable").
    """
    provider = _provider(context)
    organisation, mail = str(caller.organisation.id), given.mail.strip().lower()
    with concerning(organisation):
        wanted = proving.used_up(context, caller, given.challenge)
        attempts.count(context, caller, mail)
        with context.database.read() as connection:
            mine = (people.c.organisation == organisation) & (people.c.mail == mail)
            person = connection.execute(select(people).where(mine, people.c.confirmed.is_not(None))).first()
        if person is None or person.national_id is None:
            raise Problem("person_refused")
        message = f"{int.from_bytes(context.random(4)) % 100:02}"
        now = context.clock()
        asked = provider.ask(str(person.national_id), message)
        token, seconds = context.random(32).hex(), min(asked.seconds, _SECONDS)
        with context.database.write() as connection:
            old = (telephone_asks.c.expires <= now) | (telephone_asks.c.device == caller.device.id)
            connection.execute(delete(telephone_asks).where(old))  # of a device the latest counts
            connection.execute(
                insert(telephone_asks).values(
                    hash=hashed(token),
                    device=caller.device.id,
                    action=wanted.action,
                    digest=wanted.digest,
                    person=person.id,
                    request=asked.request,
                    every=asked.every,
                    next=now + asked.every * SECOND,
                    begun=now,
                    expires=now + seconds * SECOND,
                )
            )
            audit.note(
                context, connection, organisation, caller.actor, "telephone_asked",
                person=person.id, action_of=wanted.action,
            )  # fmt: skip
    return TelephoneAsked(token, message, seconds, asked.every)


def look(context: Context, caller: Caller, given: TelephoneLook) -> TelephoneAnswer:
    """How far it is; the proof, once.

    Raises Problem("sign_in_unknown"): another device's, used, too old; ("telephone_refused"): they said no;
    ("provider_refused").
    """
    provider, organisation = _provider(context), str(caller.organisation.id)
    mine = (telephone_asks.c.hash == hashed(given.request)) & (telephone_asks.c.device == caller.device.id)
    now = context.clock()
    with context.database.write() as connection:
        row = connection.execute(select(telephone_asks).where(mine, telephone_asks.c.expires > now)).first()
        if row is None:
            raise Problem("sign_in_unknown")
        later = now + row.every * SECOND
        due = connection.execute(
            update(telephone_asks).where(mine, telephone_asks.c.next <= now).values(next=later)
        ).rowcount
    if not due:
        return TelephoneAnswer(None, max(1, -(-(row.next - now) // SECOND)))
    try:
        found = provider.answered(str(row.request), row.begun / SECOND)
    except Problem as problem:
        if problem.code != "provider_unreachable":
            raise
        found = Answered("slow")  # it may be back before somebody has found their telephone
    if found.state in _PASSING:
        every = row.every + (_SLOWER if found.state == "slow" else 0)
        with context.database.write() as connection:
            connection.execute(
                update(telephone_asks).where(mine).values(every=every, next=now + every * SECOND)
            )
        return TelephoneAnswer(None, every)
    with context.database.write() as connection:
        taken = connection.execute(delete(telephone_asks).where(mine)).rowcount
    with concerning(organisation):
        if not taken or found.state == "late":
            raise Problem("sign_in_unknown")
        if found.state == "no":
            raise Problem("telephone_refused")
        return TelephoneAnswer(_proof(context, caller, row, found.identity), 0)


def _proof(context: Context, caller: Caller, row: Row[Any], identity: str) -> Proof:
    """Of the person who was asked, and of nobody else."""
    organisation = str(caller.organisation.id)
    with context.database.write() as connection:
        here = (people.c.id == row.person) & (people.c.organisation == organisation)
        person = connection.execute(select(people).where(here, people.c.confirmed.is_not(None))).first()
        if person is None or person.national_id != identity:
            raise Problem("person_refused")
        method = ["provider", _provider(context).settings.acr, "telephone"]
        proof = proving.made(context, connection, caller, person, row, method)
    attempts.forget(context, caller, str(person.mail))
    return proof


def _provider(context: Context) -> Provider:
    if context.provider is None or not context.provider.settings.telephone:
        raise Problem("provider_none")
    return context.provider
