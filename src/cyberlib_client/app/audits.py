"""The host's audit log of this workstation's organisation: fetched, checked, kept in a file on request."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import msgspec

from ..core.errors import Failed, UsageError
from ..transports.host.audit_log import AuditLog
from . import bootstrap
from .host_link import access_of, client_of
from .session import Session


class AuditChecked(msgspec.Struct, frozen=True):
    """A log whose lines are all chained, up to this very reading. `first`: number of the first line there is,
    older ones being removed after months. `hash`: of the last line, to be kept for the next time.
    `operators`: accesses by the host's own people; `refused`: accesses that were refused."""

    host: str
    lines: int
    first: int
    last: int
    since: str
    until: str
    hash: str
    operators: int
    refused: int
    file: str | None


def check_audit(session: Session, out: str | None = None) -> AuditChecked:
    """Fetches and checks the log; `out`: a new file for it (docs/protocol/logs.md), which is kept as evidence
    when something is wrong.

    Raises UsageError("not_enrolled"), ("audit_file_exists", at=…), Failed("audit_file_not_written", at=…,
    reason=…), IntegrityError("host_audit_broken", at=…, line=…), ("host_audit_shorter", at=…), and what the
    host refuses.
    """
    access = access_of(session.profile)
    client = client_of(session)
    with _file(out) as write:
        log = AuditLog(client, access.device)
        write(log.begin)
        lines = operators = refused = 0
        times, digest = list[str](), log.begin.anchor
        for line in log.lines():
            write(line)
            lines, digest = lines + 1, line.hash
            times[1:] = [str(line.record.get("time"))]
            operators += str(line.record.get("actor")).startswith("operator:")
            refused += line.record.get("outcome") != "done"
    first = log.begin.first
    return AuditChecked(
        access.url, lines, first, first + lines - 1, times[0], times[-1], digest, operators, refused, out
    )


@contextlib.contextmanager
def _file(path: str | None) -> Iterator[Callable[[msgspec.Struct], None]]:
    """What writes a line to a new file that this user alone may read; nowhere when there is none."""
    if path is None:
        yield lambda _line: None
        return
    try:
        file = os.fdopen(bootstrap.private_files().create(path), "wb")
    except FileExistsError:
        raise UsageError("audit_file_exists", at=path) from None
    except OSError as error:
        raise Failed("audit_file_not_written", at=path, reason=error.strerror) from None

    def write(line: msgspec.Struct) -> None:
        try:
            file.write(msgspec.json.encode(line) + b"\n")
        except OSError as error:
            raise Failed("audit_file_not_written", at=path, reason=error.strerror) from None

    try:
        yield write
        file.flush()
    except OSError as error:
        raise Failed("audit_file_not_written", at=path, reason=error.strerror) from None
    finally:
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            if not os.path.getsize(path):  # the host gave nothing
                os.unlink(path)
