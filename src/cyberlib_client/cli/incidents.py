"""Incidents of a run told to people: the first ones one by one, then how many more there were."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ..app.wording.language import say
from ..app.wording.units import count
from ..core.events import Event, Incident

if TYPE_CHECKING:
    from .run import Run

SHOWN: Final = 20
"""Lines that somebody reads; ten thousand would hide what the command says last."""


@contextmanager
def few_incidents(run: Run) -> Iterator[None]:
    """Within, text shows the first `SHOWN` incidents, and at the end how many more; JSON lines have all."""
    output, session = run.output, run.session
    if output.mode != "text":
        yield
        return
    number = 0
    lock = threading.Lock()

    def listen(event: Event) -> None:
        nonlocal number
        if isinstance(event, Incident):
            with lock:
                number += 1
                if number > SHOWN:
                    return
        output.listen(event)

    session.listener = listen
    try:
        yield
    finally:
        session.listener = output.listen
        if number > SHOWN:
            rest = count(number - SHOWN)
            output.remark(
                say(
                    f"… et {rest} de plus ; --jsonl les donne tous.",
                    f"… and {rest} more; --jsonl has them all.",
                )
            )
