"""The option of commands that may read a second copy instead of the vault."""

from __future__ import annotations

from typing import Any

import click

from ..app.wording.language import Both
from .run import Run
from .words import option


def _keep(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        run = ctx.find_object(Run)
        if run is not None:
            run.copy = value


def from_option(function: Any) -> Any:
    """Declares `--from`; the session knows of it."""
    return option(
        "--from",
        "from_copy",
        metavar=Both("COPIE", "COPY"),
        expose_value=False,
        callback=_keep,
        help=Both(
            "Lire une seconde copie plutôt que le coffre : son nom, ou son emplacement.",
            "Read a second copy instead of the vault: its name, or its place.",
        ),
    )(function)
