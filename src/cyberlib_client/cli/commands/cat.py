"""`cyberlib cat`: a file's content on standard output."""

from __future__ import annotations

from ...app.wording.language import Both
from ...core.errors import UsageError
from ..from_option import from_option
from ..run import Run, pass_run
from ..words import argument, command


@command(
    "cat",
    Both(
        "Écrire le contenu d’un fichier sur la sortie standard.",
        "Write a file’s content to standard output.",
    ),
)
@argument(
    "item",
    metavar=Both("VERSION:FICHIER", "SNAPSHOT:FILE"),
    help=Both("Une version et un fichier.", "A snapshot and a file."),
)
@from_option
@pass_run
def cat(run: Run, item: str) -> None:
    """See its help."""
    from ...app import browsing

    if run.output.mode != "text":
        raise UsageError("cat_is_raw")
    for piece in browsing.content(run.session, item):
        run.output.close_bar()
        run.output.raw(piece)
    run.output.flush()
