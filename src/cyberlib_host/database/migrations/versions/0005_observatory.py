"""Plans, runs, alarms, mail, and when the host was away."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"


def upgrade() -> None:
    """Devices that made a backup are watched from now on; a contact that is an address gets the mails."""
    _organisations()
    _devices()
    _runs()
    _mail()
    op.execute(
        "INSERT INTO watches (device, since, last_backup) SELECT devices.id, max(objects.stored),"
        " max(objects.stored) FROM objects JOIN devices ON devices.id = objects.device"
        " WHERE objects.name >= 'snapshots/' AND objects.name < 'snapshots0' GROUP BY devices.id"
    )
    op.execute(
        "INSERT INTO addresses (organisation, purpose, address)"
        " SELECT id, 'incident', contact FROM organisations"
        " WHERE contact LIKE '%_@_%._%' AND contact NOT LIKE '%@%@%' AND contact NOT LIKE '% %'"
        " AND contact NOT LIKE '%<%' AND contact NOT LIKE '%,%' AND contact NOT LIKE '%;%'"
    )


def _organisations() -> None:
    # Not as a batch, which on SQLite makes the table anew: others refer to it.
    for column in (
        sa.Column("language", sa.String(2), nullable=False, server_default="fr"),
        sa.Column("zone", sa.String(64), nullable=False, server_default="Europe/Paris"),
        sa.Column("holidays", sa.String(20), nullable=False, server_default="france"),
        sa.Column("report_each", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("organisations", column)
    op.create_table(
        "absences",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10), nullable=False),
        _of_organisation("absences"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_organisation"), "absences", ["organisation"], unique=False)
    op.create_table(
        "addresses",
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        _of_organisation("addresses"),
        sa.PrimaryKeyConstraint("organisation", "purpose", "address", name=op.f("pk_addresses")),
    )


def _of_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation"], ["organisations.id"], name=op.f(f"fk_{table}_organisation")
    )


def _of_device(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f(f"fk_{table}_device"))


def _devices() -> None:
    op.create_table(
        "plans",
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        _of_device("plans"),
        sa.PrimaryKeyConstraint("device", "version", name=op.f("pk_plans")),
    )
    op.create_table(
        "watches",
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("last_backup", sa.BigInteger(), nullable=True),
        sa.Column("incidents_mailed", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("incidents_said", sa.Text(), nullable=False, server_default=""),
        _of_device("watches"),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_last_backup"), "watches", ["last_backup"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("opened", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("said", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.BigInteger(), nullable=True),
        _of_device("alarms"),
        sa.PrimaryKeyConstraint("device", "opened", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_cleared"), "alarms", ["cleared"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("mailed", sa.BigInteger(), nullable=True),
        _of_device("runs"),
        sa.PrimaryKeyConstraint("device", "run", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_told"), "runs", ["told"], unique=False)
    op.create_index(op.f("ix_runs_mailed"), "runs", ["mailed"], unique=False)
    op.create_table(
        "run_incidents",
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "run", "kind", name=op.f("pk_run_incidents")),
    )


def _mail() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("subject_of", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("subject_of", "recipient", name=op.f("uq_mails_subject_of")),
    )
    op.create_index(op.f("ix_mails_state"), "mails", ["state"], unique=False)
    op.create_table(
        "windows",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
    )
    op.create_index(op.f("ix_windows_ends"), "windows", ["ends"], unique=False)
    op.create_table(
        "moments",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_moments")),
    )
