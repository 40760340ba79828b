"""Writes the manual pages `resources/man/man1/cyberlib.1` (English) and `resources/man/fr/man1/cyberlib.1`.

With the project's Python: python tools/manual.py. All they say comes from the commands themselves; a test
fails when they are no longer what the commands say. Macros: man(7).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cyberlib_client import __version__  # noqa: E402
from cyberlib_client.app.wording.language import Language, say  # noqa: E402
from cyberlib_client.cli import reference  # noqa: E402
from cyberlib_client.cli.main import cli, speak  # noqa: E402
from cyberlib_client.cli.words import ANYWHERE  # noqa: E402

TARGETS: dict[Language, Path] = {
    "en": ROOT / "resources" / "man" / "man1" / "cyberlib.1",
    "fr": ROOT / "resources" / "man" / "fr" / "man1" / "cyberlib.1",
}


def page(language: Language) -> str:
    """The whole page."""
    speak(language)
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    root = click.Context(cli, info_name="cyberlib", max_content_width=1000)
    yield f'.TH CYBERLIB 1 "" "CyberLib {__version__}" "{say("Manuel de CyberLib", "CyberLib manual")}"'
    yield from _section(say("NOM", "NAME"))
    yield _text(
        say(
            "cyberlib – sauvegarde chiffrée des postes d’un cabinet",
            "cyberlib \u2013 encrypted backup of a practice’s workstations",
        )
    )
    yield from _section("SYNOPSIS")
    yield rf"\fBcyberlib\fR {_text(' '.join(cli.collect_usage_pieces(root)))}"
    yield from _section("DESCRIPTION")
    yield _text(str(cli.help))
    yield from _section("OPTIONS")
    yield _text(str(ANYWHERE))
    yield from _options(cli, root)
    yield from _section(say("COMMANDES", "COMMANDS"))
    for name in cli.list_commands(root):
        yield from _command(cli, root, name)
    yield from _list(
        say("CODE DE RETOUR", "EXIT STATUS"), {str(n): str(t) for n, t in reference.EXIT_CODES.items()}
    )
    yield from _list(
        say("ENVIRONNEMENT", "ENVIRONMENT"), {n: str(t) for n, t in reference.ENVIRONMENT.items()}
    )
    yield from _list(
        say("FICHIERS DU PROFIL", "FILES OF THE PROFILE"), {n: str(t) for n, t in reference.FILES.items()}
    )
    yield from _list(say("EXEMPLES", "EXAMPLES"), {n: str(t) for n, t in reference.EXAMPLES.items()})


def _command(group: click.Group, above: click.Context, name: str) -> Iterator[str]:
    command = group.get_command(above, name)
    assert command is not None
    ctx = click.Context(command, info_name=name, parent=above)
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            yield from _command(command, ctx, below)
        return
    yield f'.SS "{_text(ctx.command_path)} {_text(" ".join(command.collect_usage_pieces(ctx)))}"'
    yield _text(str(command.help))
    yield from _options(command, ctx)


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and "--help" not in parameter.opts:
            yield ".TP"
            yield rf"\fB{_text(record[0])}\fR"
            yield _text(record[1])


def _list(title: str, entries: dict[str, str]) -> Iterator[str]:
    yield from _section(title)
    for name, text in entries.items():
        yield ".TP"
        yield rf"\fB{_text(name)}\fR"
        yield _text(text)


def _section(title: str) -> Iterator[str]:
    yield f".SH {title}"


def _text(text: str) -> str:
    """Text for roff: backslashes, hyphens that must stay hyphens, dots and quotes at the head of a line."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq").replace("'", r"\(aq")
    escaped = escaped.replace("\u00a0", r"\~")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    for language, target in TARGETS.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(language), encoding="utf-8")
