"""A host that serves: HTTPS, jobs beside it, and a stop that lets requests end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from .api.connections import Connection
from .api.limits import Limits
from .api.metrics import Metrics
from .api.routes import application
from .core.problems import Problem
from .jobs.keeper import Keeper
from .jobs.observatory import Observatory, deliver_some
from .jobs.repeating import Repeating
from .jobs.watcher import Watcher
from .services.context import Context
from .settings import FILE, read_settings
from .tls import WARN_DAYS, check_pair, ends

_GRACE_SECONDS: Final = 20
_IDLE_SECONDS: Final = 0.5
_OBSERVE_SECONDS: Final = 60.0
_POST_SECONDS: Final = 5.0
_log = structlog.get_logger("cyberlib.host")


class Server:
    """One host at one address. `port` 0: any free one, known once `start` returned. `proxies`: addresses of
    proxies in front. `folder`: of the host's settings, whose card counts as soon as it is changed."""

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
        folder: Path | None = None,
    ) -> None:
        self._context = context
        self._certificate, self._key, self._folder = certificate, key, folder
        self._metrics = Metrics()
        files: list[tuple[Sequence[Path], Callable[[], None]]] = [
            ((certificate, key), self._take_certificate)
        ]
        if folder is not None:
            files.append(((folder / FILE,), self._take_card))
        self._watcher = Watcher(files, self._tell_certificate)
        self._socket = _listening(bind, port)
        self._bind = bind
        self._keeper = Keeper(context)
        self._observatory = Repeating("observatory", Observatory(context), _OBSERVE_SECONDS)
        # Apart: a mail server that hangs keeps nothing else waiting, and not the host's end either.
        self._post = Repeating("post", lambda: deliver_some(context), _POST_SECONDS, patience=1.0)
        self._jobs = (self._keeper, self._watcher, self._observatory, self._post)
        config = uvicorn.Config(
            application(context, limits, self._metrics),
            ssl_certfile=certificate,
            ssl_keyfile=key,
            http=Connection,
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
        context.ending = False
        self._server = _Server(config, context)
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
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: self._watcher.reread())
        self._start_jobs()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._stop_jobs()
            self._context.database.close()

    def start(self) -> None:
        """Serves in a thread of its own, and returns once it answers."""
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self._start_jobs()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends what `start` began; requests under way are answered first."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._stop_jobs()
        self._context.database.close()

    def _start_jobs(self) -> None:
        for job in self._jobs:
            job.start()

    def _stop_jobs(self) -> None:
        for job in reversed(self._jobs):
            job.stop()

    def _take_certificate(self) -> None:
        """For connections that begin from now on; those that there are keep the one they began with."""
        try:
            check_pair(self._certificate, self._key)
        except (OSError, ValueError) as error:  # half of a pair was written so far, or it is none
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "not read"
            _log.error("certificate_refused", reason=str(reason))
            return
        if self._server.config.ssl is not None:
            self._server.config.ssl.load_cert_chain(self._certificate, self._key)
        _log.info("certificate_taken")
        self._tell_certificate()

    def _tell_certificate(self) -> None:
        until = ends(self._certificate) / 1e6
        self._metrics.certificate_ends(until)
        days = int((until - time.time()) // 86_400)
        if days <= WARN_DAYS:
            _log.warning("certificate_ends", days=days, certificate=str(self._certificate))

    def _take_card(self) -> None:
        assert self._folder is not None
        try:
            card = read_settings(self._folder).card
        except Problem as problem:
            _log.error("settings_refused", where=problem.facts.get("where"))  # the card stays what it was
            return
        self._context.card = card
        _log.info("card_taken", withdrawn=card.withdrawn if card is not None else None)


class _Server(uvicorn.Server):
    """Ends once requests are answered: connections that clients keep open for later are not waited for."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self._context = context

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.ending = True
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
