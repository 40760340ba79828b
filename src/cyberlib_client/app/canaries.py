"""Decoys of the ransomware alarm: two small documents in folders of the sources, the first and the last by
name. Nobody works with them; whoever changes them goes through all files."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from ..core.windows_paths import extended
from ..services.backup import Source
from ..state.alarms import Canary
from . import bootstrap

FOLDERS: Final = 100
"""Folders that get decoys, those nearest to the sources' roots first."""
_LARGEST: Final = 1 << 20
_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_TEXT: Final = (
    "Fichier témoin de CyberLib. Ne le modifiez pas et ne l’effacez pas : qui le touche déclenche l’alarme"
    " contre les rançongiciels. Pour l’ôter : cyberlib alarm canaries off. — Decoy file of CyberLib: do not"
    " change or delete it, that sets off the ransomware alarm. To remove it: cyberlib alarm canaries off."
)


class Looked(NamedTuple):
    """What became of decoys: `left` are as they were; of the others, how many changed, how many are gone
    from folders that are still there."""

    left: tuple[Canary, ...]
    changed: int
    gone: int


def place(sources: Iterable[Source]) -> tuple[Canary, ...]:
    """Writes decoys into the sources' folders; those that cannot be written to are left out."""
    placed = []
    number = int.from_bytes(bootstrap.random(2), "big") % 9000 + 1000
    names = (f".000-inventaire-{number}.docx", f"zzz-recapitulatif-{number}.xlsx")
    for folder in _folders(sources):
        for name in names:
            content = _document(f"{_TEXT} {bootstrap.random(8).hex()}")
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError), open(extended(path), "xb") as file:
                file.write(content)
                placed.append(Canary(os.fsencode(path), sha256(content).hexdigest()))
    return tuple(placed)


def look(canaries: Iterable[Canary]) -> Looked:
    """Reads them all: some 200 small files. One whose folder is gone was moved with it, and is forgotten."""
    left, changed, gone = [], 0, 0
    for canary in canaries:
        path = extended(os.fsdecode(canary.path))
        try:
            same = _is_same(canary, path)
        except FileNotFoundError:
            gone += os.path.isdir(os.path.dirname(path))
            continue
        except OSError:
            left.append(canary)  # not to be read just now
            continue
        if same:
            left.append(canary)
        changed += not same
    return Looked(tuple(left), changed, gone)


def _is_same(canary: Canary, path: str) -> bool:
    """Whether it is as it was written. Raises OSError."""
    return sha256(_content(path)).hexdigest() == canary.digest


def _content(path: str) -> bytes:
    """Of a decoy; nothing of what is no file any more, which is not waited for. Raises OSError."""
    number = os.open(path, _READ)
    with open(number, "rb") as file:
        return file.read(_LARGEST) if stat.S_ISREG(os.fstat(number).st_mode) else b""


def remove(canaries: Iterable[Canary]) -> int:
    """Deletes those that are as they were; how many those were."""
    removed = 0
    for canary in canaries:
        path = extended(os.fsdecode(canary.path))
        with contextlib.suppress(OSError):
            if _is_same(canary, path):
                os.remove(path)
                removed += 1
    return removed


def _folders(sources: Iterable[Source]) -> Iterator[str]:
    """Folders that are backed up, level by level; none that is hidden, none through a link."""
    waiting = deque((os.fsdecode(source.native), b"", source) for source in sources)
    found = 0
    while waiting and found < FOLDERS:
        folder, inside, source = waiting.popleft()
        try:
            with os.scandir(extended(folder)) as items:
                below = sorted(i.name for i in items if i.is_dir(follow_symlinks=False) and i.name[0] != ".")
        except OSError:
            continue  # a source that is a file, or one that may not be read
        found += 1
        yield folder
        for name in below:
            encoded = os.fsencode(name)
            if source.selection.judge_bytes(inside + encoded, encoded, True) is None:
                waiting.append((os.path.join(folder, name), inside + encoded + b"/", source))


def _document(text: str) -> bytes:
    """The smallest document that Office opens."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types'
            ' xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml"'
            ' ContentType="application/vnd.openxmlformats-officedocument'
            '.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships"><Relationship Id="r1"'
            ' Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><w:document'
            ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/'
            f'main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>',
        )
    return out.getvalue()
