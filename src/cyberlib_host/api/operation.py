"""How an operation of the protocol is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..core.problems import Problem
from ..services.access import Caller
from ..services.context import Context

Method = Literal["GET", "POST", "PUT"]


@dataclass(frozen=True)
class Call:
    """One request, as an operation gets it. `body` is of the operation's `request` type, or the raw bytes."""

    context: Context
    request_id: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    signed_in: Caller | None

    @property
    def caller(self) -> Caller:
        """The device that asks. Raises Problem("not_signed_in")."""
        if self.signed_in is None:
            raise Problem("not_signed_in")
        return self.signed_in

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
    """`request`: type of the JSON body, `bytes` for a raw one, None for none. `signed`: needs a session.

    `query`: the names it knows, each with what it means. `problems`: codes beside those that any may answer.
    """

    name: str
    method: Method
    path: str
    summary: str
    run: Callable[[Call], Any]
    answer: Any
    request: Any = None
    signed: bool = True
    query: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
