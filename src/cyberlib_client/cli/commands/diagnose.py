"""`cyberlib diagnose`: one archive for the support."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import size
from ..run import Run, pass_run
from ..words import command, option

if TYPE_CHECKING:
    from ...app.diagnosis.contents import Diagnosis


@command(
    "diagnose",
    Both(
        "Écrire une archive pour l’assistance. Elle ne contient ni secret ni nom de fichier, de patient ou de"
        " poste ; rien n’est envoyé.",
        "Write an archive for support. It holds no secret and no name of a file, patient or machine; nothing"
        " is sent.",
    ),
)
@option(
    "--list",
    "only_list",
    is_flag=True,
    help=Both("Dire ce qu’elle contiendrait, sans l’écrire.", "Tell what it would hold; write nothing."),
)
@option(
    "--to",
    default="",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Le fichier à écrire, ou son dossier (par défaut : le dossier en cours).",
        "The file to write, or its folder (default: the folder in which you are).",
    ),
)
@pass_run
def diagnose(run: Run, only_list: bool, to: str) -> None:
    """See its help."""
    from ...app.diagnosis.archive import contents, diagnose

    made = contents() if only_list else diagnose(run.session, to)
    run.output.result(made, lambda: _lines(made))


def _lines(made: Diagnosis) -> Iterator[str]:
    from ...app.diagnosis.contents import PROMISE

    for part in made.parts:
        told = f" [{part.error}]" if part.error else ""
        yield f"  {part.name:<14} {part.what}{told}"
    yield ""
    yield str(PROMISE)
    if made.at:
        yield ""
        yield say(
            f"Archive écrite : {made.at} ({size(made.bytes)})", f"Archive: {made.at} ({size(made.bytes)})"
        )
