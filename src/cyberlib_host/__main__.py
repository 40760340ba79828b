"""`cyberlib-host`, and `python -m cyberlib_host`."""

from __future__ import annotations

import sys

from .cli.main import main


def start() -> None:
    """The console script. Does not return."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    start()
