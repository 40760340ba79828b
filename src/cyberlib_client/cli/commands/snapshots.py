"""`cyberlib snapshots`: the versions a vault holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import count, many, moment, size
from ..from_option import from_option
from ..run import Run, pass_run
from ..tables import cut, table
from ..words import command, option

if TYPE_CHECKING:
    from ...app.listed import SnapshotInfo


@command(
    "snapshots",
    Both(
        "Lister les versions du coffre, les plus anciennes d’abord. Une version : tout ce qu’une sauvegarde a"
        " trouvé, à sa date.",
        "List snapshots, oldest first. A snapshot: all that one backup found, at its time.",
    ),
)
@from_option
@option(
    "--retired",
    is_flag=True,
    help=Both(
        "Celles qui sont en quarantaine, à la place (voir aussi undelete).",
        "Those in quarantine instead (see undelete too).",
    ),
)
@pass_run
def snapshots(run: Run, retired: bool) -> int:
    """See its help."""
    from ...app import snapshot_list

    found = snapshot_list.snapshots(run.session, retired=retired)
    if run.output.mode != "text":
        run.output.items(found, str)
    elif found:
        run.output.result(found, lambda: table(_head(), [_row(s) for s in found], "lllrrr"))
    elif not run.session.incomplete:
        empty = (
            say("Aucune version en quarantaine.", "No snapshot is in quarantine.")
            if retired
            else say("Le coffre est vide.", "The vault is empty.")
        )
        run.output.result(found, lambda: [empty])
    return run.session.listing_exit


def _head() -> list[str]:
    return (
        ["VERSION", "DATE", "POSTE", "FICHIERS", "TAILLE", "AJOUTÉ", "DOSSIERS", "ÉTIQUETTE"]
        if say("fr", "en") == "fr"
        else ["SNAPSHOT", "DATE", "DEVICE", "FILES", "SIZE", "ADDED", "SOURCES", "LABEL"]
    )


def _row(s: SnapshotInfo) -> list[str]:
    from ...app.paths import native

    return [
        s.id[:8],
        moment(s.time),
        s.device,
        count(s.files),
        size(s.bytes),
        size(s.stored),
        " ".join(native(path, s.system) or path for path in s.sources),
        " ".join(filter(None, (cut(s.label, _LABEL), _incomplete(s)))),
    ]


_LABEL = 40
"""Columns of a label in the table; JSON has all of it."""


def _incomplete(s: SnapshotInfo) -> str:
    """What the version lacks, seen in the list."""
    if not s.missing:
        return ""
    lacking = many(len(s.missing), *_ABSENT)
    return say(f"[incomplète : {lacking}]", f"[incomplete: {lacking}]")


_ABSENT = (Both("dossier absent", "source missing"), Both("dossiers absents", "sources missing"))
