"""The host's log of a vault's snapshots, followed from the last receipt that this workstation saw.

A receipt is chained to the one before and signed by the host (docs/protocol/logs.md): a log that is shorter
than it was, or goes on from another hash, was changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ...core.errors import IntegrityError
from .client import HostClient
from .records import Log, Receipt

BEGINNING: Final = "00" * 32
_MOST: Final = 1 << 20
"""Receipts of one vault: a run each hour for a hundred years, or of ten machines for ten."""

_FIELDS: Final = ("vault", "sequence", "name", "size", "sha256", "device", "time")


class LastReceipt(msgspec.Struct, frozen=True):
    """The end of the log as it was seen: number and hash (hex) of its last receipt; 0 and zeros for none."""

    sequence: int = 0
    hash: str = BEGINNING


def follow(
    client: HostClient, vault: str, key: bytes, last: LastReceipt
) -> tuple[LastReceipt, list[Receipt]]:
    """The receipts from the last one seen on, itself among them, each checked; and the new end of the log.

    Raises IntegrityError("host_log_shorter", at=…), ("host_log_forked", at=…) or ("host_receipt_bad", at=…).
    """
    found: list[Receipt] = []
    after: int | None = max(0, last.sequence - 1)
    while after is not None:
        page = client.ask("GET", f"/v1/vaults/{vault}/log", Log, query={"after": str(after)})
        found += page.receipts
        ends = bool(page.receipts) and len(found) <= _MOST
        if page.next is not None and (page.next <= after or not ends):
            raise IntegrityError("host_list_endless", at=client.url)
        after = page.next
    if last.sequence:
        if not found:
            raise IntegrityError("host_log_shorter", at=client.url)
        if (found[0].sequence, found[0].hash) != (last.sequence, last.hash):
            raise IntegrityError("host_log_forked", at=client.url)
    return check(found, vault, key, client.url), found


def check(receipts: Iterable[Receipt], vault: str, key: bytes, at: str) -> LastReceipt:
    """The end of a run of receipts of this vault that are chained and signed. Raises as `follow`."""
    signer = Ed25519PublicKey.from_public_bytes(key)
    end: Receipt | None = None
    for receipt in receipts:
        if end is not None and (receipt.sequence, receipt.previous) != (end.sequence + 1, end.hash):
            raise IntegrityError("host_log_forked", at=at)
        if receipt.sequence == 1 and receipt.previous != BEGINNING:
            raise IntegrityError("host_log_forked", at=at)
        if receipt.vault != vault or not _is_signed(receipt, signer):
            raise IntegrityError("host_receipt_bad", at=at)
        end = receipt
    return LastReceipt() if end is None else LastReceipt(end.sequence, end.hash)


def _is_signed(receipt: Receipt, signer: Ed25519PublicKey) -> bool:
    record = {field: getattr(receipt, field) for field in _FIELDS}
    try:
        digest = hashlib.sha256(bytes.fromhex(receipt.previous) + msgspec.json.encode(record)).digest()
        signer.verify(bytes.fromhex(receipt.signature), b"cyberlib receipt 1\n" + digest)
    except (ValueError, InvalidSignature):
        return False
    return digest.hex() == receipt.hash
