"""`cyberlib versions`: the states of one path over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import SNAPSHOT, many, modified, moment, size
from ..from_option import from_option
from ..run import Run, pass_run
from ..words import argument, command
from .ls import remark

if TYPE_CHECKING:
    from ...app.listed import FoundInfo


@command(
    "versions",
    Both(
        "Lister les états successifs d’un fichier ou d’un dossier. Un état : un même contenu et une même"
        " date, qu’une ou plusieurs versions montrent.",
        "List the states of one file or folder over time. A state: one content and time, which one or more"
        " snapshots show.",
    ),
)
@argument(
    "path",
    metavar=Both("CHEMIN", "PATH"),
    help=Both("Son chemin sur ce poste, ou dans le coffre.", "Its path on this machine, or in the vault."),
)
@from_option
@pass_run
def versions(run: Run, path: str) -> int:
    """See its help."""
    from ...app import browsing

    run.output.items(browsing.versions(run.session, path), line)
    return run.session.listing_exit


def line(version: FoundInfo) -> str:
    """One state on one line, with the snapshots that show it."""
    e = version.entry
    length = size(e.size) if e.kind == "file" else ""
    span = version.first[:8] if version.first == version.last else f"{version.first[:8]} … {version.last[:8]}"
    times = dict.fromkeys((moment(version.first_time), moment(version.last_time)))
    held = many(version.snapshots, *SNAPSHOT)
    seen = say(f"vu {' – '.join(times)}  (dans {held})", f"seen {' – '.join(times)}  (in {held})")
    return f"{modified(e):<16}  {length:>8}  {span:<19}  {seen}{remark(e)}"
