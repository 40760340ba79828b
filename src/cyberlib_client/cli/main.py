"""The program `cyberlib`: its options, its commands, its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from .. import __version__
from ..core.errors import CyberlibError, Stopped
from . import language
from .language import Both
from .run import INTERRUPTED, Run
from .words import Group, option

COMMANDS: Final = {
    name: f".commands.{name}"
    for name in (
        "vault", "backup", "snapshots", "ls", "restore", "verify",
    )
}  # fmt: skip


@click.group(
    "cyberlib",
    cls=Group,
    lazy=COMMANDS,
    help=Both(
        "Sauvegarde chiffrée des postes d’un cabinet : tout est chiffré sur le poste, avant d’en sortir.",
        "Encrypted backup of a practice’s workstations: all is encrypted before it leaves them.",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@option(
    "--profile",
    metavar="DIR",
    help=Both(
        "Dossier des réglages et de l’état (par défaut : celui du système).",
        "Folder of settings and state (default: the system’s place).",
    ),
)
@option("--json", "json", is_flag=True, help=Both("Un document JSON.", "One JSON document."))
@option(
    "--jsonl",
    "jsonl",
    is_flag=True,
    help=Both("Un objet JSON par ligne, au fur et à mesure.", "JSON lines as things happen."),
)
@option(
    "--lang",
    type=click.Choice(["fr", "en"]),
    help=Both("Langue des messages.", "Language of messages."),
)
@option(
    "--passphrase-file",
    metavar="FILE",
    help=Both("Fichier qui contient la phrase secrète.", "File that holds the passphrase."),
)
@click.version_option(__version__, "--version", message="cyberlib %(version)s")
@click.pass_context
def cli(
    ctx: click.Context, profile: str | None, json: bool, jsonl: bool, passphrase_file: str | None, **_: Any
) -> None:
    """Keeps what was asked of the program as a whole."""
    run = ctx.ensure_object(Run)
    run.profile, run.passphrase_file = profile, passphrase_file
    if json or jsonl:
        run.output.mode = "jsonl" if jsonl else "json"


def main(args: Sequence[str]) -> int:
    """Runs one command; its exit code. Never raises."""
    run = Run()
    language.choose(_language(args))
    run.watch_signals()
    if "--json" in args or "--jsonl" in args:
        run.output.mode = "jsonl" if "--jsonl" in args else "json"  # for errors in the options themselves
    exit_code, error = 1, None
    try:
        exit_code = cli.main(list(args), prog_name="cyberlib", standalone_mode=False, obj=run) or 0
    except CyberlibError as raised:
        exit_code, error = raised.exit_code, raised
    except (KeyboardInterrupt, click.Abort):
        exit_code, error = INTERRUPTED, Stopped()
    except click.ClickException as raised:
        raised.show()
        return 2
    run.output.end(exit_code, error)
    sys.stdout.flush()
    return exit_code


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _language(args: Sequence[str]) -> language.Language:
    return language.from_environment(os.environ)
