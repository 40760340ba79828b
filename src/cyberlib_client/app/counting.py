"""By whose clock retention counts: the host's where the vault lies at one, else this machine's.

A host tells its time, how long it keeps what was let go, and in its signed log when each snapshot came. So a
workstation's clock, whatever it shows, lets nothing go and ends no quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ..core.errors import IntegrityError
from ..core.ids import digest_of
from ..core.ports import Clock, Store
from ..repository.snapshots import Stored
from ..state.receipt_times import ReceiptTimes, read_receipt_times, write_receipt_times
from . import bootstrap
from .workplace import Notice, Workplace

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SNAPSHOT: Final = re.compile("snapshots/[0-9a-f]{64}")
_OTHER: Final = ("host_log_shorter", "host_log_forked")


class Counting(NamedTuple):
    """`clock`: ns since 1970; `days`: for so long the store keeps by itself what was let go; `received`: when
    it got each snapshot, by digest; `at`: the host, empty where there is none."""

    clock: Clock
    days: int
    received: Mapping[bytes, int]
    at: str


def by_this_machine() -> Counting:
    """Where the store has no clock of its own."""
    return Counting(bootstrap.clock, 0, {}, "")


def by_host(work: Workplace, store: Store) -> Counting:
    """Of a vault at a host, whose log was followed up to now: its end is believed. Raises
    IntegrityError("host_receipt_bad", at=…), and what the host refuses."""
    from . import host_link

    client = host_link.host_client(store)
    before = bootstrap.clock()
    standing = host_link.standing(client)
    ahead = _time_of(standing.time, client.url) - (before + bootstrap.clock()) // 2
    days = standing.quarantine_days
    return Counting(lambda: bootstrap.clock() + ahead, days, _received(work, store), client.url)


def _received(work: Workplace, store: Store) -> dict[bytes, int]:
    """Times in ns by digest. Of a name that came twice the first time counts, also of a log that was replaced
    by an older one since, on request: what was put back then was made before."""
    from ..transports.host.receipts import LastReceipt
    from . import host_link

    known = read_receipt_times(work.profile, store.location)
    last = LastReceipt(known.sequence, known.hash) if known is not None else LastReceipt()
    try:
        end, found = host_link.log_after(work, store, last)
    except IntegrityError as error:
        if error.code not in _OTHER:
            raise
        end, found = host_link.log_after(work, store, LastReceipt())
    times = dict(known.times) if known is not None else {}
    for receipt in found:
        if _SNAPSHOT.fullmatch(receipt.name):
            times.setdefault(digest_of(receipt.name), _time_of(receipt.time, store.location))
    made = ReceiptTimes(store.location, end.sequence, end.hash, times)
    if made != known and not write_receipt_times(work.profile, made):
        work.notify(Notice("state_not_written", {"at": work.profile.state}))
    return times


def _time_of(written: str, at: str) -> int:
    """A host's time, in ns. IntegrityError("host_receipt_bad", at=…)."""
    try:
        since = datetime.fromisoformat(written) - _EPOCH
    except (ValueError, TypeError, OverflowError):
        raise IntegrityError("host_receipt_bad", at=at) from None
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000


def receipts_of(every: Iterable[Stored], received: Mapping[bytes, int]) -> dict[bytes, int]:
    """When each was received, by digest: one that was written anew, without what a patient refuses, when the
    one before it was."""
    if not received:
        return {}
    listed = {stored.digest: stored.snapshot for stored in every}
    found: dict[bytes, int] = {}
    for digest, snapshot in listed.items():
        first, seen = digest, {digest}
        while (at := listed.get(first)) is not None and at.replaces is not None and at.replaces not in seen:
            first = at.replaces
            seen.add(first)
        time = received.get(first)
        if time is not None:
            # Of one that is not listed any more nobody knows whether it was itself written anew.
            found[digest] = time if first in listed else min(time, snapshot.time)
    return found
