"""A process that listens in a folder, tells its address, and sends back what it receives; killed by tests.

python echo_listener.py FOLDER          until its input ends
python echo_listener.py FOLDER silent   takes connections and does nothing with them
"""

from __future__ import annotations

import sys
import threading

from cyberlib_client.app.bootstrap import local_sockets
from cyberlib_client.core.platform import Channel


def _echo(channel: Channel) -> None:
    while data := channel.receive(1 << 16):
        channel.send(data)
    channel.close()


def main() -> None:
    folder, *silent = sys.argv[1:]
    listener = local_sockets().listen(folder)
    kept = []

    def serve() -> None:
        while (channel := listener.accept()) is not None:
            kept.append(channel)
            if not silent:
                threading.Thread(target=_echo, args=(channel,), daemon=True).start()

    server = threading.Thread(target=serve)
    server.start()
    print(listener.address, flush=True)
    sys.stdin.read()
    listener.close()
    server.join()


if __name__ == "__main__":
    main()
