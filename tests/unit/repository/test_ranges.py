"""Parts of files, read without what lies before them: what a program that seeks gets."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.tree import Entry
from cyberlib_client.repository.ranges import Ranges
from cyberlib_client.services.browse import entry_at
from tests.faults.forge import Forge, file
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit, vault_path

CHANCE = random.Random(4)
CONTENTS = {
    "cut.bin": CHANCE.randbytes(70_001),
    "base.sqlite": b"SQLite format 3\0\x10\0"
    + CHANCE.randbytes(90_000)
    + bytes(60_000)
    + CHANCE.randbytes(9),
    "hollow.img": CHANCE.randbytes(5_000) + bytes(200_000) + CHANCE.randbytes(5_000),
    "small.txt": b"une lettre fictive",
    "empty": b"",
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ranges, dict[str, Entry]]:
    kit, folder = VaultKit(), make_tree(tmp_path_factory.mktemp("f") / "cabinet", CONTENTS)
    kit.backup(folder)
    reader, root = kit.reader(), kit.root()
    return Ranges(reader), {name: entry_at(reader, root, vault_path(folder / name)) for name in CONTENTS}


@given(
    name=strategies.sampled_from(sorted(CONTENTS)),
    offset=strategies.integers(0, 220_000),
    size=strategies.integers(0, 20_000) | strategies.just(1 << 40),
)
def test_any_part_is_what_the_file_has_there(
    saved: tuple[Ranges, dict[str, Entry]], name: str, offset: int, size: int
) -> None:
    ranges, entries = saved
    assert ranges.read(entries[name], offset, size) == CONTENTS[name][offset : offset + size]


def test_a_part_far_inside_reads_the_nodes_on_its_way_alone(
    saved: tuple[Ranges, dict[str, Entry]],
) -> None:
    _, entries = saved
    ranges, entry = saved[0], entries["cut.bin"]
    spans = list(ranges.spans(entry, 40_000, 40_001))
    assert len(spans) == 1
    assert spans[0].offset <= 40_000 < spans[0].offset + spans[0].size


@pytest.mark.parametrize(
    ("sizes", "whole", "extra"),
    [
        ([3, 3], 7, {"levels": 1}),  # adds up to less than the file
        ([3, 5], 7, {"levels": 1}),
        (None, 7, {"levels": 1}),  # pages of a file that has none
        (None, 17, {"levels": 1, "page": 4}),  # five pages would be needed
        (None, 4, {"levels": 1, "page": 4}),  # one would do
        (None, 7, {"levels": 2, "page": 4}),  # pages where there are nodes
    ],
)
def test_a_list_that_does_not_fit_its_file_is_refused(
    sizes: list[int] | None, whole: int, extra: dict[str, int]
) -> None:
    kit = VaultKit()
    forge = Forge(kit)
    ids = [forge.chunk(b"abc"), forge.chunk(b"defg")]
    root = forge.leaf(file(b"f", forge.list(ids, sizes), whole, **extra))
    forge.commit(root)
    reader = kit.reader()
    with pytest.raises(IntegrityError) as raised:
        Ranges(reader).read(entry_at(reader, root, b"/f"), 0, whole)
    assert raised.value.code == "bad_content_list"


def test_a_chunk_of_another_length_than_its_list_says_is_refused() -> None:
    kit = VaultKit()
    forge = Forge(kit)
    root = forge.leaf(file(b"f", forge.list([forge.chunk(b"abc"), forge.chunk(b"de")], [2, 3]), 5, levels=1))
    forge.commit(root)
    reader = kit.reader()
    with pytest.raises(IntegrityError):
        Ranges(reader).read(entry_at(reader, root, b"/f"), 0, 5)
