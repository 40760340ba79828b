"""What a device says of objects: that they may go, that they stay after all, that they are being deleted.

A signed record (magic "CLBR", see `signed`): `body` is msgpack of `Retirement`, the purpose of its signature
`cyberlib/v1/retirement`. No record changes another: what holds follows from all of them, in whatever order
they were written (docs/format/retired.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import IntegrityError
from ..ids import NAME_SIZE, digest_of
from ..keys import VaultKeys
from ..ports import Buffer
from .header import RETIREMENT
from .malformed import MALFORMED
from .signed import DEVICE_ID_SIZE, Device, check_signed, open_signed, parts, seal_signed

RETIRE: Final = "retire"
REVIVE: Final = "revive"
PURGE: Final = "purge"
SPARE: Final = "spare"
FREEZE: Final = "freeze"
THAW: Final = "thaw"
REFUSED: Final = "refused"
ERASED: Final = "erased"
LIFTED: Final = "lifted"
POLICY: Final = "policy"

LONGEST_QUARANTINE: Final = 366
"""Days that a record can promise; more count as these."""

_SIGN: Final = b"cyberlib/v1/retirement"


class Rules(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long snapshots are kept, see `core.retention.Policy`. `preset`: where the numbers come from."""

    preset: str = ""
    last: int = 0
    within: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    labelled: bool = True


class Retirement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word of one device. `time`: ns since 1970, as the device's clock had it.

    `action`: "retire": `objects` are no longer needed and may be deleted when their quarantine is over;
    "revive": they stay, whatever the records said that `undoes` names; "purge": they are being deleted;
    "spare": they are not, since who announced it in the records that `undoes` names found them revived;
    "freeze": nothing may be retired or purged until a "thaw" whose `undoes` names this record.
    `objects`: digests of 32 bytes end to end, by kind. `undoes`: the same of records. `reason`: a code.
    "refused", "erased": lines of the register of refusals, which change nothing; `digest`: a salt of 16 bytes
    and the keyed digest of the paths; `objects`: the snapshots written anew; `paths`: keyed ids of each
    path, end to end, by which a machine knows its own; "lifted" takes those of the same `digest` back.
    "policy": `rules` hold for the snapshots of the device `about` (empty: of all), in the place of those that
    the records which `undoes` names set; None: none do any more.
    `quarantine`: of "retire", days for which whoever said it promised to keep all of it; of "policy", those
    that are to be promised.
    """

    device: Device
    action: str
    time: int
    client: str = ""
    reason: str = ""
    objects: dict[str, bytes] = {}
    undoes: bytes = b""
    digest: bytes = b""
    quarantine: int = 0
    rules: Rules | None = None
    about: bytes = b""
    paths: bytes = b""

    def digests(self, kind: str) -> Iterator[bytes]:
        """The objects of a kind that it names."""
        return cut(self.objects.get(kind, b""))


def cut(digests: bytes) -> Iterator[bytes]:
    """Digests that lie end to end."""
    return (digests[at : at + NAME_SIZE] for at in range(0, len(digests), NAME_SIZE))


def by_kind(names: Iterable[str]) -> dict[str, bytes]:
    """Names of objects as `Retirement.objects` has them, each once, in order."""
    found: dict[str, list[bytes]] = {}
    for name in sorted(set(names)):
        found.setdefault(name.partition("/")[0], []).append(digest_of(name))
    return {kind: b"".join(digests) for kind, digests in found.items()}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Retirement)


def seal_retirement(
    keys: VaultKeys, salt: bytes, retirement: Retirement, signing: Ed25519PrivateKey
) -> bytes:
    """The bytes of a retirement object, signed by its device."""
    return seal_signed(keys, RETIREMENT, salt, _SIGN, _encoder.encode(retirement), signing)


def open_retirement(keys: VaultKeys, data: Buffer) -> Retirement:
    """One whose certificate and signature hold.

    Raises IntegrityError("bad_retirement") or IntegrityError("bad_signature"). An action that is not known
    is none of a reader's business, and no error.
    """
    record = open_signed(keys, RETIREMENT, data)
    try:
        body, signatures = parts(record)
        retirement = _decoder.decode(body)
    except MALFORMED:
        raise IntegrityError("bad_retirement") from None
    check_signed(keys, retirement.device, _SIGN, body, signatures)
    ids = (len(retirement.device.id), len(retirement.about) or DEVICE_ID_SIZE)
    if ids != (DEVICE_ID_SIZE, DEVICE_ID_SIZE) or any(
        len(digests) % NAME_SIZE for digests in (*retirement.objects.values(), retirement.undoes)
    ):
        raise IntegrityError("bad_retirement")
    return retirement
