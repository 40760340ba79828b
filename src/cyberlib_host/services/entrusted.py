"""What customers entrusted is looked at each time before it is handed on: whoever altered the database is
found out here, and not by an officer who answers for somebody else's key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from ..core import escrow as core
from ..core.problems import Problem


def check_kept(row: Row[Any]) -> None:
    """Whether all is as it was signed. Raises Problem("escrow_document_bad", where=…)."""
    consent = core.read_consent(row.consent, "join")
    if consent.digest != row.id:
        raise Problem("escrow_document_bad", where="consent")
    if row.deposit is not None:
        core.check_together(core.Entrusting(row.policy, row.deposit, row.consent), consent.body)
