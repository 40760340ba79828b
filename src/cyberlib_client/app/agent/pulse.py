"""An agent's going round: it looks at everything, and sleeps until something happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

_BREATH: Final = 0.2
"""Seconds after it was woken: changes come in crowds."""

_SETTINGS: Final = 1.0
"""Seconds between two glances at whether the settings changed."""


class Pulse:
    """`step` gives the seconds to sleep; `stumbled` the same once it raised; `changed`: whether the settings
    are others. `wake` and `end` may be called from any thread."""

    def __init__(
        self, step: Callable[[], float], stumbled: Callable[[Exception], float], changed: Callable[[], bool]
    ) -> None:
        self._step, self._stumbled, self._changed = step, stumbled, changed
        self._woken = threading.Event()
        self.ending = False

    def run(self) -> None:
        """Until `end`. One that meets a fault of ours goes on: nobody is there to start the agent anew."""
        while not self.ending:
            try:
                wait = self._step()
            except Exception as raised:  # noqa: BLE001 (see above; the report says where it happened)
                wait = self._stumbled(raised)
            self._rest(wait)

    def _rest(self, seconds: float) -> None:
        """Until then, until something happens, or until somebody changed the settings."""
        left = seconds
        while left > 0 and not self._woken.wait(min(left, _SETTINGS)):
            left -= _SETTINGS
            if self._changed():
                break
        if self._woken.is_set():
            time.sleep(_BREATH)
        self._woken.clear()

    def wake(self) -> None:
        """Something happened."""
        self._woken.set()

    def end(self) -> None:
        """Ends `run`, soon."""
        self.ending = True
        self.wake()
