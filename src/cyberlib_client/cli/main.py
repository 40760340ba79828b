"""The program `cyberlib`: its options, its commands, its exit code."""

from __future__ import annotations

import contextlib
import gettext
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

from ..app.wording import language
from ..app.wording.language import Both, Language
from ..core.errors import CyberlibError, Failed, Stopped, UsageError
from ..resources import resource
from .output import HungUp, error_text
from .run import Run
from .streams import open_streams
from .words import Group, ask_for_form, choice, option, show_version

NAME: Final = "cyberlib"

COMMANDS: Final = {
    name: f".commands.{name}"
    for name in (
        "vault",
        "backup",
        "snapshots",
        "ls",
        "find",
        "versions",
        "diff",
        "restore",
        "cat",
        "mount",
        "export",
        "verify",
        "repair",
        "copy",
        "drill",
        "certificate",
        "retention",
        "forget",
        "undelete",
        "refuse",
        "refusals",
        "report",
        "diagnose",
        "alarm",
        "key",
        "kit",
        "approval",
        "escrow",
        "person",
        "covered",
        "sources",
        "hooks",
        "schedule",
        "upkeep",
        "agent",
        "gui",
        "device",
        "network",
        "guide",
        "support",
        "officer",
        "demo",
        "completion",
    )
}


@click.group(
    NAME,
    cls=Group,
    lazy=COMMANDS,
    help=Both(
        "Sauvegarde chiffrée des postes d’un cabinet : tout est chiffré sur le poste, avant d’en sortir.",
        "Encrypted backup of a practice’s workstations: all is encrypted before it leaves them.",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@option(
    "--profile",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Dossier des réglages, des accès et de l’état (par défaut : celui du système).",
        "Folder of settings, credentials and state (default: the system’s place).",
    ),
)
@option("--json", "json", is_flag=True, help=Both("Écrire un document JSON.", "Print one JSON document."))
@option(
    "--jsonl",
    "jsonl",
    is_flag=True,
    help=Both("Écrire un objet JSON par ligne, au fur et à mesure.", "Print JSON lines as things happen."),
)
@option("--lang", type=choice("fr", "en"), help=Both("Langue des messages.", "Language of messages."))
@option(
    "--passphrase-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire la phrase secrète dans ce fichier.", "Read the passphrase from this file."),
)
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help=Both("Afficher la version du programme.", "Show the version and exit."),
)
@click.pass_context
def cli(ctx: click.Context, /, **given: Any) -> None:
    """Keeps what was asked of the program as a whole; `main` has looked at the language already."""
    run = ctx.ensure_object(Run)
    run.profile, run.passphrase_file = given["profile"], given["passphrase_file"]
    for form in ("json", "jsonl"):
        if given[form]:
            ask_for_form(run, form)


def main(args: Sequence[str], asked: Sequence[int] = ()) -> int:
    """Runs one command; its exit code. Never raises. `asked`: signals that came while it was loaded."""
    run = Run()
    try:
        open_streams()
        with run.signals(asked):
            speak(_language(args))
            # Looked for beforehand, so that an error in the options themselves is told in the form asked for.
            if "--jsonl" in args or "--json" in args:
                run.output.mode = "jsonl" if "--jsonl" in args else "json"
            return _attempt(run, args)
    except HungUp:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as raised:  # noqa: BLE001 (whatever fails, even telling of a failure, is no traceback)
        with contextlib.suppress(OSError):
            print(f"Erreur : {type(raised).__name__} [internal_error]", file=sys.stderr)  # noqa: T201
        return 1


def _attempt(run: Run, args: Sequence[str]) -> int:
    exit_code, error = 0, None
    try:
        with run.at_work():
            exit_code = cli.main(list(args), prog_name=NAME, standalone_mode=False, obj=run) or 0
    except CyberlibError as raised:
        error = raised
    except (KeyboardInterrupt, click.Abort):
        error = Stopped()
    except click.exceptions.NoArgsIsHelpError as raised:
        if run.output.mode == "text":
            run.output.remark(f"{raised.format_message()}\n")
        error = _wrong_use(run, click.UsageError(gettext.gettext("Missing command."), raised.ctx))
    except click.ClickException as raised:
        error = _wrong_use(run, raised)
    except HungUp:
        raise
    except Exception as raised:  # noqa: BLE001 (no traceback reaches a user)
        error = _unforeseen(run, raised)
    finally:
        run.close()
    exit_code = error.exit_code if error is not None else exit_code
    try:
        if error is not None or run.output.command:
            run.output.end(exit_code, error)
        run.output.flush()
    except OSError as raised:  # nowhere left to say it but here
        run.output.remark(error_text(Failed("output_failed", reason=raised.strerror)))
        return 1
    return exit_code


def _wrong_use(run: Run, raised: click.ClickException) -> UsageError:
    ctx = raised.ctx if isinstance(raised, click.UsageError) else None
    path = ctx.command_path if ctx is not None else f"{NAME} {run.output.command}".rstrip()
    problem = re.sub(r"\s*\n\s*", " ", raised.format_message())
    problem += "" if problem.endswith((".", "?", "?)")) else "."
    return UsageError("usage", problem=problem, help=f"{path} --help")


def _unforeseen(run: Run, raised: Exception) -> CyberlibError:
    if isinstance(raised, OSError) and raised.filename is None and run.output.writing:
        return Failed("output_failed", reason=raised.strerror)
    from ..app.bootstrap import profile_at
    from ..app.crash import write_report

    report = write_report(profile_at(run.profile), raised, run.output.command)
    return Failed("internal_error", kind=type(raised).__name__, report=report)


def leave(exit_code: int) -> NoReturn:
    """Ends the program."""
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # All is written and flushed. Python would take its modules apart now, one by one: a sixth of the
    # time of a listing, for nothing.
    os._exit(exit_code)


def speak(chosen: Language) -> None:
    """The language of our own texts and, through gettext, of click's."""
    language.choose(chosen)
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(NAME, str(resource("locale")))
    gettext.textdomain(NAME)


def _language(args: Sequence[str]) -> Language:
    """That of the command line, else of the settings, else of the system."""
    given = _value_of("--lang", args)
    if given is not None:
        return "en" if given == "en" else "fr"  # anything else is refused in a moment, in French
    from ..app.bootstrap import preferred_language

    return preferred_language(_value_of("--profile", args)) or language.from_environment(os.environ)


def _value_of(name: str, args: Sequence[str]) -> str | None:
    found = None
    for place, arg in enumerate(args):
        if arg == name and place + 1 < len(args):
            found = args[place + 1]
        elif arg.startswith(f"{name}="):
            found = arg.partition("=")[2]
    return found  # the last one, as click has it
