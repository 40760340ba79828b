"""The line from this workstation to a far store, as its settings want it: rates, proxy, whom to trust."""

from __future__ import annotations

import time
from dataclasses import replace

from ..core.bandwidth import Bucket, Direction, Schedule
from ..core.errors import CyberlibError, UsageError
from ..state.proxy_login import read_proxy_login
from ..state.settings import NetworkSettings, read_settings, schedule_of
from ..system.proxies import system_proxy
from ..transports.http import Line
from ..transports.proxy import Proxy, is_loopback, read_proxy
from . import bootstrap
from .rates import rate_of
from .workplace import Notice, Workplace

NO_PROXY = "none"


def line_of(work: Workplace, ca: str = "") -> Line:
    """The line. `ca`: certificates to trust, PEM, instead of the system's; empty for the system's.

    Raises Failed("settings_damaged"), UsageError("bad_rate", text=…), ("proxy_address").
    """
    settings = read_settings(work.profile).network
    upload, download = _buckets(work, settings)
    proxies: dict[str, Proxy | None] = {}

    def proxy(host: str) -> Proxy | None:
        if host not in proxies:
            proxies[host] = proxy_to(work, settings, host)
        return proxies[host]

    told: list[str] = []

    def outage(error: CyberlibError) -> None:
        if not told:  # once a command
            told.append(error.code)
            work.notify(
                Notice("line_waits", {"at": error.facts.get("at"), "reason": error.facts.get("reason")})
            )

    line = Line(ca or None, work.cancel, upload, download, proxy, on_outage=outage)
    if work.patience is not None:
        # Whoever waits so short a while hears of the end, and is not told to be patient.
        line = replace(line, patience=work.patience, silence=work.patience, on_outage=lambda _error: None)
    if work.asking is not None:
        line = replace(line, cancel=work.asking.cancel, hurry=work.asking.hurry)
    return line


def proxy_to(work: Workplace, settings: NetworkSettings, host: str) -> Proxy | None:
    """The proxy on the way to a host, with what it is to be told, or None.

    Raises UsageError("proxy_address"), and what keepers raise.
    """
    written = settings.proxy
    if is_loopback(host) or written in ("", NO_PROXY):
        return None
    if written is None:
        written = system_proxy(host)
        if written is None:
            return None
    found = read_proxy(written)
    login = read_proxy_login(work.profile)
    if login is None or login.proxy != found.address:
        return found
    secret = bootstrap.keeper(login.keeper, work.profile).load(login.secret)
    user, _, password = (secret or b"").decode("utf-8", "replace").partition(":")
    return Proxy(found.address, user, password) if user else found


def _buckets(work: Workplace, settings: NetworkSettings) -> tuple[Bucket | None, Bucket | None]:
    """Those of this run, which all its connections share."""
    if not work.flows:
        schedule = schedule_of(settings)
        for direction, text in work.limits.items():
            schedule = schedule.always(direction, rate_of(text))
        work.flows.update({"upload": _bucket(schedule, "upload"), "download": _bucket(schedule, "download")})
    return work.flows["upload"], work.flows["download"]


def _bucket(schedule: Schedule, direction: Direction) -> Bucket | None:
    lowest = schedule.lowest(direction)
    if lowest is None:
        return None

    def rate() -> int | None:
        now = time.localtime()
        return schedule.rate(direction, now.tm_wday, now.tm_hour * 60 + now.tm_min)

    return Bucket(rate, time.monotonic, time.sleep, lowest=lowest)


def checked_proxy(written: str) -> str:
    """An address for the settings. UsageError("proxy_address"), ("proxy_password_here")."""
    found = read_proxy(written)
    if found.user or found.password:
        raise UsageError("proxy_password_here", proxy=found.address)
    return found.address
