"""The process of an agent: one for a profile, until it is told to end."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable

from ...core.errors import Failed
from ...core.platform import Listener
from ...state.profile import Profile
from .. import bootstrap
from ..session import Session
from ..workplace import Notice
from .agent import Agent
from .place import forget_address, read_pid, write_address
from .server import Server
from .world import RealMemory, RealWorld

_GLANCE = 0.5
"""Seconds between two looks at whether this process was asked to end."""


def run_agent(session: Session, begun: Callable[[], object] = lambda: None) -> None:
    """Runs until the session is cancelled, or a client ends it. `begun` is called once it can be reached.

    Raises Failed("agent_running", pid=…) when the profile has one already, ("agent_not_reachable", reason=…)
    when its socket cannot be made, ("profile_exposed", at=…) when others may enter the profile's folder,
    ("profile_full"), ("profile_denied").
    """
    profile = session.profile
    profile.make()
    bootstrap.process().forbid_core_dumps()
    try:
        listener = bootstrap.local_sockets().listen(profile.root)
    except OSError as error:
        if error.errno == errno.EPERM:
            raise Failed("profile_exposed", at=profile.root) from None
        if error.errno == errno.EADDRINUSE:
            raise Failed("agent_running", pid=read_pid(profile)) from None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Failed("profile_full", at=profile.root) from None
        raise Failed("agent_not_reachable", reason=error.strerror or type(error).__name__) from None
    _serve(session, profile, listener, begun)


def serve_agent(session: Session) -> None:
    """The same as a service of the system, which is told how it stands and asks it to end."""

    def end() -> None:
        session.cancel.cancel("shutdown")

    bootstrap.services().run_as_service(session.profile.root, lambda: run_agent(session), end)


def _serve(session: Session, profile: Profile, listener: Listener, begun: Callable[[], object]) -> None:
    agent = Agent(profile, RealWorld(profile), RealMemory(profile))
    server = Server(listener, agent, os.getpid())
    agent.server = server
    try:
        write_address(profile, listener.address)
        server.start()
        session.notify(Notice("agent_begun", {}))
        begun()
        threading.Thread(target=_wait, args=(session, agent), daemon=True).start()
        agent.run()
    finally:
        forget_address(profile)
        server.close()


def _wait(session: Session, agent: Agent) -> None:
    while not session.cancel.cancelled:  # set by a signal's handler, which may not touch a lock
        time.sleep(_GLANCE)
    agent.end()
