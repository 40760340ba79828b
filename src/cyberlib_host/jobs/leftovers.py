"""What was put and never committed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists, select

from ..core.times import SECOND
from ..database.tables import objects, uploads
from ..services.context import Context

_KEPT_SECONDS = 2 * 86_400
_BATCH = 500


def remove_leftovers(context: Context) -> int:
    """Removes content that was announced two days ago or more and belongs to no object; how many."""
    limit = context.clock() - _KEPT_SECONDS * SECOND
    removed = 0
    while old := _announced_before(context, limit):
        removed += _remove(context, old, limit)
    return removed


def _announced_before(context: Context, limit: int) -> list[tuple[str, bytes]]:
    """Vault and SHA-256 of some."""
    with context.database.read() as connection:
        rows = connection.execute(
            select(uploads.c.vault, uploads.c.sha256).where(uploads.c.prepared < limit).limit(_BATCH)
        ).all()
    return [(row.vault, row.sha256) for row in rows]


def _remove(context: Context, old: Sequence[tuple[str, bytes]], limit: int) -> int:
    removed = 0
    for vault, sha256 in old:
        of_it = (uploads.c.vault == vault) & (uploads.c.sha256 == sha256)
        with context.database.write() as connection:
            # Not one that was announced again meanwhile. While this goes on nobody can announce it anew.
            gone = connection.execute(delete(uploads).where(of_it, uploads.c.prepared < limit)).rowcount
            used = connection.execute(
                select(exists().where(objects.c.vault == vault, objects.c.sha256 == sha256))
            ).scalar_one()
            if gone and not used:
                context.storage.delete(vault, sha256.hex())
                removed += 1
    return removed
