"""People who are asked on their telephone."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    op.create_table(
        "telephone_asks",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("every", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_telephone_asks_device")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_telephone_asks_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_telephone_asks")),
    )
    op.create_index(op.f("ix_telephone_asks_device"), "telephone_asks", ["device"])
