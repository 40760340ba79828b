"""A host that serves: HTTPS, jobs beside it, and a stop that lets requests end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvicorn

from .api.limits import Limits
from .api.routes import application
from .jobs.keeper import Keeper
from .services.context import Context

_GRACE_SECONDS: Final = 20
_IDLE_SECONDS: Final = 0.5


class Server:
    """One host at one address. `port` 0: any free one, known once `start` returned. `proxies`: addresses of
    proxies in front."""

    def __init__(
        self,
        context: Context,
        *,
        certificate: Path,
        key: Path,
        bind: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        proxies: Sequence[str] = (),
    ) -> None:
        self._context = context
        self._socket = _listening(bind, port)
        self._bind = bind
        self._keeper = Keeper(context)
        config = uvicorn.Config(
            application(context, limits),
            ssl_certfile=certificate,
            ssl_keyfile=key,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=60,
            # Who stands in front says where a request comes from: else all its clients were one address,
            # with one address's rate. Of anybody else that word counts for nothing.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
        )
        self._server = _Server(config)
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """`https://host:port`."""
        host = f"[{self._bind}]" if ":" in self._bind else self._bind
        return f"https://{host}:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, in this thread."""
        # uvicorn ends at these by itself, then sends itself the one it got: what comes after were not done.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        self._keeper.start()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._keeper.stop()
            self._context.database.close()

    def start(self) -> None:
        """Serves in a thread of its own, and returns once it answers."""
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self._keeper.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends what `start` began; requests under way are answered first."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._keeper.stop()
        self._context.database.close()


class _Server(uvicorn.Server):
    """Ends once requests are answered: connections that clients keep open for later are not waited for."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        ending = asyncio.create_task(self._leave_idle_ones())
        await super().shutdown(sockets)
        ending.cancel()

    async def _leave_idle_ones(self) -> None:
        await asyncio.sleep(_IDLE_SECONDS)
        while self.server_state.tasks:
            await asyncio.sleep(0.05)
        self.force_exit = True


def _listening(bind: str, port: int) -> socket.socket:
    """The protocol is named: on such sockets alone asyncio sends small answers at once (TCP_NODELAY)."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there it would let another program take the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((bind, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    return listening
