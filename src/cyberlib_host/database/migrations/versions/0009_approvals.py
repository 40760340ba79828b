"""New machines that ask one that opens the vault to let them in."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("opens", sa.BigInteger(), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=True),
        sa.Column("cancelled", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_approvals_vault")),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_approvals_device")),
        sa.ForeignKeyConstraint(["by"], ["devices.id"], name=op.f("fk_approvals_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_vault"), "approvals", ["vault"])
