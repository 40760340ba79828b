"""One window a profile: a second start shows the first. In the profile alone, where nobody else can take the
place of a window that is to come, nor call one."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable

from ..core.errors import CyberlibError
from ..core.platform import Listener
from ..state.private_file import read_file
from ..state.profile import Profile
from . import bootstrap


class OnlyWindow:
    """`called`: somebody started the program once more; in a thread."""

    def __init__(self, profile: Profile, called: Callable[[], object]) -> None:
        self._profile, self._called = profile, called
        self._listener: Listener | None = None

    def first(self) -> bool:
        """Whether no other window has this profile; else that one is called. A profile that cannot be written
        to has as many windows as are opened: each says what is wrong."""
        try:
            self._profile.make_folder(self._profile.window)
            self._listener = bootstrap.local_sockets().listen(self._profile.window)
            self._profile.write(self._profile.window_address, self._listener.address.encode("utf-8"))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                self._call()
                return False
        except CyberlibError:
            pass
        if self._listener is not None:
            threading.Thread(target=self._hear, args=(self._listener,), daemon=True).start()
        return True

    def close(self) -> None:
        """Others may come."""
        if self._listener is not None:
            self._listener.close()

    def _call(self) -> None:
        try:
            address = read_file(self._profile.window_address) or b""
            bootstrap.local_sockets().connect(address.decode("utf-8")).close()
        except (CyberlibError, OSError, ValueError):
            pass  # it is there, and cannot be brought to the front

    def _hear(self, listener: Listener) -> None:
        try:
            while (channel := listener.accept()) is not None:
                channel.close()
                self._called()
        except OSError:
            pass
