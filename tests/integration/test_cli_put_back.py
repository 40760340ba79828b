"""A vault that somebody puts back to an earlier state: a slot that was removed opens nothing in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec import structs

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.format_v1.slots import read_slot_table, write_slot_table
from cyberlib_client.core.words import decode
from cyberlib_client.repository.vault import open_with_key
from cyberlib_client.transports.folder import FolderStore
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A profile with a vault, made once: stretching its passphrase takes a second."""
    line = CommandLine(tmp_path_factory.mktemp("made"))
    line.make_vault()
    return line


@pytest.fixture
def line(made: CommandLine, tmp_path: Path) -> CommandLine:
    return made.copy(tmp_path)


def change_slots(line: CommandLine) -> Path:
    """A recovery key comes and goes; the folder with the slot tables of the time between."""
    older = line.vault.parent / "older"
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "volée", "--words-file", str(line.vault.parent / "mots"))
        shutil.copytree(line.vault / "slots", older)
        line("key", "remove", "volée")
    return older


def put_back(line: CommandLine, older: Path) -> None:
    shutil.rmtree(line.vault / "slots")
    shutil.copytree(older, line.vault / "slots")


@pytest.mark.parametrize("forgets", ["nothing", "state", "device slot"])
def test_an_older_table_of_slots_is_refused(line: CommandLine, forgets: str) -> None:
    put_back(line, change_slots(line))
    if forgets == "state":
        shutil.rmtree(line.profile / "state", ignore_errors=True)
    with line.secret(PASSPHRASE):
        if forgets == "device slot":
            (line.profile / "credentials" / "device.json").unlink()
        for command in (["snapshots"], ["key", "list"], ["verify"]):
            assert line.error(*command, code=7) == "slots_rolled_back"
            assert "--accept-missing" in line(*command, code=7).err


def test_a_vault_put_back_on_purpose_is_taken_as_it_is(line: CommandLine, tmp_path: Path) -> None:
    """From a copy, say: one word suffices for its slots and for its snapshots."""
    folder = make_tree(tmp_path / "cabinet", {"a": b"x"})
    line("backup", str(folder))
    copy = tmp_path / "copie"
    shutil.copytree(line.vault, copy)
    change_slots(line)
    line("backup", str(folder))
    shutil.rmtree(line.vault)
    shutil.copytree(copy, line.vault)
    assert line.error("backup", str(folder), code=7) == "slots_rolled_back"
    told = line.json("verify", "--accept-missing", code=7)
    assert [n["code"] for n in told["notices"]] == ["snapshot_rollback"]
    for command in (["verify"], ["snapshots"], ["backup", str(folder)], ["key", "list"]):
        assert line.json(*command)["notices"] == []


def test_the_table_is_noted_when_a_profile_is_connected(line: CommandLine, tmp_path: Path) -> None:
    second = CommandLine(tmp_path / "second")
    older = tmp_path / "older"
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "volée", "--words-file", str(tmp_path / "mots"))
        shutil.copytree(line.vault / "slots", older)
        line("key", "remove", "volée")
    with second.secret(PASSPHRASE):
        second("vault", "open", "--at", str(line.vault), "--device-file", "--device-name", "second")
    put_back(line, older)
    with second.secret(PASSPHRASE):
        assert second.error("snapshots", code=7) == "slots_rolled_back"


def test_a_removed_slot_that_stands_again_is_told_until_it_is_removed(line: CommandLine) -> None:
    """A newer table has it: made by a machine that was shown another state."""
    older = change_slots(line)
    store = FolderStore(str(line.vault))
    vault = open_with_key(store, "recovery", decode(" ".join(line.words)))
    with_it = read_slot_table(next(older.iterdir()).read_bytes())
    for copy in (1, 2):
        later = structs.replace(with_it, generation=vault.table.generation + 1, copy=copy)
        data = write_slot_table(later, vault.keys)
        store.put(f"slots/{sha256(data).hex()}", data)
    back = next(slot for slot in with_it.slots if slot.name == "volée")
    for _ in range(2):
        notices = line.json("key", "list")["notices"]
        assert [(n["code"], n["facts"]["id"]) for n in notices] == [("slot_came_back", back.id[:8])]
    with line.secret(PASSPHRASE):
        line("key", "remove", back.id[:8])
    assert line.json("key", "list")["notices"] == []
