"""Guided restore: support's people, meetings, and what is said in them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0014"
down_revision: Final = "0013"


def upgrade() -> None:
    op.create_table(
        "helpers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpers")),
        sa.UniqueConstraint("hash", name=op.f("uq_helpers_hash")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("helper", sa.String(32), nullable=True),
        sa.Column("joining", sa.Text(), nullable=True),
        sa.Column("by_customer", sa.BigInteger(), nullable=False),
        sa.Column("by_support", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_meetings_device")),
        sa.ForeignKeyConstraint(["helper"], ["helpers.id"], name=op.f("fk_meetings_helper")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    op.create_index(op.f("ix_meetings_device"), "meetings", ["device"])
    op.create_index(op.f("ix_meetings_ends"), "meetings", ["ends"])
    op.create_table(
        "sayings",
        sa.Column("meeting", sa.String(32), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_sayings_meeting")),
        sa.PrimaryKeyConstraint("meeting", "side", "number", name=op.f("pk_sayings")),
    )
