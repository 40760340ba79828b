"""Writes tests/vectors/*.json: what a reader of the format must take, and what it must refuse, and how.

    PYTHONPATH=src:. python3 -m tools.vectors

The inputs are fixed, so the files change only when the format or the vectors do: a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .lookups import lookup_vectors
from .nodes import content_vectors, tree_vectors
from .packs import pack_vectors
from .parts import Vector
from .retirements import retirement_vectors
from .sealed_objects import header_vectors, index_vectors, key_vectors, record_vectors, snapshot_vectors
from .text_objects import slot_vectors, vault_vectors, word_vectors

FOLDER: Final = Path(__file__).resolve().parents[2] / "tests" / "vectors"
SETS: Final[dict[str, Callable[[], list[Vector]]]] = {
    "words": word_vectors,
    "keys": key_vectors,
    "vault": vault_vectors,
    "slots": slot_vectors,
    "header": header_vectors,
    "record": record_vectors,
    "pack": pack_vectors,
    "index": index_vectors,
    "lookup": lookup_vectors,
    "snapshot": snapshot_vectors,
    "retired": retirement_vectors,
    "tree": tree_vectors,
    "content": content_vectors,
}


def text_of(name: str) -> str:
    """The file of one set: a vector a line, between the brackets of a list."""
    made = SETS[name]()
    if len({vector["name"] for vector in made}) != len(made):
        raise ValueError(f"two vectors of {name} have one name")
    rows = [json.dumps(vector, ensure_ascii=False) for vector in made]
    return "[\n" + ",\n".join(rows) + "\n]\n"


if __name__ == "__main__":
    for each in SETS:
        (FOLDER / f"{each}.json").write_text(text_of(each), encoding="utf-8")
