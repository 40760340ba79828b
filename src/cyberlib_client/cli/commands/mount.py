"""`cyberlib mount`: snapshots as folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import count, duration
from ..run import Run, pass_run
from ..words import argument, command

if TYPE_CHECKING:
    from ...app.mounting import Mounted


@command(
    "mount",
    Both(
        "Montrer les versions comme un disque en lecture seule.",
        "Show snapshots as folders, to be read alone (Linux, FUSE).",
    ),
)
@argument(
    "folder",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Un dossier vide. « latest » y sera la dernière version de ce poste, « snapshots » les contiendra"
        " toutes. Ctrl-C ou « umount » y met fin.",
        "An empty folder. There, “latest” will be this machine’s newest snapshot, and “snapshots” hold all of"
        " them. Ctrl-C or “umount” ends it.",
    ),
)
@argument(
    "snapshot",
    required=False,
    metavar=Both("[VERSION]", "[SNAPSHOT]"),
    help=Both("Cette version seule.", "This snapshot alone."),
)
@pass_run
def mount(run: Run, folder: str, snapshot: str | None) -> int:
    """See its help."""
    from ...app import mounting

    with run.stoppable():
        done = mounting.run_mount(run.session, folder, snapshot)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


def lines(done: Mounted) -> Iterator[str]:
    """A mount told once it has ended."""
    yield say(
        f"Démonté après {duration(done.seconds)} : {done.at}.",
        f"Unmounted after {duration(done.seconds)}: {done.at}.",
    )
    if done.damaged:
        yield say(
            f"ATTENTION, coffre endommagé : {count(done.damaged)} lectures refusées (voir ci-dessus).",
            f"WARNING, damaged vault: {count(done.damaged)} reads refused (see above).",
        )
    if done.unreached:
        yield say(
            f"ATTENTION, emplacement injoignable : {count(done.unreached)} lectures refusées.",
            f"WARNING, store not reached: {count(done.unreached)} reads refused.",
        )
