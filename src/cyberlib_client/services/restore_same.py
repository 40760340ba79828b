"""Whether a file that stands in the target is the one to restore: by its content, whatever its time says."""

from __future__ import annotations

from typing import Protocol

from ..core.crypto import KeyedIds, same
from ..core.errors import IntegrityError
from ..core.format_v1.tree import Entry
from ..core.ids import MAX_CHUNK, MIB
from ..core.ports import CancelToken
from ..repository.content import content_spans
from ..repository.reader import Reader


class Standing(Protocol):
    """A file that stands somewhere: `files.write_back.Standing`, and others."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at `offset`: fewer at the end, none where they cannot be read."""


def is_same(reader: Reader, ids: KeyedIds, entry: Entry, file: Standing, cancel: CancelToken) -> bool:
    """Reads the file, which is as large as the entry says, and compares it with the entry's chunk ids.

    Nothing but the list of chunks is fetched from the vault. Raises Stopped.
    """
    try:
        for chunk_id, offset, size in content_spans(reader, entry):
            cancel.check()
            if not any(chunk_id):
                if not _is_zero(file, offset, size, cancel):
                    return False
                continue
            if size > MAX_CHUNK:
                return False
            data = file.read(offset, size)
            if len(data) != size or not same(ids.of(data), chunk_id):
                return False
    except IntegrityError:
        return False  # whoever fetches the content meets the damage, and tells
    return True


def _is_zero(file: Standing, offset: int, size: int, cancel: CancelToken) -> bool:
    for start in range(0, size, MIB):
        cancel.check()
        length = min(MIB, size - start)
        if file.read(offset + start, length) != bytes(length):
            return False
    return True
