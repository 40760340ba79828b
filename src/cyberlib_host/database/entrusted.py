"""The tables of escrow. As in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text

from .tables import metadata

escrows: Final = Table(
    "escrows",
    metadata,
    # Named by the digest of the consent: the same one is not taken twice. What ended stays, so that it is
    # known when it comes again; its deposit does not.
    Column("id", String(64), primary_key=True),
    Column("vault", ForeignKey("vaults.id"), nullable=False, index=True),
    Column("policy", Text, nullable=False),
    Column("deposit", Text),
    Column("consent", Text, nullable=False),
    Column("joined", BigInteger, nullable=False),
    Column("withdrawal", Text),
    Column("left", BigInteger),
    # core.escrow.Destroyed as JSON.
    Column("destroyed", LargeBinary),
)

releases: Final = Table(
    "releases",
    metadata,
    # Named by the digest of the request.
    Column("id", String(64), primary_key=True),
    Column("vault", ForeignKey("vaults.id"), nullable=False, index=True),
    Column("escrow", ForeignKey("escrows.id"), nullable=False),
    Column("device", String(32), nullable=False),
    Column("request", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("opens", BigInteger, nullable=False),
    # Before its time, and why: "cancelled", "left".
    Column("ended", BigInteger),
    Column("why", String(20)),
)

answers: Final = Table(
    "answers",
    metadata,
    Column("release", ForeignKey("releases.id"), primary_key=True),
    Column("officer", String(100), primary_key=True),
    Column("vault", ForeignKey("vaults.id"), nullable=False),
    Column("answer", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
)
