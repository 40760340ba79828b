"""Escrow: what was entrusted, who asks for it, and what officers answered."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    op.create_table(
        "escrows",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("deposit", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("withdrawal", sa.Text(), nullable=True),
        sa.Column("left", sa.BigInteger(), nullable=True),
        sa.Column("destroyed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_escrows_vault")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escrows")),
    )
    op.create_index(op.f("ix_escrows_vault"), "escrows", ["vault"])
    op.create_table(
        "releases",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("escrow", sa.String(64), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_releases_vault")),
        sa.ForeignKeyConstraint(["escrow"], ["escrows.id"], name=op.f("fk_releases_escrow")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_vault"), "releases", ["vault"])
    op.create_table(
        "answers",
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("officer", sa.String(100), nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_answers_release")),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_answers_vault")),
        sa.PrimaryKeyConstraint("release", "officer", name=op.f("pk_answers")),
    )
