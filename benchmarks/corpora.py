"""The corpora: made once, kept below the work directory, made again when a recipe changes.

A corpus is a folder with one or two versions of the sources. The version being measured stands under the name
`sources`, so that both versions are found at the same path.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cyberlib_client.app import demo

from . import found, made
from .scale import Scale

RECIPE = 1  # raise it when the fictitious practice changes
CHANGED = {"small": 2}  # raise one when that recipe below changes
SEED = 20250303


class Corpus(NamedTuple):
    """Sources on disk. `files` and `bytes` describe the first version."""

    name: str
    folder: Path
    files: int
    bytes: int

    @property
    def sources(self) -> Path:
        """The path that is backed up; exists only while a version is shown."""
        return self.folder / "sources"

    @contextmanager
    def shown(self, version: str) -> Iterator[Path]:
        """One version (`before` or `after`) at the path `sources`, until the end of the block."""
        (self.folder / version).rename(self.sources)
        try:
            yield self.sources
        finally:
            self.sources.rename(self.folder / version)


Recipe = Callable[[Path, Scale], None]


def prepare(name: str, work: Path, scale: Scale) -> Corpus:
    """The corpus of that name, made now if it is not there. Raises OSError, RuntimeError."""
    folder = work / "corpora" / f"{name}-{scale.name}"
    label = folder / "corpus.json"
    wanted = {
        "recipe": CHANGED.get(name, RECIPE),
        "scale": list(scale._replace(days=0, rounds=0, listings=0)),
    }
    known = json.loads(label.read_text(encoding="utf-8")) if label.exists() else {}
    if known.get("made from") != wanted:
        print(f"making corpus {name}…", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "before").mkdir(parents=True)
        RECIPES[name](folder, scale)
        files, size = _measure(folder / "before")
        known = {"made from": wanted, "files": files, "bytes": size}
        label.write_text(json.dumps(known), encoding="utf-8")
    _put_back(folder)
    return Corpus(name, folder, known["files"], known["bytes"])


def _put_back(folder: Path) -> None:
    """After a run that was killed: return what was shown to its own name."""
    if (folder / "sources").exists():
        missing = "after" if (folder / "before").exists() else "before"
        (folder / "sources").rename(folder / missing)


def _measure(folder: Path) -> tuple[int, int]:
    files = size = 0
    for at, _, names in os.walk(folder):
        files += len(names)
        size += sum(os.lstat(os.path.join(at, name)).st_size for name in names)
    return files, size


def _small(folder: Path, scale: Scale) -> None:
    found.copy_small_files(folder / "before", at_least=scale.small_files, at_most_bytes=scale.small_bytes)


def _office(folder: Path, scale: Scale) -> None:
    found.copy_documents(folder / "before" / "trouvé", at_most=scale.office_found)
    made.office(folder / "before" / "fait", files=scale.office_made, seed=SEED)


def _line_office(folder: Path, _scale: Scale) -> None:
    """As much as a slow line carries in half a minute."""
    made.office(folder / "before", files=600, seed=SEED)


def _incompressible(folder: Path, scale: Scale) -> None:
    (folder / "after").mkdir()
    for version in ("before", "after"):
        path = folder / version / "imagerie.bin"
        made.incompressible(path, size=scale.incompressible, seed=SEED, inserted=version == "after")


def _database(folder: Path, scale: Scale) -> None:
    """A practice's database, and the same after one day of work."""
    before, after = folder / "before" / "cabinet.sqlite", folder / "after" / "cabinet.sqlite"
    demo.create_database(before, bytes_wanted=scale.database, seed=SEED)
    after.parent.mkdir()
    shutil.copyfile(before, after)
    demo.work_day(after, seed=SEED)


def _large_database(folder: Path, scale: Scale) -> None:
    """A large database, and the same with one row in a hundred edited."""
    before, after = folder / "before" / "cabinet.sqlite", folder / "after" / "cabinet.sqlite"
    demo.create_database(before, bytes_wanted=scale.large_database, seed=SEED)
    after.parent.mkdir()
    shutil.copyfile(before, after)
    demo.edit_rows(after, 1, seed=SEED)


def _tiny(folder: Path, scale: Scale) -> None:
    made.tiny_files(folder / "before", files=scale.tiny_files, seed=SEED)


RECIPES: dict[str, Recipe] = {
    "small": _small,
    "office": _office,
    "line-office": _line_office,
    "incompressible": _incompressible,
    "database": _database,
    "large-database": _large_database,
    "tiny": _tiny,
}
