"""Objects are numbered as they come."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Numbers what is there by when it came."""
    op.add_column("vaults", sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("objects") as objects:
        objects.add_column(sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE objects SET sequence = numbered.place FROM (SELECT vault, name, row_number()"
        " OVER (PARTITION BY vault ORDER BY stored, name) AS place FROM objects) AS numbered"
        " WHERE objects.vault = numbered.vault AND objects.name = numbered.name"
    )
    op.execute(
        "UPDATE vaults SET sequence = coalesce("
        "(SELECT max(objects.sequence) FROM objects WHERE objects.vault = vaults.id), 0)"
    )
    op.create_index("ix_objects_sequence", "objects", ["vault", "sequence"], unique=True)
