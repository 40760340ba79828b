"""The shape of the database, and bringing an older one to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from sqlalchemy import Connection, func, inspect, select

from ..core.problems import Problem
from .engine import Database
from .tables import metadata

_UPGRADING: Final = 0x6379626572
"""The number of a lock of PostgreSQL: several processes may start at once."""


def alone(connection: Connection) -> None:
    """Whoever else makes the database, or changes its shape, waits for the end of this transaction."""
    if connection.dialect.name == "postgresql":  # on SQLite writers wait for one another anyway
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))


def upgrade(database: Database) -> None:
    """Brings the database to the shape this program knows. Raises Problem("database_newer")."""
    with database.write() as connection:
        alone(connection)
        config = _config(connection)
        found = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(config)
        try:
            if found is not None:
                script.get_revision(found)
        except (CommandError, ResolutionError):
            raise Problem("database_newer") from None
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the database has the shape this program knows."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        head = ScriptDirectory.from_config(_config(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
