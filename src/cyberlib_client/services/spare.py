"""Damaged objects that nothing needs any more."""

from __future__ import annotations

from ..core.errors import CyberlibError
from ..core.format_v1.vault import OBJECT_NAME
from ..core.ids import ID_SIZE, object_name
from ..repository.index import Index
from ..repository.loading import IndexReport
from ..repository.vault import Vault


def spare_objects(
    vault: Vault, index: Index, report: IndexReport, bad: set[int], damaged: list[tuple[str, str]]
) -> set[str]:
    """Of what is damaged and there, the objects that could be deleted at no loss.

    A pack, when whole packs hold all that is in it, whether a snapshot needs that or not; an index, when
    others name every pack; a lookup; what a backup puts back.
    """
    there = {name for name, reason in damaged if reason != "missing"}
    rows = {row for row, pack in enumerate(index.packs) if object_name("packs", pack.name) in there}
    reader = vault.reader_on(index)

    def elsewhere(number: int) -> bool:
        kind, listed = index.place(number).kind, reader.layout(number).ids
        ids = (listed[at : at + ID_SIZE] for at in range(0, len(listed), ID_SIZE))
        return all(
            any(place not in bad and index.pack_of(place) not in rows for place in index.places(kind, each))
            for each in ids
        )

    needed: set[int] = set()
    for number in index.segments() if rows else ():
        row = index.pack_of(number)
        if row in rows and row not in needed:
            try:
                whole = elsewhere(number)
            except CyberlibError:
                whole = False
            if not whole:
                needed.add(row)
    packs = {object_name("packs", index.packs[row].name) for row in rows - needed}
    prefixes = ("slots/", "lookups/", OBJECT_NAME, *(() if report.orphans else ("index/",)))
    return packs | {name for name in there if name.startswith(prefixes)}
