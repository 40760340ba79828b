"""What a path means: names in other capitals in snapshots of Windows, and where links lead."""

from __future__ import annotations

import pytest

from cyberlib_client.core.format_v1.tree import SYMLINK, Entry
from cyberlib_client.services.lookup import as_saved, leads_to_folder
from tests.faults.forge import Forge, file, folder, other
from tests.support.vaults import VaultKit


@pytest.fixture(scope="module")
def kit() -> VaultKit:
    """Two snapshots of Windows and one of Linux, of the same tree but for the name of one folder."""
    kit = VaultKit()
    for system, name in (("windows", b"DOSSIERS"), ("windows", b"Dossiers"), ("linux", b"dOSSIERS")):
        forge = Forge(kit)
        letters = forge.leaf(file(b"B"), file(b"a.txt"), file(b"b"))
        home = forge.leaf(folder(name, letters), file(b"fichier"), other(b"vers", SYMLINK, b"fichier"))
        forge.commit(forge.leaf(folder(b"C", home)), system=system, label=name.decode())
    return kit


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        (b"/C/Dossiers/a.txt", b"/C/Dossiers/a.txt"),
        (b"/c/dossiers/A.TXT", b"/C/Dossiers/a.txt"),
        (b"/C/DOSSIERS", b"/C/Dossiers"),
        (b"/c/DOSSIERS/B", b"/C/Dossiers/B"),
        (b"/", b"/"),
        # Nothing of that name, and a file where a folder would have to be: as it was typed.
        (b"/c/DOSSIERS/c", b"/c/DOSSIERS/c"),
        (b"/c/FICHIER/x", b"/c/FICHIER/x"),
        (b"/c/\xe9", b"/c/\xe9"),
    ],
)
def test_a_snapshot_of_windows_is_read_as_windows_reads(kit: VaultKit, typed: bytes, saved: bytes) -> None:
    newest = next(s for s in kit.snapshots().items if s.snapshot.label == "Dossiers")
    assert as_saved(kit.reader(), [newest], typed) == saved


def test_the_first_snapshot_that_has_it_says_how_it_is_written(kit: VaultKit) -> None:
    snapshots = kit.snapshots().items
    by_label = {s.snapshot.label: s for s in snapshots}
    both = [by_label["Dossiers"], by_label["DOSSIERS"]]
    assert as_saved(kit.reader(), both, b"/c/dossiers/a.txt") == b"/C/Dossiers/a.txt"
    assert as_saved(kit.reader(), both[::-1], b"/c/dossiers/a.txt") == b"/C/DOSSIERS/a.txt"
    assert as_saved(kit.reader(), [by_label["dOSSIERS"]], b"/c/dossiers/a.txt") == b"/c/dossiers/a.txt"
    assert as_saved(kit.reader(), [], b"/c/dossiers") == b"/c/dossiers"


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        (b"Dossiers", True),
        (b"./Dossiers/", True),
        (b"../C/Dossiers", True),
        (b"/C/Dossiers", True),
        (b"fichier", False),
        (b"Dossiers/a.txt", False),
        (b"vers", False),
        (b"nulle part", False),
        (b"../../../Dossiers", False),
        (b"D:\\ailleurs", False),
    ],
)
def test_where_a_link_leads_is_looked_for_in_the_snapshot(kit: VaultKit, target: bytes, leads: bool) -> None:
    newest = next(s for s in kit.snapshots().items if s.snapshot.label == "Dossiers")
    link: Entry = other(b"lien", SYMLINK, target)
    assert leads_to_folder(kit.reader(), newest.snapshot.root, b"/C/lien", link) is leads
    told = other(b"lien", SYMLINK, target, metadata={"windows:link": b"folder"})
    assert leads_to_folder(kit.reader(), newest.snapshot.root, b"/C/lien", told)
