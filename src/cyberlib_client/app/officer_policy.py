"""Escrow policies as officers make and sign them, each on their own machine, by files handed around."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import IntegrityError, UsageError
from ..core.escrow.officer_card import check_own, fingerprint, read_card
from ..core.escrow.officer_key import read_officer
from ..core.escrow.policy import (
    Officer,
    Policy,
    PolicyBody,
    check_succeeds,
    groups,
    has_signed,
    indispensable,
    read_policy,
    read_proposal,
    sign_policy,
)
from ..core.escrow.policy import (
    propose as propose_policy,
)
from ..core.escrow.signing import Signed, split
from ..core.kit import grouped
from . import escrow_files
from .officer import OfficerPrompt, opened
from .paths import shown_native
from .workplace import Workplace


class PolicyOfficer(msgspec.Struct, frozen=True):
    """One of a policy's officers. `fingerprint`: of their card. `indispensable`: in every group."""

    id: str
    name: str
    organisation: str
    fingerprint: str
    signed: bool
    indispensable: bool


class PolicyShown(msgspec.Struct, frozen=True):
    """A policy as far as it is signed. `groups`: who opens together, by id. `former_signed`: of a successor
    whose former policy was given, whether a group of the former officers agreed; else None."""

    file: str
    host: str
    number: int
    needed: int
    fingerprint: str
    complete: bool
    officers: list[PolicyOfficer]
    groups: list[list[str]]
    former: str
    former_signed: bool | None


def propose(path: str, cards: list[str], *, needed: int, host: str | None, after: str | None) -> PolicyShown:
    """A policy that nobody signed yet, in a new file. `host`: that of the former one where there is one.

    Raises UsageError("escrow_host_missing"), as `core.escrow.policy.propose`, `escrow_files.read`.
    """
    escrow_files.check_free(path)
    officers = [escrow_files.read(card, read_card).officer for card in cards]
    former = _former(after)
    if former is not None:
        host, number, digest = host or former.body.host, former.body.number + 1, former.digest.hex()
    else:
        number, digest = 1, ""
    if host is None:
        raise UsageError("escrow_host_missing")
    proposal = propose_policy(host, number, digest, needed, officers)
    escrow_files.write_new(path, proposal.write(), secret=False)
    return _shown(path, proposal, former)


def show(path: str, after: str | None) -> PolicyShown:
    """What a policy says, and who has signed it. Raises as `escrow_files.read`, `read_policy`,
    `check_succeeds` once every officer signed."""
    signed, former = escrow_files.read(path, _proposal), _former(after)
    return _shown(path, signed, former)


class Signing:
    """A policy about to be signed: read once, so that what was shown is what is signed."""

    def __init__(self, path: str, key: str, after: str | None) -> None:
        """Whether the policy, or its former one, names this key is told before its passphrase is asked for.

        Raises as `escrow_files.read`, `core.escrow.officer_card.check_own`,
        IntegrityError("escrow_policy_no_successor", reason=…)."""
        self._path, self._key, self._former = path, key, _former(after)
        self._signed = escrow_files.read(path, _proposal)
        _check_named(self._signed, escrow_files.read(key, read_officer), self._former)

    @property
    def shown(self) -> PolicyShown:
        """What is to be signed."""
        return _shown(self._path, self._signed, self._former)

    def sign(self, work: Workplace, prompt: OfficerPrompt) -> PolicyShown:
        """Adds the signature to the file. Raises as `officer.opened`, `escrow_files.write_over`."""
        keys = opened(work, prompt, self._key)
        _check_named(self._signed, keys.officer, self._former)
        both = sign_policy(self._signed, keys.signing)
        escrow_files.write_over(self._path, both.write(), secret=False)
        return _shown(self._path, both, self._former)


def _former(path: str | None) -> Policy | None:
    return None if path is None else escrow_files.read(path, read_policy)


def _proposal(data: bytes) -> Signed:
    signed = split(data)
    read_proposal(signed)
    return signed


def _check_named(signed: Signed, own: Officer, former: Policy | None) -> None:
    body = read_proposal(signed)
    officers = list(body.officers)
    if former is not None:
        _check_follows(signed, body, former)
        officers += [each for each in former.body.officers if each.id not in {o.id for o in officers}]
    same_id = [each for each in officers if each.id == own.id]
    if not same_id:
        raise UsageError("escrow_not_your_policy", officer=own.id)
    check_own(same_id[0], own)


def _check_follows(signed: Signed, body: PolicyBody, former: Policy) -> bool:
    """Whether enough of the former officers signed. Raises as `check_succeeds` for all else."""
    try:
        check_succeeds(Policy(body, signed.digest, signed), former)
    except IntegrityError as error:
        if error.facts.get("reason") != "successor_unsigned":
            raise
        return False
    return True


def _shown(path: str, signed: Signed, former: Policy | None) -> PolicyShown:
    body = read_proposal(signed)
    ids, alone = [each.id for each in body.officers], indispensable(body)
    officers = [
        PolicyOfficer(
            each.id,
            each.name,
            each.organisation,
            fingerprint(each),
            has_signed(signed, each),
            each in alone,
        )
        for each in body.officers
    ]
    followed = None if former is None else _check_follows(signed, body, former)
    return PolicyShown(
        file=shown_native(os.path.abspath(path)),
        host=body.host,
        number=body.number,
        needed=body.needed,
        fingerprint=grouped(signed.digest),
        complete=all(each.signed for each in officers) and followed is not False,
        officers=officers,
        groups=[[ids[place] for place in group] for group in groups(body)],
        former=grouped(bytes.fromhex(body.former)) if body.former else "",
        former_signed=followed,
    )
