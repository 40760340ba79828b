"""A session says which user of the workstation it is for; who accepts terms may give a name besides."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Sessions there are go on as the device's own; acceptances there are count for the account they name."""
    op.add_column("sessions", sa.Column("user", sa.String(length=100), nullable=True))
    op.add_column("acceptances", sa.Column("name", sa.String(length=100), nullable=True))
