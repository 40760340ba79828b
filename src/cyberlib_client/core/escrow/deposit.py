"""What is entrusted: the secret of a vault's escrow slot, in parts.

For every group of officers that suffices (`policy.groups`) the secret is the XOR of as many parts as the
group has officers, all but one of them random: whoever lacks one part knows nothing (a one-time pad). Each
part is sealed to its officer and says by `info` for which vault, slot, policy, group and officer it is.
`commitment` lets the machine that puts parts together name the officer whose part is not the one entrusted.

It is no part of the root secret itself: without the vault's slot table the officers hold nothing, and leaving
takes the slot out as any other.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec

from ..crypto import KEY_SIZE, same, sha256
from ..errors import IntegrityError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..ports import Random
from .policy import Policy, groups
from .sealing import OVERHEAD, SealingKey, seal
from .signing import LARGEST

_PART: Final = b"cyberlib/v1/escrow part\n"
_COMMITMENT: Final = b"cyberlib/v1/escrow commitment\n"
_COMMITMENT_SIZE: Final = 32
SEALED_SIZE: Final = KEY_SIZE + OVERHEAD


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part. `group`: the ids of the officers who open it together, in the policy's order; `officer`: the
    one it is sealed to. `commitment` and `sealed` in hex."""

    group: list[str]
    officer: str
    commitment: str
    sealed: str


class DepositBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All parts of one secret. `vault`, `slot`: ids; `policy`: the policy's digest; in hex."""

    kind: Literal["cyberlib escrow deposit"]
    version: Literal[1]
    vault: str
    slot: str
    policy: str
    parts: list[Part]


class Deposit(NamedTuple):
    """A deposit with a part for each officer of each group of its policy, and no other."""

    body: DepositBody
    data: bytes

    @property
    def digest(self) -> bytes:
        """What a consent names it by."""
        return sha256(self.data)

    def parts_of(self, officer: str) -> list[Part]:
        """Those sealed to one officer."""
        return [part for part in self.body.parts if part.officer == officer]


_decoder = msgspec.json.Decoder(DepositBody)


def entrust(secret: bytes, *, vault: bytes, slot: bytes, policy: Policy, random: Random) -> Deposit:
    """Splits 32 bytes among the officers of a policy and seals each part. ValueError for another size."""
    if len(secret) != KEY_SIZE:
        raise ValueError("a secret to entrust has 32 bytes")
    officers = policy.body.officers
    parts = []
    for group in groups(policy.body):
        ids = [officers[place].id for place in group]
        plain = [random(KEY_SIZE) for _ in group[1:]]
        plain.append(joined([secret, *plain]))
        for place, part in zip(group, plain, strict=True):
            officer = officers[place]
            info = part_info(vault, slot, policy.digest, ids, officer.id)
            sealed = seal(bytes.fromhex(officer.sealing), part, info)
            parts.append(Part(ids, officer.id, commitment(info, part).hex(), sealed.hex()))
    body = DepositBody("cyberlib escrow deposit", 1, vault.hex(), slot.hex(), policy.digest.hex(), parts)
    return Deposit(body, msgspec.json.encode(body))


def read_deposit(data: bytes, policy: Policy) -> Deposit:
    """A deposit under this policy.

    Raises IntegrityError("escrow_malformed"), ("escrow_other_policy"), ("escrow_parts_wrong") when a part
    lacks, stands twice, or is none of the policy's.
    """
    try:
        if len(data) > LARGEST:
            raise ValueError("too large")
        body = _decoder.decode(data)
        sizes = {(len(from_hex(part.commitment)), len(from_hex(part.sealed))) for part in body.parts}
        ids = (len(from_hex(body.vault)), len(from_hex(body.slot)))
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    if sizes != {(_COMMITMENT_SIZE, SEALED_SIZE)} or ids != (16, 8):
        raise IntegrityError("escrow_malformed")
    if body.policy != policy.digest.hex():
        raise IntegrityError("escrow_other_policy")
    officers = [officer.id for officer in policy.body.officers]
    wanted = [
        ([officers[other] for other in group], officers[place])
        for group in groups(policy.body)
        for place in group
    ]
    if [(part.group, part.officer) for part in body.parts] != wanted:
        raise IntegrityError("escrow_parts_wrong")
    return Deposit(body, data)


def open_part(part: Part, body: DepositBody, key: SealingKey) -> bytes:
    """An officer's part in clear, 32 bytes.

    Raises IntegrityError("escrow_part_wrong", officer=…): sealed to another key or for another vault, slot,
    policy or group; altered; not the one that was entrusted.
    """
    info = info_of(part, body)
    try:
        plain = key.unseal(bytes.fromhex(part.sealed), info)
    except IntegrityError:
        raise IntegrityError("escrow_part_wrong", officer=part.officer) from None
    check_part(part, body, plain)
    return plain


def check_part(part: Part, body: DepositBody, plain: bytes) -> None:
    """IntegrityError("escrow_part_wrong", officer=…) unless these bytes are what was entrusted."""
    told = bytes.fromhex(part.commitment)
    if len(plain) != KEY_SIZE or not same(commitment(info_of(part, body), plain), told):
        raise IntegrityError("escrow_part_wrong", officer=part.officer)


def joined(parts: list[bytes]) -> bytes:
    """The XOR of parts of 32 bytes."""
    total = 0
    for part in parts:
        total ^= int.from_bytes(part)
    return total.to_bytes(KEY_SIZE)


def info_of(part: Part, body: DepositBody) -> bytes:
    """For what a part of this deposit is sealed."""
    vault, slot, policy = (bytes.fromhex(text) for text in (body.vault, body.slot, body.policy))
    return part_info(vault, slot, policy, part.group, part.officer)


def part_info(vault: bytes, slot: bytes, policy: bytes, group: list[str], officer: str) -> bytes:
    """`vault` 16 bytes, `slot` 8, `policy` 32; names as JSON, which tells them apart whatever they hold."""
    return _PART + vault + slot + policy + msgspec.json.encode([group, officer])


def commitment(info: bytes, part: bytes) -> bytes:
    """32 bytes that say nothing of a part (it is random, 32 bytes) and fit no other one."""
    return sha256(_COMMITMENT, sha256(info), part)
