"""One call of the program, and the group that its commands belong to."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

import click

from .. import __version__
from ..data_folder import open_host
from ..services.audit import Actor
from ..services.context import Context
from .output import Output


class Run:
    """One call of the program."""

    def __init__(self, data: Path | None, *, as_json: bool) -> None:
        self._data = data
        self.output = Output(as_json=as_json)

    @property
    def data(self) -> Path:
        """The host's folder. click.UsageError when it is not given: only help does without it."""
        if self._data is None:
            raise click.UsageError("Missing option '--data' (or CYBERLIB_HOST_DATA).")
        return self._data

    def host(self) -> Context:
        """The host in the data folder, until the command's end. Raises Problem."""
        found = open_host(self.data)
        click.get_current_context().call_on_close(found.database.close)
        return found

    @property
    def actor(self) -> Actor:
        """As the audit log names whoever calls."""
        return Actor(f"operator:{_account()}", "command line")


def _account() -> str:
    """The system's word for who calls, and not the environment's, but for who called sudo."""
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    behind = os.environ.get("SUDO_USER", "")
    return f"{behind} as {name}" if os.getuid() == 0 and behind not in ("", name) else name


@click.group("cyberlib-host", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    envvar="CYBERLIB_HOST_DATA",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the host: settings, keys, and by default the database and the objects.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.version_option(__version__, message="cyberlib-host %(version)s")
@click.pass_context
def cli(context: click.Context, data: Path | None, as_json: bool) -> None:
    """Runs and administers a host of CyberLib."""
    context.obj = Run(data, as_json=as_json)
