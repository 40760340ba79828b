"""The first shape: organisations, devices, terms, vaults, objects, logs."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_OBJECT_NAME: Final = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    """Makes all tables."""
    _people()
    _sessions()
    _vaults()
    _logs()


def _people() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("decided", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("siren", name=op.f("uq_organisations_siren")),
    )
    op.create_table(
        "terms",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_terms")),
    )
    op.create_table(
        "contract_keys",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_contract_keys_organisation")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_contract_keys")),
    )
    op.create_index(op.f("ix_contract_keys_organisation"), "contract_keys", ["organisation"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("vault", sa.String(length=32), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_devices_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("organisation", "name", name=op.f("uq_devices_organisation")),
        sa.UniqueConstraint("public_key", name=op.f("uq_devices_public_key")),
    )
    op.create_table(
        "acceptances",
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_acceptances_device")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_acceptances_organisation")
        ),
        sa.ForeignKeyConstraint(["version"], ["terms.version"], name=op.f("fk_acceptances_version")),
        sa.PrimaryKeyConstraint("organisation", "device", "version", "user", name=op.f("pk_acceptances")),
    )


def _vaults() -> None:
    op.create_table(
        "vaults",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("log_sequence", sa.BigInteger(), nullable=False),
        sa.Column("log_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_vaults_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vaults")),
    )
    op.create_index(op.f("ix_vaults_organisation"), "vaults", ["organisation"], unique=False)
    op.create_table(
        "members",
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_members_device")),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_members_vault")),
        sa.PrimaryKeyConstraint("vault", "device", name=op.f("pk_members")),
    )
    op.create_table(
        "objects",
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.Column("name", _OBJECT_NAME, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_objects_vault")),
        sa.PrimaryKeyConstraint("vault", "name", name=op.f("pk_objects")),
    )
    op.create_index(
        "ix_objects_waiting",
        "objects",
        ["vault", "name"],
        unique=False,
        sqlite_where=sa.text("NOT copied"),
        postgresql_where=sa.text("NOT copied"),
    )
    op.create_table(
        "uploads",
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("prepared", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_uploads_vault")),
        sa.PrimaryKeyConstraint("vault", "sha256", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_prepared"), "uploads", ["prepared"], unique=False)


def _logs() -> None:
    op.create_table(
        "audit",
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_time"), "audit", ["time"], unique=False)
    op.create_table(
        "chains",
        sa.Column("organisation", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_chains")),
    )
    op.create_table(
        "log",
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", _OBJECT_NAME, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_log_vault")),
        sa.PrimaryKeyConstraint("vault", "sequence", name=op.f("pk_log")),
        sa.UniqueConstraint("vault", "name", name=op.f("uq_log_vault")),
    )


def _sessions() -> None:
    op.create_table(
        "challenges",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_expires"), "challenges", ["expires"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_sessions_device")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_device"), "sessions", ["device"], unique=False)
    op.create_index(op.f("ix_sessions_expires"), "sessions", ["expires"], unique=False)
