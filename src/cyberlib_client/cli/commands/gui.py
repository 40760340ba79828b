"""`cyberlib gui`: the window."""

from __future__ import annotations

from ...app.wording.language import Both, language
from ..run import Run, pass_run
from ..words import command


@command("gui", Both("Ouvrir la fenêtre de CyberLib.", "Open the window of CyberLib."))
@pass_run
def gui(run: Run) -> int:
    """See its help."""
    from ...app.window import open_window

    return open_window(run.profile, language())
