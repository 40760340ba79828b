"""Real files of this machine, copied: what is installed for everyone, never anybody's own folders."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

ROOTS = (
    "/usr/share", "/usr/include", "/usr/lib/python3", f"{sys.base_prefix}/lib", "/usr/lib/node_modules",
    "/usr/lib/jvm", "/usr/lib", "/usr/local", "/opt", "/Library", "/System/Library",
)  # fmt: skip
LARGEST_SMALL_FILE = 4 << 20
MARKED = 100  # one copied file in so many
OFFICE_ENDINGS = frozenset((
    ".pdf", ".odt", ".ods", ".odp", ".doc", ".docx", ".xls", ".xlsx", ".html", ".htm", ".png", ".jpg",
    ".jpeg", ".gif", ".svg", ".tif", ".ico", ".webp",
))  # fmt: skip


def copy_small_files(into: Path, *, at_least: int, at_most_bytes: int) -> None:
    """Copy real trees, links and times included, until there are files enough.

    At first no root gives more than a quarter, so that no one kind (manual pages that are compressed
    already, say) rules the figures. Raises RuntimeError on a machine that has too few.
    """
    files = copied = 0
    for source, status in _shared_out(at_least // 4):
        if stat.S_ISREG(status.st_mode) and status.st_size > LARGEST_SMALL_FILE:
            continue
        if _copy(source, status, into):
            files += 1
            copied += status.st_size
            if stat.S_ISREG(status.st_mode) and files % MARKED == 0:
                _mark(_copied(source, into), linked=files % (5 * MARKED) == 0)
        if files >= at_least or copied >= at_most_bytes:
            break
    _date_folders(into)
    if files < at_least * 0.85:
        raise RuntimeError(f"found only {files} small files on this machine, need {at_least}")


def _mark(path: str, *, linked: bool) -> None:
    """What installed files seldom have and people's own do: an extended attribute, as browsers write it for
    what they fetch; and a second name."""
    if sys.platform == "linux":
        with suppress(OSError):  # a file system without them
            os.setxattr(path, "user.xdg.origin.url", b"https://cabinet.example/courrier")
    if linked:
        os.link(path, path + ".lien")


def _date_folders(into: Path) -> None:
    """Gives copied folders the times and modes of those they come from."""
    for at, _, _ in os.walk(into, topdown=False):
        with suppress(OSError):
            shutil.copystat(os.path.join("/", os.path.relpath(at, into)), at)


def copy_documents(into: Path, *, at_most: int) -> int:
    """Copy documents and images found on the machine; return how many."""
    files = 0
    for source, status in _walk(ROOTS):
        wanted = stat.S_ISREG(status.st_mode) and os.path.splitext(source)[1].lower() in OFFICE_ENDINGS
        if wanted and status.st_size > 0 and _copy(source, status, into):
            files += 1
            if files >= at_most:
                break
    return files


def _shared_out(share: int) -> Iterator[tuple[str, os.stat_result]]:
    """What `_walk` finds: of each root at most `share` items, and only then the rest."""
    left = []
    for root in dict.fromkeys(map(os.path.realpath, ROOTS)):
        for number, found in enumerate(_walk((root,))):
            if number < share:
                yield found
            else:
                left.append(found)
    given = set[str]()
    for source, status in left:
        if source not in given:  # one root may lie in another
            given.add(source)
            yield source, status


def _walk(roots: Iterable[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Files and links below the roots, each once, in a fixed order, on the roots' own file systems."""
    done: list[str] = []
    for root in dict.fromkeys(map(os.path.realpath, roots)):
        if not os.path.isdir(root):
            continue
        device = os.stat(root).st_dev
        for folder, folders, names in os.walk(root):
            inner = (os.path.join(folder, name) for name in sorted(folders))
            folders[:] = [
                os.path.basename(path)
                for path in inner
                if path not in done and not os.path.islink(path) and os.lstat(path).st_dev == device
            ]
            for name in sorted(names):
                path = os.path.join(folder, name)
                try:
                    yield path, os.lstat(path)
                except OSError:
                    continue  # gone meanwhile
        done.append(root)


def _copied(source: str, into: Path) -> str:
    return os.path.join(into, source.lstrip("/"))


def _copy(source: str, status: os.stat_result, into: Path) -> bool:
    """Copy one file or link to its own path below `into`; False when it cannot be read or is neither."""
    target = _copied(source, into)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(source), target)
            return True
        if not stat.S_ISREG(status.st_mode):
            return False
        shutil.copyfile(source, target)
        shutil.copystat(source, target)
    except OSError:
        return False
    return True
