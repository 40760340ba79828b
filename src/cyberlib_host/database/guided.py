"""The tables of support's people, and of the meetings in which they guide. As in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text

from .tables import metadata

helpers: Final = Table(
    "helpers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    # Of the secret in their credential.
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
    Column("last_seen", BigInteger),
    Column("revoked", BigInteger),
)

meetings: Final = Table(
    "meetings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("offer", Text, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False, index=True),
    Column("helper", ForeignKey("helpers.id")),
    Column("joining", Text),
    # How many messages each side has sent.
    Column("by_customer", BigInteger, nullable=False),
    Column("by_support", BigInteger, nullable=False),
    Column("ended", BigInteger),
)

sayings: Final = Table(
    "sayings",
    metadata,
    Column("meeting", ForeignKey("meetings.id"), primary_key=True),
    Column("side", String(8), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("sealed", Text, nullable=False),
)
