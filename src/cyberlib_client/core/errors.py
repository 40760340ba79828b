"""Every error a user can meet: a stable code, the facts, an exit code. Words live in `app.messages`.

    CyberlibError
    ├── UsageError            2    wrong use, a missing answer
    ├── NeedsUnlock           5    authentication needed
    ├── Refused               5    a host does not let this workstation in
    ├── Unreachable           6    the store cannot be reached
    ├── IntegrityError        7    damaged or hostile data
    ├── Busy                  8    another run holds it
    ├── Stopped             130    interrupted by the user
    └── Failed                1    everything else

Codes are lower-case words joined by underscores and never change once released. Facts are plain
values (text, numbers) that `app.messages` puts in the sentence; a fact is never a secret. The names
of a practice's files go into the fact `path` alone, so that logs can leave them out.
"""

from __future__ import annotations

from typing import ClassVar


class CyberlibError(Exception):
    """Base of all typed errors. `code` is stable; `facts` fill the sentence shown to the user."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, **facts: str | int | float | None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        # Without `path`: this form may reach a log or a crash report.
        shown = ", ".join(f"{k}={v}" for k, v in self.facts.items() if k != "path")
        return f"{self.code} ({shown})" if shown else self.code


class Failed(CyberlibError):
    """The operation could not be done: no space, no rights, something vanished."""


class UsageError(CyberlibError):
    """The request itself is wrong or an answer is missing."""

    exit_code = 2


class NeedsUnlock(CyberlibError):
    """A passphrase, recovery key or device secret is missing or wrong."""

    exit_code = 5


class Refused(CyberlibError):
    """A host does not let this workstation in; no passphrase would change that."""

    exit_code = 5


class Unreachable(CyberlibError):
    """The store cannot be reached."""

    exit_code = 6


class IntegrityError(CyberlibError):
    """Stored bytes are missing, damaged, or not what they claim to be."""

    exit_code = 7


class Busy(CyberlibError):
    """Another run holds the profile."""

    exit_code = 8


class Stopped(CyberlibError):
    """The run was stopped on request; nothing was lost."""

    exit_code = 130

    def __init__(self, code: str = "stopped", **facts: str | int | float | None) -> None:
        super().__init__(code, **facts)
