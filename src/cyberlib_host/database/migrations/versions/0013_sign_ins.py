"""People who sign in at a provider of identities."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    op.add_column("people", sa.Column("national_id", sa.Text(), nullable=True))
    op.create_table(
        "sign_ins",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("verifier", sa.String(43), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(32), nullable=True),
        sa.Column("cookie", sa.LargeBinary(32), nullable=True),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("provider_verifier", sa.Text(), nullable=True),
        sa.Column("code", sa.LargeBinary(32), nullable=True),
        sa.Column("person", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_sign_ins_device")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_sign_ins_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("state", name=op.f("uq_sign_ins_state")),
        sa.UniqueConstraint("code", name=op.f("uq_sign_ins_code")),
    )
    op.create_index(op.f("ix_sign_ins_device"), "sign_ins", ["device"])
