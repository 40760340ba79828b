"""`cyberlib completion`: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ..language import Both
from ..run import Run, pass_run
from ..words import argument, choice, command


@command(
    "completion",
    Both(
        "Compléter les commandes dans un interpréteur. Pour bash, dans ~/.bashrc :"
        ' eval "$(cyberlib completion bash)"',
        'Complete commands in a shell. For bash, in ~/.bashrc: eval "$(cyberlib completion bash)"',
    ),
)
@argument("shell", type=choice("bash", "zsh", "fish"), help=Both("L’interpréteur.", "The shell."))
@pass_run
def completion(run: Run, shell: str) -> None:
    """See its help."""
    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:  # click knows the three
        raise click.UsageError(shell)
    made = kind(root, {}, "cyberlib", "_CYBERLIB_COMPLETE")
    # Not source(), which runs bash to learn its version: this may be made where there is none.
    run.output.result(
        made.source_template % made.source_vars(), lambda: [made.source_template % made.source_vars()]
    )
