"""What each part of the archive says. One that cannot be had says why; the others are there."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any, Final

import msgspec

from ... import __version__
from ...core.errors import CyberlibError, UsageError
from ...core.ports import OBJECT_KINDS
from ...state.private_file import read_file
from .. import bootstrap, stores
from ..session import Session
from ..times import iso_time
from .redacting import Redactor

_DAYS: Final = 90
_RUNS: Final = 500
_LIBRARIES: Final = (
    "cryptography",
    "msgspec",
    "zstandard",
    "pyfastcdc",
    "cbor2",
    "httpx",
    "PySide6-Essentials",
)
_CRASHES: Final = 20
_MOST_CRASH: Final = 64 * 1024
_SECOND: Final = 10**9

Collect = Callable[[Session, Redactor], Any]


def program(session: Session, _redactor: Redactor) -> dict[str, Any]:
    """Versions and what the system is: nothing that names the machine."""
    root = session.profile.root
    while root and not os.path.isdir(root) and root != os.path.dirname(root):
        root = os.path.dirname(root)
    free = shutil.disk_usage(root)
    now = bootstrap.clock()
    return {
        "cyberlib": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "processors": os.cpu_count(),
        "encoding": sys.getfilesystemencoding(),
        "language": locale.getlocale()[0],
        "made": iso_time(now - now % _SECOND),
        "disk": {"total": free.total, "free": free.free},
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def settings(session: Session, redactor: Redactor) -> dict[str, Any]:
    """What was chosen; of what has a name, how it is and not what it is called."""
    made: dict[str, Any] = redactor.value(session.settings)
    vault = session.settings.vault
    if vault is not None:
        made["place"] = _kind(vault.at)
    return made


def _kind(at: str) -> str:
    return "host" if stores.is_host(at) else "bucket" if stores.is_bucket(at) else "folder"


def status(session: Session, redactor: Redactor) -> dict[str, Any]:
    """Health and its reasons."""
    from ..agent.facts import agent_facts
    from ..reports import report

    told = report(session, _DAYS, agent=agent_facts(session))
    return {
        "health": redactor.value(told.health),
        "files": told.files,
        "bytes": told.bytes,
        "verified": redactor.value(told.verified),
        "aside": redactor.value(told.aside),
        "calendar": redactor.value(told.calendar),
    }


def history(session: Session, redactor: Redactor) -> dict[str, Any]:
    """Runs, incidents and moments, newest last."""
    since = bootstrap.clock() - _DAYS * 86_400 * _SECOND
    kept = session.history
    runs = kept.runs(since=since, limit=_RUNS)
    return {
        "runs": [_record(redactor, each) for each in runs[-_RUNS:]],
        "incidents": [_record(redactor, each) for each in kept.incidents(open_only=False)[-_RUNS:]],
        "moments": [_record(redactor, each) for each in kept.moments(since)[-_RUNS:]],
    }


def _record(redactor: Redactor, record: msgspec.Struct | tuple[Any, ...]) -> dict[str, Any]:
    if isinstance(record, msgspec.Struct):
        made: dict[str, Any] = redactor.value(record)
    else:
        fields: dict[str, Any] = record._asdict()  # type: ignore[attr-defined]
        made = {name: redactor.value(each) for name, each in fields.items()}
    for name in ("started", "ended", "first", "last", "cleared", "at"):
        if isinstance(made.get(name), int):
            made[name] = iso_time(made[name])
    return made


def agent(session: Session, redactor: Redactor) -> dict[str, Any]:
    """What it says of itself; when it does not answer, what it left behind."""
    from ..agent.client import agent_of
    from ..agent.keeping import read_kept

    made: dict[str, Any] = {"running": False, "kept": redactor.value(read_kept(session.profile))}
    try:
        client = agent_of(session.profile)
        if client is not None:
            with client:
                made |= {"running": True, "status": redactor.value(client.status())}
    except CyberlibError as error:
        made["error"] = redactor.error(error)
    return made


def network(session: Session, redactor: Redactor) -> dict[str, Any]:
    """The way to the host, as `cyberlib network check` looks at it."""
    from ..network_check import check

    try:
        found, error = check(session)
    except UsageError as none:
        if none.code == "not_enrolled":
            return {"host": False}
        raise
    made: dict[str, Any] = redactor.value(found)
    return made | ({"error": redactor.error(error)} if error is not None else {})


def vault(session: Session, redactor: Redactor) -> dict[str, Any]:
    """Counts and sizes, without its key."""
    if session.settings.vault is None:
        return {"vault": "none"}
    counted: dict[str, dict[str, int]] = {}
    for kind in OBJECT_KINDS:
        sizes = [found.size for found in session.store.list(kind)]
        counted[kind] = {"objects": len(sizes), "bytes": sum(sizes), "largest": max(sizes, default=0)}
    return {
        "vault": redactor.label(session.settings.vault.id),
        "place": _kind(session.settings.vault.at),
        "objects": counted,
        "copies": len(session.settings.copies),
    }


_OWN: Final = (
    "settings", "alarm", "copies", "refusals", "retention", "device", "identity", "slots", "watch", "seen",
    "packs_read", "walked", "history", "timetable", "lock", "agent",
)  # fmt: skip
"""Files of a profile, by the names of its attributes."""


def profile(session: Session, _redactor: Redactor) -> dict[str, Any]:
    """Which of its files are there: sizes, times and rights."""
    made: dict[str, Any] = {}
    for name in _OWN:
        try:
            found = os.lstat(getattr(session.profile, name))
        except OSError as error:
            made[name] = None if isinstance(error, FileNotFoundError) else error.errno
            continue
        made[name] = {
            "bytes": found.st_size,
            "changed": iso_time(found.st_mtime_ns),
            "mode": f"{stat.S_IMODE(found.st_mode):o}",
            "file": stat.S_ISREG(found.st_mode),
        }
    return made


def crashes(session: Session, redactor: Redactor) -> Iterator[str]:
    """The newest reports, what they may say of it."""
    try:
        names = sorted(os.listdir(session.profile.crashes))[-_CRASHES:]
    except FileNotFoundError:
        return
    for number, name in enumerate(names, 1):
        yield f"--- {number}"
        try:
            data = read_file(os.path.join(session.profile.crashes, name)) or b""
        except CyberlibError as error:
            yield f"{error.code}\n"
            continue
        yield redactor.crash(data[:_MOST_CRASH].decode("utf-8", "replace"))


COLLECT: Final[dict[str, Collect]] = {
    "program.json": program,
    "settings.json": settings,
    "status.json": status,
    "history.json": history,
    "agent.json": agent,
    "network.json": network,
    "vault.json": vault,
    "profile.json": profile,
    "crashes.txt": crashes,
}
