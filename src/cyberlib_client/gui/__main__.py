"""`python -m cyberlib_client.gui`, and the program `cyberlib-gui`."""

from __future__ import annotations

import argparse
import os
import sys
from subprocess import Popen

from ..app.bootstrap import preferred_language, process, profile_at
from ..app.clerk.starting import start_clerk
from ..app.wording import language
from ..core.errors import CyberlibError


def start() -> None:
    """The program. Does not return."""
    options = argparse.ArgumentParser("cyberlib-gui")
    options.add_argument("--profile")
    options.add_argument("--lang", choices=("fr", "en"))
    options.add_argument("--alone", action="store_true")  # without the icon beside the clock
    options.add_argument("--support", action="store_true")  # the small window of whoever helps
    options.add_argument("--credential", default="")
    options.add_argument("--ca", default="")
    given = options.parse_args()
    process().forbid_core_dumps()
    chosen = given.lang or preferred_language(given.profile) or language.from_environment(os.environ)
    language.choose(chosen)
    if given.support:
        from .main import run_support

        sys.exit(run_support(given.profile, given.credential, given.ca))
    clerk: Popen[bytes] | None
    try:
        clerk = start_clerk(profile_at(given.profile))  # it loads what it takes while the window does
    except OSError:
        clerk = None  # tried again, and told, with the first question
    except CyberlibError as error:
        from .main import say_why

        sys.exit(say_why(error))
    from .main import run

    sys.exit(run(given.profile, alone=given.alone, clerk=clerk))


if __name__ == "__main__":
    start()
