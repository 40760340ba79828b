"""The tables. Times are microseconds since 1970-01-01 UTC; ids are hex; hashes are bytes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_OBJECT_NAME: Final = String(80).with_variant(String(80, collation="C"), "postgresql")
"""Sorted byte by byte everywhere: pages of a listing hang on it."""

organisations: Final = Table(
    "organisations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("siren", String(9), nullable=False, unique=True),
    Column("contact", String(200)),
    Column("seats", Integer, nullable=False),
    # What the operator decided, and when: "active", "suspending" (7 days of grace, then suspended),
    # "terminated". What it amounts to today is reckoned (core.licences).
    Column("decided", String(20), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("quota", BigInteger),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("created", BigInteger, nullable=False),
    # Of its mails, and of the plan of devices that declare none (services.plans).
    Column("language", String(2), nullable=False, default="fr", server_default="fr"),
    Column("zone", String(64), nullable=False, default="Europe/Paris", server_default="Europe/Paris"),
    Column("holidays", String(20), nullable=False, default="france", server_default="france"),
    Column("report_each", Boolean, nullable=False, default=False, server_default=false()),
)

leavings: Final = Table(
    "leavings",
    metadata,
    # How an organisation leaves (services.leaving).
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Column("requested", BigInteger),
    Column("delivered", BigInteger),
    Column("accepted", BigInteger),
    Column("accepted_by", String(200)),
    # Of the kit that was accepted: SHA-256 of its manifest.
    Column("manifest", LargeBinary(32)),
    # Erasure: since when nothing is served any more, and when all was gone.
    Column("begun", BigInteger),
    Column("erased", BigInteger),
    # What there was when it began (core.destruction.Found as JSON), and the signed certificate.
    Column("found", LargeBinary),
    Column("certificate", LargeBinary),
)

contract_keys: Final = Table(
    "contract_keys",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
)

devices: Final = Table(
    "devices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("vault", String(32)),
    Column("created", BigInteger, nullable=False),
    Column("last_seen", BigInteger),
    # Which device took its place, and when.
    Column("successor", String(32)),
    Column("replaced", BigInteger),
    UniqueConstraint("organisation", "name"),
)

challenges: Final = Table(
    "challenges",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", String(32), nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("user", String(100), nullable=True),
)

terms: Final = Table(
    "terms",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("text", Text, nullable=False),
)

acceptances: Final = Table(
    "acceptances",
    metadata,
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("version", ForeignKey("terms.version"), primary_key=True),
    # The account, as sessions tell it; `name`: as its holder signed, where that is another.
    Column("user", String(100), primary_key=True),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("name", String(100), nullable=True),
)

vaults: Final = Table(
    "vaults",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("objects", BigInteger, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    # The number of the object that came last.
    Column("sequence", BigInteger, nullable=False, default=0, server_default="0"),
    # How often objects were deleted: a listing that was asked for before is none any more.
    Column("purges", BigInteger, nullable=False, default=0, server_default="0"),
    # The end of the log of snapshots.
    Column("log_sequence", BigInteger, nullable=False, default=0),
    Column("log_hash", LargeBinary(32), nullable=False),
)

members: Final = Table(
    "members",
    metadata,
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
)

objects: Final = Table(
    "objects",
    metadata,
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("name", _OBJECT_NAME, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("device", String(32), nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("copied", Boolean, nullable=False, default=False),
    # Counts the vault's objects as they came: what is new to a client comes after what it knows.
    Column("sequence", BigInteger, nullable=False, server_default="0"),
)
Index("ix_objects_sequence", objects.c.vault, objects.c.sequence, unique=True)
Index(
    "ix_objects_waiting",
    objects.c.vault,
    objects.c.name,
    sqlite_where=text("NOT copied"),
    postgresql_where=text("NOT copied"),
)

retired: Final = Table(
    "retired",
    metadata,
    # Objects that may be deleted when their quarantine is over.
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("name", _OBJECT_NAME, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("device", String(32), nullable=False),
)

condemned: Final = Table(
    "condemned",
    metadata,
    # Content of deleted objects, until every zone has deleted it.
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("sha256", LargeBinary(32), primary_key=True),
)

zones: Final = Table(
    "zones",
    metadata,
    # Those that "copied" speaks of. One that is named anew has nothing yet.
    Column("name", Text, primary_key=True),
)

uploads: Final = Table(
    "uploads",
    metadata,
    # Prepared and not committed: what may lie in the storage without counting.
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("prepared", BigInteger, nullable=False, index=True),
)

log: Final = Table(
    "log",
    metadata,
    Column("vault", ForeignKey("vaults.id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("name", _OBJECT_NAME, nullable=False),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("vault", "name"),
)

chains: Final = Table(
    "chains",
    metadata,
    # One chain of the audit log for each organisation, and one for the host itself (organisation "").
    Column("organisation", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("anchor", LargeBinary(32), nullable=False),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("organisation", String(32), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False, index=True),
    Column("record", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
