"""The tables of the observatory: plans, runs, alarms, mail, when the host was away. Times as in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from .tables import metadata

plans: Final = Table(
    "plans",
    metadata,
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    Column("plan", LargeBinary, nullable=False),  # core.plans.Plan as JSON
)

watches: Final = Table(
    "watches",
    metadata,
    # Devices that made a backup or declared a plan.
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("last_backup", BigInteger, index=True),
    Column("incidents_mailed", BigInteger, nullable=False, default=0, server_default="0"),
    Column("incidents_said", Text, nullable=False, default="", server_default=""),
)

alarms: Final = Table(
    "alarms",
    metadata,
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("opened", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger),
    Column("level", String(10), nullable=False),
    Column("said", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("cleared", BigInteger, index=True),
)

runs: Final = Table(
    "runs",
    metadata,
    Column("device", ForeignKey("devices.id"), primary_key=True),
    Column("run", String(32), primary_key=True),
    Column("told", BigInteger, nullable=False, index=True),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("command", String(40), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    # What the mail on incidents says of it: null until it did.
    Column("mailed", BigInteger, index=True),
)

run_incidents: Final = Table(
    "run_incidents",
    metadata,
    Column("device", String(32), primary_key=True),
    Column("run", String(32), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

addresses: Final = Table(
    "addresses",
    metadata,
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Column("purpose", String(10), primary_key=True),  # "incident" or "report"
    Column("address", String(254), primary_key=True),
    Column("refused", BigInteger),
    Column("reason", String(200)),
)

mails: Final = Table(
    "mails",
    metadata,
    Column("id", String(32), primary_key=True),
    # What it is about, to whom: nothing is said twice.
    Column("subject_of", String(200), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("organisation", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("state", String(10), nullable=False, index=True),  # "waiting", "sent", "refused", "given_up"
    Column("done", BigInteger),
    Column("reason", Text),
    UniqueConstraint("subject_of", "recipient"),
)

windows: Final = Table(
    "windows",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(10), nullable=False),  # "planned", or "outage": found out afterwards
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False, index=True),
    Column("announced", BigInteger),
)

absences: Final = Table(
    "absences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
)

moments: Final = Table(
    "moments",
    metadata,
    # "beat": when a host that serves last lived. "steady": since when its clock went on without a gap.
    Column("name", String(40), primary_key=True),
    Column("time", BigInteger, nullable=False),
)
