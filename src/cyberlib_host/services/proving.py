"""A person proves to be there, for one action of one device; and where the host asks for that."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..core import people as core
from ..core.people import Action, Proof, ProofChallenge, ProofChallengeRequest, ProofDocument, ProofRequest
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import SECOND, rfc3339
from ..database.people import passkeys, people, proof_challenges, proofs, recovery
from . import attempts, audit, secrets_of_people
from .access import Caller, concerning
from .context import Context

_CHALLENGE_SECONDS: Final = 300
_PROOF_SECONDS: Final = 300
_MOST_CHALLENGES: Final = 20


def challenge(context: Context, caller: Caller, given: ProofChallengeRequest) -> ProofChallenge:
    """For one try. The latest of a device count."""
    fresh, now, device = context.random(32).hex(), context.clock(), caller.device.id
    with context.database.write() as connection:
        connection.execute(delete(proof_challenges).where(proof_challenges.c.expires <= now))
        mine = proof_challenges.c.device == device
        if connection.execute(select(func.count()).where(mine)).scalar_one() >= _MOST_CHALLENGES:
            connection.execute(delete(proof_challenges).where(mine))
        connection.execute(
            insert(proof_challenges).values(
                hash=hashed(fresh),
                device=device,
                action=given.action,
                digest=given.digest,
                expires=now + _CHALLENGE_SECONDS * SECOND,
            )
        )
    return ProofChallenge(fresh, _CHALLENGE_SECONDS)


def prove(context: Context, caller: Caller, given: ProofRequest) -> Proof:
    """Password and code of a person of the caller's organisation, for the challenge's action.

    Raises Problem("challenge_unknown"), ("person_wait", seconds=…), and ("person_refused"): nobody of that
    address, another password, a code that is wrong or was used; which of these is told to nobody.
    """
    organisation, mail = str(caller.organisation.id), given.mail.strip().lower()
    with concerning(organisation):
        asked = used_up(context, caller, given.challenge)
        attempts.count(context, caller, mail)
        with context.database.read() as connection:
            mine = (people.c.organisation == organisation) & (people.c.mail == mail)
            person = connection.execute(select(people).where(mine, people.c.confirmed.is_not(None))).first()
        kept = None if person is None or person.password is None else str(person.password)
        if not secrets_of_people.is_password(given.password, kept) or person is None:
            raise Problem("person_refused")
        with context.database.write() as connection:
            person = connection.execute(
                select(people).where(people.c.id == person.id, people.c.password == kept)
            ).first()
            if person is None:  # invited anew, or gone, meanwhile
                raise Problem("person_refused")
            method = use_code(context, connection, person, given.code, recovery_too=True)
            proof = made(context, connection, caller, person, asked, ["password", method])
        attempts.forget(context, caller, mail)
        return proof


def use_code(
    context: Context, connection: Connection, person: Row[Any], code: str, *, recovery_too: bool
) -> str:
    """Of which method a code is; it is used up. Raises Problem("person_refused")."""
    written = code.strip().replace(" ", "")
    if not core.is_of_application(written):
        spent = (recovery.c.person == person.id) & (recovery.c.hash == hashed(core.plain(code)))
        if not recovery_too or not connection.execute(delete(recovery).where(spent)).rowcount:
            raise Problem("person_refused")
        return "recovery"
    secret = secrets_of_people.opened(context, str(person.id), bytes(person.secret or b""))
    step = None if secret is None else core.step_of(secret, written, context.clock())
    if step is None:
        raise Problem("person_refused")
    # Only later ones than the last: a code is good once (RFC 6238, section 5.2), also for two at once.
    newer = (people.c.id == person.id) & (people.c.last_step < step)
    if not connection.execute(update(people).where(newer).values(last_step=step)).rowcount:
        raise Problem("person_refused")
    return "totp"


def asked_for(context: Context, connection: Connection, organisation: str, action: Action) -> bool:
    """Whether a proof is: the host asks for this action, and somebody could give one."""
    if action in core.OF_PASSKEYS and context.passkeys is None:
        return False
    if action in core.ALWAYS:
        return True
    if action not in context.proofs_for:
        return False
    enrolled = (people.c.organisation == organisation) & people.c.enrolled.is_not(None)
    return connection.execute(select(people.c.id).where(enrolled).limit(1)).first() is not None


def require(
    context: Context, connection: Connection, caller: Caller, action: Action, subject: str
) -> Row[Any] | None:
    """Uses the proof up that the request bears, within the caller's transaction; who gave it, None where none
    is asked for.

    Raises Problem("proof_needed", action=…, digest=…), ("proof_not_valid", …): of another device or action,
    used, too old, and ("not_a_holder").
    """
    if not asked_for(context, connection, str(caller.organisation.id), action):
        return None
    digest = core.digest_of(action, subject)
    if caller.proof is None:
        trusts = context.provider
        raise Problem(
            "proof_needed",
            action=action,
            digest=digest,
            provider=trusts is not None,
            telephone=trusts is not None and trusts.settings.telephone,
            passkey=_has_passkeys(context, connection, str(caller.organisation.id)),
        )
    row = connection.execute(select(proofs).where(proofs.c.hash == hashed(caller.proof))).first()
    wanted = (caller.device.id, action, digest)
    if row is None or (row.device, row.action, row.digest) != wanted or row.expires <= context.clock():
        raise Problem("proof_not_valid", action=action, digest=digest)
    unused = (proofs.c.hash == row.hash) & proofs.c.used.is_(None)
    if not connection.execute(update(proofs).where(unused).values(used=context.clock())).rowcount:
        raise Problem("proof_not_valid", action=action, digest=digest)
    person = connection.execute(
        select(people).where(people.c.id == row.person, people.c.confirmed.is_not(None))
    ).first()
    if person is None or person.organisation != caller.organisation.id:
        raise Problem("proof_not_valid", action=action, digest=digest)
    if action in core.HOLDERS_ALONE and person.role != "holder":
        raise Problem("not_a_holder")
    organisation = str(caller.organisation.id)
    audit.note(
        context, connection, organisation, caller.actor, "proof_used", person=person.id, action_of=action
    )
    return person


def _has_passkeys(context: Context, connection: Connection, organisation: str) -> bool:
    if context.passkeys is None:
        return False
    wanted = select(passkeys.c.id).join(people, people.c.id == passkeys.c.person)
    mine = wanted.where(people.c.organisation == organisation, people.c.confirmed.is_not(None))
    return connection.execute(mine.limit(1)).first() is not None


def used_up(context: Context, caller: Caller, given: str) -> Row[Any]:
    """The challenge, whatever comes of it. Raises Problem("challenge_unknown")."""
    with context.database.write() as connection:
        of_it = (
            (proof_challenges.c.hash == hashed(given))
            & (proof_challenges.c.device == caller.device.id)
            & (proof_challenges.c.expires > context.clock())
        )
        row = connection.execute(select(proof_challenges).where(of_it)).first()
        if row is not None and connection.execute(delete(proof_challenges).where(of_it)).rowcount:
            return row
    raise Problem("challenge_unknown")


def made(
    context: Context,
    connection: Connection,
    caller: Caller,
    person: Row[Any],
    asked: Row[Any],
    method: list[str],
) -> Proof:
    """A proof of a person who was found to be there, for what `asked` says."""
    token, now = context.random(32).hex(), context.clock()
    until = now + _PROOF_SECONDS * SECOND
    mark = hashed(token)
    connection.execute(delete(proofs).where(proofs.c.expires <= now))
    connection.execute(
        insert(proofs).values(
            hash=mark,
            person=person.id,
            device=caller.device.id,
            action=asked.action,
            digest=asked.digest,
            expires=until,
        )
    )
    organisation = str(caller.organisation.id)
    audit.note(
        context, connection, organisation, caller.actor, "proof_given",
        person=person.id, action_of=asked.action, method="+".join(method),
    )  # fmt: skip
    document = msgspec.json.encode(
        ProofDocument(
            kind="cyberlib proof",
            version=1,
            id=mark.hex()[:32],
            organisation=organisation,
            device=str(caller.device.id),
            person=person.id,
            name=person.name,
            role=person.role,
            method=method,
            action=asked.action,
            digest=asked.digest,
            time=rfc3339(now),
            expires=rfc3339(until),
        )
    )
    left = select(func.count()).where(recovery.c.person == person.id)
    return Proof(
        token=token,
        document=document.decode(),
        signature=context.key.sign(core.proof_message(document)).hex(),
        expires_in=_PROOF_SECONDS,
        recovery_codes_left=connection.execute(left).scalar_one(),
    )
