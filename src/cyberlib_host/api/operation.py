"""How an operation of the protocol is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..core.problems import Problem
from ..services.access import Caller
from ..services.context import Context
from ..services.support import Helper

Method = Literal["GET", "POST", "PUT"]
Access = Literal["session", "support", "anybody"]


@dataclass(frozen=True)
class Call:
    """One request, as an operation gets it. `body` is of the operation's `request` type, or the raw bytes."""

    context: Context
    request_id: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    signed_in: Caller | None
    helping: Helper | None = None

    @property
    def caller(self) -> Caller:
        """The device that asks. Raises Problem("not_signed_in")."""
        if self.signed_in is None:
            raise Problem("not_signed_in")
        return self.signed_in

    @property
    def helper(self) -> Helper:
        """Who of support asks. Raises Problem("helper_refused")."""
        if self.helping is None:
            raise Problem("helper_refused")
        return self.helping

    def number(self, name: str, default: int) -> int:
        """A number of the query. Raises Problem("bad_request")."""
        written = self.query.get(name)
        if written is None:
            return default
        if not written.isascii() or not written.isdigit() or len(written) > 15:
            raise Problem("bad_request", where=name)
        return int(written)


@dataclass(frozen=True)
class Operation:
    """`request`: type of the JSON body, `bytes` for a raw one, None for none.

    `access`: "session" of a device, "support" with one's credential, "anybody". `waits`: whether there is
    nothing new in an answer: then it is looked for again, for as long as the query's `wait` allows.
    `query`: the names it knows, each with what it means. `problems`: codes beside those that any may answer.
    """

    name: str
    method: Method
    path: str
    summary: str
    run: Callable[[Call], Any]
    answer: Any
    request: Any = None
    access: Access = "session"
    query: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    waits: Callable[[Call, Any], bool] | None = None
