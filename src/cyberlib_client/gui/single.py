"""One window a profile: a second start shows the first."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE = 500
"""ms for an answer of a window that is there."""


class Single(QObject):
    """`called`: somebody started the program once more."""

    called = Signal()

    def __init__(self, root: str) -> None:
        super().__init__()
        digest = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"cyberlib-{digest[:16]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come)

    def first(self) -> bool:
        """Whether no other window has this profile; else that one is called."""
        other = QLocalSocket()
        other.connectToServer(self._name)
        if other.waitForConnected(_PATIENCE):
            other.disconnectFromServer()
            return False
        if not self._server.listen(self._name):
            QLocalServer.removeServer(self._name)  # what one that was killed left behind
            self._server.listen(self._name)
        return True

    def close(self) -> None:
        """Others may come."""
        self._server.close()

    def _come(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
        self.called.emit()
