"""Passkeys of people."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0016"
down_revision: Final = "0015"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_passkeys_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("hash", name=op.f("uq_passkeys_hash")),
    )
    op.create_index(op.f("ix_passkeys_person"), "passkeys", ["person"])
    kind = sa.Column("kind", sa.String(16), nullable=False, server_default="provider")
    op.add_column("sign_ins", kind)
    op.add_column("sign_ins", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("sign_ins", sa.Column("key", sa.LargeBinary(), nullable=True))
