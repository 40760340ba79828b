"""`cyberlib diff`: what changed between two snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import size
from ..from_option import from_option
from ..places import told
from ..run import Run, pass_run
from ..words import argument, command

if TYPE_CHECKING:
    from ...app.browsing import ChangeInfo


@command(
    "diff",
    Both(
        "Comparer deux versions. Signes : + nouveau, - disparu, ~ contenu, m droits ou dates.",
        "Compare two snapshots. Signs: + new, - gone, ~ content, m mode or times.",
    ),
)
@argument(
    "before",
    metavar=Both("VERSION[:CHEMIN]", "SNAPSHOT[:PATH]"),
    help=Both("La version d’avant.", "The snapshot before."),
)
@argument(
    "after",
    metavar=Both("VERSION[:CHEMIN]", "SNAPSHOT[:PATH]"),
    help=Both("La version d’après.", "The snapshot after."),
)
@from_option
@pass_run
def diff(run: Run, before: str, after: str) -> int:
    """See its help."""
    from ...app import browsing

    found = run.output.items(browsing.differences(run.session, before, after), line)
    if not found and run.output.mode == "text" and not run.session.incomplete:
        run.output.remark(say("Aucune différence.", "No difference."))
    return run.session.listing_exit


_SIGNS = {"added": "+", "removed": "-", "content": "~", "metadata": "m"}


def line(change: ChangeInfo) -> str:
    """One change on one line."""
    sizes = [size(s) for s in (change.size_before, change.size_after) if s is not None]
    growth = f"  ({' → '.join(sizes)})" if change.kind == "file" and change.change != "metadata" else ""
    return f"{_SIGNS[change.change]} {told(change.path, change.native, change.kind)}{growth}"
