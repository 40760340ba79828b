"""Objects that devices let go, and content that is to be deleted."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """Nothing is retired yet."""
    op.add_column("vaults", sa.Column("purges", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "retired",
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column(
            "name",
            sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_retired_vault")),
        sa.PrimaryKeyConstraint("vault", "name", name=op.f("pk_retired")),
    )
    op.create_table(
        "condemned",
        sa.Column("vault", sa.String(32), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.ForeignKeyConstraint(["vault"], ["vaults.id"], name=op.f("fk_condemned_vault")),
        sa.PrimaryKeyConstraint("vault", "sha256", name=op.f("pk_condemned")),
    )
