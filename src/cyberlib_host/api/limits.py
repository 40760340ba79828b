"""How often one caller may ask: a bucket of tokens for each, which fills with time.

Source: the token bucket of RFC 2697 and RFC 3290, section 8.3.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from math import ceil
from typing import Final

from starlette.requests import Request

from ..core.problems import Problem
from ..core.signatures import hashed
from .reading import token_of

_MOST_CALLERS: Final = 20_000


class Limits:
    """Requests a minute: of a device with a session, and of an address that has none yet."""

    def __init__(self, signed: int = 3000, unsigned: int = 300) -> None:
        self._rates = {True: signed, False: unsigned}
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, request: Request, *, signed: bool) -> None:
        """Raises Problem("too_many_requests") with the seconds to wait."""
        token = token_of(request) or ""
        host = request.client.host if request.client is not None else ""
        self._take(hashed(token) if signed else host.encode(), self._rates[signed] / 60)

    def check_device(self, device: str) -> None:
        """The same for all sessions of a device: it may begin many."""
        self._take(device.encode(), self._rates[True] / 60)

    def _take(self, who: bytes, rate: float) -> None:
        now = time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(who, (rate * 60, now))
            left = min(rate * 60, left + (now - since) * rate)
            allowed = left >= 1
            self._buckets[who] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        if not allowed:
            raise Problem("too_many_requests", retry_after=max(1, ceil((1 - left) / rate)))
