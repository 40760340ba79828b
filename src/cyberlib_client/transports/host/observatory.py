"""What a host is told of plans and runs, and what it answers: codes and numbers, never a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import records
from .client import HostClient


def declare_plan(client: HostClient, plan: Mapping[str, Any]) -> records.PlanKept:
    """Declares when this device plans its backups; the same again changes nothing."""
    return client.ask("PUT", "/v1/device/plan", records.PlanKept, plan)


def tell_runs(client: HostClient, runs: Sequence[Mapping[str, Any]]) -> records.RunsKept:
    """Tells of runs, 64 at most; one told again counts once."""
    return client.ask("POST", "/v1/runs", records.RunsKept, {"runs": list(runs)})
