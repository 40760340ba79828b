"""The ends of contracts: what was requested, delivered and accepted, and what was erased."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    op.create_table(
        "leavings",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by", sa.String(200), nullable=True),
        sa.Column("manifest", sa.LargeBinary(32), nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=True),
        sa.Column("erased", sa.BigInteger(), nullable=True),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_leavings_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_leavings")),
    )
