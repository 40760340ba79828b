"""The table of new machines that ask to be let in. As in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from .tables import metadata

approvals: Final = Table(
    "approvals",
    metadata,
    # Named by the digest of the request.
    Column("id", String(64), primary_key=True),
    Column("vault", ForeignKey("vaults.id"), nullable=False, index=True),
    Column("device", ForeignKey("devices.id"), nullable=False),
    Column("request", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    # By which device, and from when the one that asked gets it.
    Column("answer", Text),
    Column("by", ForeignKey("devices.id")),
    Column("opens", BigInteger),
    Column("taken", BigInteger),
    Column("cancelled", BigInteger),
)
