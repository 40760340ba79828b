"""Which machine took another's place, and when."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    op.add_column("devices", sa.Column("successor", sa.String(32), nullable=True))
    op.add_column("devices", sa.Column("replaced", sa.BigInteger(), nullable=True))
