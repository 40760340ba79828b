"""The tables of covered restorations. As in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from .tables import metadata

grants: Final = Table(
    "grants",
    metadata,
    # Named by its digest: the same one is not taken twice.
    Column("id", String(64), primary_key=True),
    Column("vault", ForeignKey("vaults.id"), nullable=False, index=True),
    Column("release", ForeignKey("releases.id"), nullable=False, unique=True),
    Column("grant", Text, nullable=False),
    Column("given", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended", BigInteger),
)

accesses: Final = Table(
    "accesses",
    metadata,
    Column("release", ForeignKey("releases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("vault", ForeignKey("vaults.id"), nullable=False),
    # Sealed to the customer.
    Column("entry", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
)
