"""`cyberlib ls`: what a snapshot holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import modified, size
from ..from_option import from_option
from ..places import told
from ..run import Run, pass_run
from ..words import argument, command, option

if TYPE_CHECKING:
    from ...app.listed import EntryInfo


@command(
    "ls",
    Both(
        "Lister un dossier d’une version, ou un seul fichier.",
        "List a folder of a snapshot, or a single file.",
    ),
)
@argument(
    "item",
    metavar=Both("VERSION[:CHEMIN]", "SNAPSHOT[:PATH]"),
    help=Both(
        "Une version (« latest » : la dernière de ce poste ; « latest@NOM » : d’un autre ; ou le début de son"
        " nom) et un chemin. Sans chemin : les dossiers protégés.",
        "A snapshot (“latest”: this machine’s newest; “latest@NAME”: another’s; or the beginning of its id)"
        " and a path. Without a path: its sources.",
    ),
)
@option(
    "-R", "--recursive", is_flag=True, help=Both("Tout ce qui se trouve en dessous.", "All that lies below.")
)
@from_option
@pass_run
def ls(run: Run, item: str, recursive: bool) -> int:
    """See its help."""
    from ...app import browsing

    run.output.items(browsing.entries(run.session, item, recursive=recursive), line)
    return run.session.listing_exit


_LETTERS = {
    "file": "-",
    "directory": "d",
    "symlink": "l",
    "fifo": "p",
    "socket": "s",
    "character_device": "c",
    "block_device": "b",
}


def line(entry: EntryInfo) -> str:
    """One entry on one line."""
    path = told(entry.path, entry.native, entry.kind)
    target = f" -> {_target(entry)}" if entry.kind == "symlink" else ""
    owner = f"{entry.owner or entry.uid}:{entry.group or entry.gid}"
    size_text = size(entry.size) if entry.kind == "file" else ""
    text = f"{_mode(entry)}  {owner:<15}  {size_text:>8}  {modified(entry):<16}  {path}{target}"
    return text + remark(entry)


def _target(entry: EntryInfo) -> str:
    """On Windows the backslashes of a target are no escapes, but what separates its names."""
    plain = entry.target.replace("\\\\", "/")
    return plain.replace("/", "\\") if entry.native and "\\" not in plain else entry.target


def _mode(entry: EntryInfo) -> str:
    bits = "".join(c if entry.mode >> 8 - i & 1 else "-" for i, c in enumerate("rwxrwxrwx"))
    for bit, place, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if entry.mode & bit:
            letter = letter if bits[place] == "x" else letter.upper()
            bits = bits[:place] + letter + bits[place + 1 :]
    return _LETTERS[entry.kind] + bits


_LEVELS = {
    "captured": Both("  [base capturée]", "  [database captured]"),
    "volume": Both("  [instantané de volume]", "  [volume snapshot]"),
    "application": Both("  [mis en ordre par son programme]", "  [set in order by its program]"),
    "raw": Both("  [copie brute]", "  [raw copy]"),
}


def remark(entry: EntryInfo) -> str:
    """What is to be known before somebody relies on an entry's content."""
    if entry.missing:
        return say("  [sans contenu]", "  [no content]")
    if entry.inconsistent:
        return say("  [incohérent]", "  [inconsistent]")
    return str(_LEVELS.get(entry.consistency, ""))
