"""Clocks of Linux and macOS that nobody sets."""

from __future__ import annotations

import sys
import time

if sys.platform == "linux":
    AWAKE, GOING = time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME
elif sys.platform == "darwin":
    # Apple's CLOCK_MONOTONIC_RAW goes on in sleep, as no other clock of that name does (clock_gettime(3)).
    AWAKE, GOING = time.CLOCK_UPTIME_RAW, time.CLOCK_MONOTONIC_RAW

if sys.platform != "win32":

    class PosixClocks:
        """See core.platform.Clocks."""

        def awake(self) -> float:
            """See core.platform.Clocks."""
            return time.clock_gettime(AWAKE)

        def going(self) -> float:
            """See core.platform.Clocks."""
            return time.clock_gettime(GOING)
