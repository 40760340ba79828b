"""Who the officers are, and how many of them it takes: a document that all of them signed.

The host hands it out and can change nothing in it. A customer's device names its digest in the consent it
signs and the kit prints the digest's fingerprint, so another policy, an officer more or a key exchanged is
another policy, to which nothing was entrusted.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import IntegrityError, UsageError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..kit import grouped
from .sealing import is_public_key
from .signing import Signed, split, unsigned

MOST_OFFICERS: Final = 5
LEAST_NEEDED: Final = 2
_LONGEST: Final = 100
_SIGN: Final = b"cyberlib/v1/escrow policy\n"


class Officer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who holds parts. `id`: short, for files and commands. `sealing`: the public key to which parts are
    sealed, `signing`: that of the officer's word (Ed25519), in hex."""

    id: str
    name: str
    organisation: str
    sealing: str
    signing: str


class PolicyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the officers sign. `number` counts a host's policies from 1; `former`: the digest of the one
    before, or empty. `needed` officers together open what was entrusted."""

    kind: Literal["cyberlib escrow policy"]
    version: Literal[1]
    host: str
    number: int
    former: str
    needed: int
    officers: list[Officer]


class Policy(NamedTuple):
    """A policy that every officer in it signed."""

    body: PolicyBody
    digest: bytes
    signed: Signed

    @property
    def fingerprint(self) -> str:
        """As people compare it: six groups of four digits."""
        return grouped(self.digest)

    def officer(self, officer_id: str) -> Officer:
        """UsageError("escrow_officer_unknown")."""
        for officer in self.body.officers:
            if officer.id == officer_id:
                return officer
        raise UsageError("escrow_officer_unknown", officer=officer_id)


_decoder = msgspec.json.Decoder(PolicyBody)


def propose(host: str, number: int, former: str, needed: int, officers: list[Officer]) -> Signed:
    """A policy that nobody signed yet. Raises as `read_policy`, but for signatures."""
    body = PolicyBody("cyberlib escrow policy", 1, host, number, former, needed, officers)
    _check(body)
    return unsigned(body)


def sign_policy(signed: Signed, key: Ed25519PrivateKey) -> Signed:
    """With an officer's signature."""
    return signed.signed_with(key, _SIGN)


def read_policy(data: bytes) -> Policy:
    """A policy that holds.

    Raises IntegrityError("escrow_malformed"), ("escrow_policy_bad", reason=…): "policy_number", …_needed,
    …_text, …_officers (too few, too many), …_twice (an id or key), …_organisations (one alone would open it,
    or somebody is of no use), …_key; ("escrow_policy_unsigned", officer=…).
    """
    signed = split(data)
    body = read_proposal(signed)
    for officer in body.officers:
        if not has_signed(signed, officer):
            raise IntegrityError("escrow_policy_unsigned", officer=officer.id)
    return Policy(body, signed.digest, signed)


def has_signed(signed: Signed, officer: Officer) -> bool:
    """Whether an officer's word stands under a policy."""
    return signed.is_signed_by(officer.signing, _SIGN)


def is_officer(officer: Officer) -> bool:
    """Whether an officer could stand in a policy: texts that can be read, keys that are keys."""
    texts = (officer.id, officer.name, officer.organisation)
    return all(is_text(text) for text in texts) and _are_keys(officer)


def is_text(text: str) -> bool:
    """Whether a policy may hold this name."""
    return text.isprintable() and 0 < len(text.strip()) <= _LONGEST


def read_proposal(signed: Signed) -> PolicyBody:
    """What a policy says that not everybody has signed yet. Raises as `read_policy`."""
    try:
        body = _decoder.decode(signed.body)
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    _check(body)
    return body


def check_succeeds(new: Policy, old: Policy) -> None:
    """Whether officers who could open what the old one holds agreed to the new one.

    Raises IntegrityError("escrow_policy_no_successor", reason=…): "successor_host",
    …_former, …_number, …_unsigned.
    """
    reasons = {
        "successor_host": new.body.host == old.body.host,
        "successor_former": new.body.former == old.digest.hex(),
        "successor_number": new.body.number == old.body.number + 1,
        "successor_unsigned": any(
            all(has_signed(new.signed, old.body.officers[place]) for place in group)
            for group in groups(old.body)
        ),
    }
    for reason, holds in reasons.items():
        if not holds:
            raise IntegrityError("escrow_policy_no_successor", reason=reason)


def groups(body: PolicyBody) -> list[tuple[int, ...]]:
    """Every set of officers that opens what was entrusted, by their places from 0: as many as it takes, of at
    least two organisations."""
    names = [_same_name(officer.organisation) for officer in body.officers]
    places = range(len(body.officers))
    return [
        group for group in combinations(places, body.needed) if len({names[place] for place in group}) > 1
    ]


def indispensable(body: PolicyBody) -> list[Officer]:
    """Officers without whom nothing opens: whoever proposes or agrees to a policy is to know them."""
    found = groups(body)
    return [officer for place, officer in enumerate(body.officers) if all(place in group for group in found)]


def _check(body: PolicyBody) -> None:
    """IntegrityError("escrow_policy_bad", reason=…)."""
    officers = body.officers
    keys = [key for officer in officers for key in (officer.sealing, officer.signing)]
    texts = [body.host, *(text for o in officers for text in (o.id, o.name, o.organisation))]
    ids = [_same_name(officer.id) for officer in officers]
    reasons = {
        "policy_number": 1 <= body.number <= 1_000_000 and (body.number == 1) == (body.former == ""),
        "policy_officers": LEAST_NEEDED <= len(officers) <= MOST_OFFICERS,
        "policy_needed": LEAST_NEEDED <= body.needed <= len(officers),
        "policy_text": all(is_text(text) for text in texts),
        "policy_twice": len(set(keys)) == len(keys) and len(set(ids)) == len(ids),
        "policy_key": all(_are_keys(officer) for officer in officers) and _is_digest(body.former),
    }
    for reason, holds in reasons.items():
        if not holds:
            raise IntegrityError("escrow_policy_bad", reason=reason)
    # Each officer must be of use, and no organisation may open a vault by itself.
    if {place for group in groups(body) for place in group} != set(range(len(officers))):
        raise IntegrityError("escrow_policy_bad", reason="policy_organisations")


def _are_keys(officer: Officer) -> bool:
    try:
        return is_public_key(from_hex(officer.sealing)) and len(from_hex(officer.signing)) == 32
    except ValueError:
        return False


def _is_digest(text: str) -> bool:
    try:
        return not text or len(from_hex(text)) == 32
    except ValueError:
        return False


def _same_name(text: str) -> str:
    return " ".join(text.casefold().split())
