"""Covered restorations: what customers granted, and what was read."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("grant", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_grants_vault")),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_grants_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("release", name=op.f("uq_grants_release")),
    )
    op.create_index(op.f("ix_grants_vault"), "grants", ["vault"])
    op.create_table(
        "accesses",
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_accesses_release")),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_accesses_vault")),
        sa.PrimaryKeyConstraint("release", "number", name=op.f("pk_accesses")),
    )
