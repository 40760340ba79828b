"""The settings of the line, shown and changed: rates, hours, proxy, and the certificates that are trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from ..core.bandwidth import Rate, read_clock, read_days
from ..core.errors import CyberlibError, UsageError
from ..state.credentials import KeeperKind
from ..state.host_access import read_host_access, write_host_access
from ..state.proxy_login import ProxyLogin, forget_proxy_login, read_proxy_login, write_proxy_login
from ..state.settings import HoursSettings, NetworkSettings, hours_of, schedule_of, write_settings
from ..transports.proxy import read_proxy
from . import bootstrap
from .certificates import read_ca
from .network_told import HoursShown as HoursShown
from .network_told import NetworkShown as NetworkShown
from .network_told import rates_of as rates_of
from .rates import rate_of
from .rates_wanted import RateHours as RateHours
from .rates_wanted import RatesWanted as RatesWanted
from .session import Session
from .workplace import read_secret_file

SYSTEM: Final = "system"


def show(session: Session) -> NetworkShown:
    """What is in force. Failed("settings_damaged"), ("credentials_damaged")."""
    import time

    settings = session.fresh_settings().network
    schedule, now = schedule_of(settings), time.localtime()
    at = now.tm_wday, now.tm_hour * 60 + now.tm_min
    access, login = read_host_access(session.profile), read_proxy_login(session.profile)
    return NetworkShown(
        _bits(schedule.rates["upload"]),
        _bits(schedule.rates["download"]),
        _bits(schedule.rate("upload", *at)),
        _bits(schedule.rate("download", *at)),
        [_hours_shown(each) for each in settings.hours],
        SYSTEM if settings.proxy is None else settings.proxy or "none",
        login is not None and settings.proxy in (None, login.proxy),
        "file" if access is not None and access.ca else SYSTEM,
    )


def limit(session: Session, upload: str | None, download: str | None) -> NetworkShown:
    """Changes the rates of all times that are not None. UsageError("bad_rate", text=…)."""
    changed = {k: _rate_text(v) for k, v in (("upload", upload), ("download", download)) if v is not None}
    return _change(session, lambda before: msgspec.structs.replace(before, **changed))


def add_hours(
    session: Session, days: str, times: str, upload: str | None, download: str | None
) -> NetworkShown:
    """Hours with rates of their own, in the place of those of the same days and times.

    Raises UsageError("bad_rate", text=…), ("bad_hours", text=…).
    """
    rates = {k: _rate_text(v) for k, v in (("upload", upload), ("download", download)) if v is not None}
    made = HoursSettings(*_span(days, times), **rates)

    def add(before: NetworkSettings) -> NetworkSettings:
        kept = [each for each in before.hours if _key(each) != _key(made)]
        return msgspec.structs.replace(before, hours=[*kept, made])

    return _change(session, add)


def remove_hours(session: Session, days: str | None, times: str | None) -> NetworkShown:
    """Takes hours away; without days and times, all. Raises UsageError("bad_hours"), ("hours_unknown")."""
    gone = None if days is None or times is None else _key(HoursSettings(*_span(days, times)))

    def remove(before: NetworkSettings) -> NetworkSettings:
        kept = [each for each in before.hours if gone is not None and _key(each) != gone]
        if gone is not None and len(kept) == len(before.hours):
            raise UsageError("hours_unknown", text=f"{days} {times}")
        return msgspec.structs.replace(before, hours=kept)

    return _change(session, remove)


def set_rates(session: Session, wanted: RatesWanted) -> NetworkShown:
    """All rates at once, in the place of those before.

    Raises UsageError("bad_rate", text=…), ("bad_hours", text=…).
    """
    hours = [
        HoursSettings(*_span(each.days, each.times), **{k: _rate_text(v) for k, v in each.rates.items()})
        for each in wanted.hours
    ]
    upload, download = _rate_text(wanted.upload), _rate_text(wanted.download)
    return _change(
        session,
        lambda before: msgspec.structs.replace(before, upload=upload, download=download, hours=hours),
    )


def use_proxy(
    session: Session,
    written: str,
    *,
    user: str = "",
    password_file: str | None = None,
    keeping: KeeperKind = "keychain",
) -> NetworkShown:
    """Which proxy leads to a host: an address, "system" or "none". `user`: whom the proxy wants to know; the
    password is read from a file or asked for. Without it what was kept is forgotten.

    Raises UsageError("proxy_address"), ("proxy_password_here", …), ("proxy_password_needed"),
    ("proxy_for_whom"), ("secret_file_…"), and what keepers raise.
    """
    from .line import checked_proxy

    chosen = {SYSTEM: None, "none": "none"}.get(written.lower(), "") if written else "none"
    address = checked_proxy(written) if chosen == "" else chosen
    login, told = None, b""
    if user:
        if ":" in user:
            raise UsageError("proxy_user_unfit")
        to = address if address != SYSTEM and address is not None else _system_address()
        if to is None or to == "none":
            raise UsageError("proxy_for_whom")
        password = (
            read_secret_file(session, password_file)
            if password_file is not None
            else session.prompt.proxy_password(user)
        )
        if password is None:
            raise UsageError("proxy_password_needed")
        login, told = (
            ProxyLogin(to, keeping, f"proxy-{bootstrap.random(8).hex()}"),
            f"{user}:{password}".encode(),
        )
    with bootstrap.lock(session.profile):
        if login is not None:
            bootstrap.keeper(keeping, session.profile).store(login.secret, told)
        _forget_login(session)
        if login is not None:
            write_proxy_login(session.profile, login)
    return _change(session, lambda before: msgspec.structs.replace(before, proxy=address))


def trust_file(session: Session, path: str) -> NetworkShown:
    """The certificates that this workstation trusts at its host from now on: those of a PEM file, or "system"
    for the system's. Raises UsageError("not_enrolled"), ("ca_file_unreadable", at=…)."""
    ca = "" if path == SYSTEM else read_ca(path)
    with bootstrap.lock(session.profile):
        access = read_host_access(session.profile)
        if access is None:
            raise UsageError("not_enrolled")
        write_host_access(session.profile, msgspec.structs.replace(access, ca=ca))
    return show(session)


def _change(session: Session, change: Callable[[NetworkSettings], NetworkSettings]) -> NetworkShown:
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        changed = msgspec.structs.replace(settings, network=change(settings.network))
        if changed != settings:
            write_settings(session.profile, changed)
    return show(session)


def _forget_login(session: Session) -> None:
    before = read_proxy_login(session.profile)
    if before is not None:
        forget_proxy_login(session.profile)
        try:
            bootstrap.keeper(before.keeper, session.profile).remove(before.secret)
        except CyberlibError:
            return  # a keychain that is closed keeps what nobody asks for any more


def _system_address() -> str | None:
    from ..system.proxies import system_proxy

    found = system_proxy("cyberlib.example")
    return None if found is None else read_proxy(found).address


def _span(days: str, times: str) -> tuple[str, str, str]:
    start, dash, end = times.partition("-")
    try:
        read_days(days)
        first, last = _clock(read_clock(start)), _clock(read_clock(end))
    except ValueError:
        raise UsageError("bad_hours", text=f"{days} {times}") from None
    if not dash:
        raise UsageError("bad_hours", text=f"{days} {times}")
    return first, last, days.lower().replace(" ", "")


def _key(written: HoursSettings) -> tuple[frozenset[int], int, int]:
    hours = hours_of(written)
    return hours.days, hours.start, hours.end


def _rate_text(text: str) -> str:
    return "" if rate_of(text) is None else " ".join(text.split())


def _hours_shown(written: HoursSettings) -> HoursShown:
    hours = hours_of(written)
    rates = {direction: _bits(rate) for direction, rate in hours.rates.items()}
    return HoursShown(sorted(hours.days), _clock(hours.start), _clock(hours.end), **rates)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _bits(rate: Rate) -> Rate:
    return None if rate is None else rate * 8
