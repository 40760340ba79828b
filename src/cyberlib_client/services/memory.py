"""Too little memory, told as what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from ..core.errors import Failed

P = ParamSpec("P")
R = TypeVar("R")


def memory_told(service: Callable[P, R]) -> Callable[P, R]:
    """The service, with Failed("no_memory") for what Python and its threads raise when it is short."""

    @wraps(service)
    def told(*args: P.args, **named: P.kwargs) -> R:
        try:
            return service(*args, **named)
        except MemoryError:
            pass
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
        # Raised out here, so that what filled the memory hangs on no traceback.
        raise Failed("no_memory")

    return told
