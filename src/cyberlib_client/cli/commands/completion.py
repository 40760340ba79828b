"""`cyberlib completion`: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ...app.wording.language import Both
from ..powershell import SCRIPT
from ..run import Run, pass_run
from ..words import argument, choice, command


@command(
    "completion",
    Both(
        "Compléter les commandes dans un interpréteur. Pour bash, dans ~/.bashrc :"
        ' eval "$(cyberlib completion bash)" ; pour PowerShell, dans $PROFILE :'
        " cyberlib completion powershell | Out-String | Invoke-Expression",
        'Complete commands in a shell. For bash, in ~/.bashrc: eval "$(cyberlib completion bash)"; for'
        " PowerShell, in $PROFILE: cyberlib completion powershell | Out-String | Invoke-Expression",
    ),
)
@argument(
    "shell", type=choice("bash", "zsh", "fish", "powershell"), help=Both("L’interpréteur.", "The shell.")
)
@pass_run
def completion(run: Run, shell: str) -> None:
    """See its help."""
    script = SCRIPT if shell == "powershell" else _script_of_click(shell)
    run.output.result(script, lambda: [script])


def _script_of_click(shell: str) -> str:
    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:  # click knows them all
        raise click.UsageError(shell)
    made = kind(root, {}, "cyberlib", "_CYBERLIB_COMPLETE")
    # Not source(), which runs bash to learn its version: this may be made where there is none.
    return made.source_template % made.source_vars()
