"""`cyberlib find`: search by name over all snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import SNAPSHOT, many, modified, size
from ..from_option import from_option
from ..places import told
from ..run import Run, pass_run
from ..words import argument, command, option

if TYPE_CHECKING:
    from ...app.listed import FoundInfo


@command(
    "find",
    Both(
        "Chercher par nom dans toutes les versions. Majuscules et accents ne comptent pas ; des mots simples"
        " se trouvent n’importe où dans le nom, dans n’importe quel ordre.",
        "Search by name in all snapshots. Case and accents do not matter; plain words are found anywhere in"
        " a name, in any order.",
    ),
)
@argument(
    "pattern",
    metavar=Both("MOTIF", "PATTERN"),
    help=Both(
        "Un ou plusieurs mots, ou un motif avec * et ?.", "One or more words, or a pattern with * and ?."
    ),
)
@option(
    "--under",
    metavar=Both("CHEMIN", "PATH"),
    help=Both(
        "Seulement sous ce dossier : son chemin sur ce poste, ou dans le coffre.",
        "Only below this folder: its path on this machine, or in the vault.",
    ),
)
@option(
    "--in",
    "only",
    metavar=Both("VERSION", "SNAPSHOT"),
    help=Both("Seulement dans cette version.", "Only in this snapshot."),
)
@from_option
@pass_run
def find(run: Run, pattern: str, under: str | None, only: str | None) -> int:
    """See its help."""
    from ...app import browsing

    shown = line if only is None else line_in_one
    found = run.output.items(browsing.find(run.session, pattern, under=under, only=only), shown)
    if not found and run.output.mode == "text" and not run.session.incomplete:
        run.output.remark(say("Rien ne porte ce nom.", "Nothing has that name."))
    return run.session.listing_exit


def line_in_one(match: FoundInfo) -> str:
    """One match on one line, where a single snapshot was searched."""
    e = match.entry
    length = size(e.size) if e.kind == "file" else ""
    return f"{modified(e):<16}  {length:>8}  {told(e.path, e.native, e.kind)}"


def line(match: FoundInfo) -> str:
    """The same with the snapshots that hold it."""
    held = many(match.snapshots, *SNAPSHOT)
    spans = say(f"dans {held}, la dernière {match.last[:8]}", f"in {held}, last {match.last[:8]}")
    return f"{line_in_one(match)}  ({spans})"
