"""Signals by which a system or a person asks a program to end."""

from __future__ import annotations

import signal


def endings() -> tuple[int, ...]:
    """Those this system has: also that the terminal was closed, unless nobody is to hear of that (nohup)."""
    closed = getattr(signal, "SIGHUP", None)
    if closed is None or signal.getsignal(closed) is signal.SIG_IGN:
        return (signal.SIGINT, signal.SIGTERM)
    return (signal.SIGINT, signal.SIGTERM, closed)
