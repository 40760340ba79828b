"""`cyberlib-host`, and `python -m cyberlib_host`."""

from __future__ import annotations

import sys


def start() -> None:
    """The console script. Does not return."""
    try:
        from .cli.main import main
    except ImportError as missing:  # a workstation has the program and not what it needs
        sys.exit(f"cyberlib-host: {missing}. Install the host's part: pip install 'cyberlib[host]'")
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    start()
