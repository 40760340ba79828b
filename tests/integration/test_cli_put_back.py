"""A vault that somebody puts back to an earlier state: a slot that was removed opens nothing in silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.session import Session
from cyberlib_client.app.verifying import run_verify
from cyberlib_client.cli.prompt import TerminalPrompt
from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.format_v1.slots import read_slot_table, write_slot_table
from cyberlib_client.core.words import decode
from cyberlib_client.transports.folder import FolderStore
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree
from tests.support.vaults import open_with_key


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


def test_an_older_table_is_refused_by_a_profile_that_knew_the_vault(line: CommandLine) -> None:
    older = change_slots(line)
    with line.secret(PASSPHRASE):
        put_back(line, older)
        (line.profile / "settings.toml").unlink()
        assert line.error("vault", "open", "--at", str(line.vault), code=7) == "slots_rolled_back"


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
    with line.secret(PASSPHRASE):
        told = line.json("verify", "--accept-missing", code=7)
    assert [n["code"] for n in told["notices"]] == ["snapshot_accepted"]
    for command in (["verify"], ["snapshots"], ["backup", str(folder)], ["key", "list"]):
        assert line.json(*command)["notices"] == []


def test_what_a_backup_notes_while_a_verification_runs_is_missed_later(
    line: CommandLine, tmp_path: Path
) -> None:
    """Only what was missing when the verification looked is accepted as missing."""
    folder = make_tree(tmp_path / "cabinet", {"a": b"x"})
    line("backup", str(folder))
    before = set((line.vault / "snapshots").iterdir())

    def listener(_event: object) -> None:
        if set((line.vault / "snapshots").iterdir()) == before:
            line.start("backup", str(folder)).communicate()

    prompt = TerminalPrompt(before=lambda: None, asking=lambda _: None)
    session = Session(profile_at(str(line.profile)), prompt, listener=listener)
    assert run_verify(session, percent=100, accept_missing=True).ok
    (made,) = set((line.vault / "snapshots").iterdir()) - before
    assert line.json("verify")["notices"] == []
    made.unlink()
    assert [n["code"] for n in line.json("snapshots", code=7)["notices"]] == ["snapshot_rollback"]


def test_an_older_table_is_accepted_against_a_proof_alone(line: CommandLine) -> None:
    """It gives removed slots back: neither an open machine nor the secrets of those slots are enough."""
    put_back(line, change_slots(line))
    stolen = ["--passphrase-file", str(line.vault.parent / "mots")]
    words = line.vault.parent / "les-24-mots"
    words.write_text(" ".join(line.words), encoding="utf-8")

    def accept(*options: str, code: int) -> str:
        return line.error(*options, "verify", "--accept-missing", code=code)

    assert accept(code=5) == "proof_needed"
    assert accept(*stolen, code=5) == "wrong_secret"
    with line.secret("une-autre-phrase-secrète"):
        assert accept(code=5) == "wrong_secret"
    device = line.profile / "credentials" / "device.json"
    kept = device.read_bytes()
    device.unlink()
    assert accept(*stolen, code=5) == "wrong_secret", "it does not open the vault either"
    assert accept(code=5) == "locked"
    device.write_bytes(kept)
    assert line.error("snapshots", code=7) == "slots_rolled_back", "nothing was accepted so far"
    told = line.json("--passphrase-file", str(words), "verify", "--accept-missing")
    assert [
        (n["code"], n["facts"].get("slot")) for n in told["notices"] if n["code"] == "slot_came_back"
    ] == [("slot_came_back", "volée")]
    assert line.json("snapshots")["notices"] == []


def test_a_vault_that_is_not_older_needs_no_proof(line: CommandLine) -> None:
    change_slots(line)
    assert line.json("verify", "--accept-missing")["notices"] == []


def test_what_counted_the_last_time_is_noted(line: CommandLine) -> None:
    """So that it is tried before whatever somebody adds."""
    line("snapshots")
    noted = json.loads((line.profile / "credentials" / "slots.json").read_bytes())
    assert sorted(noted["tables"]) == sorted(
        f"slots/{path.name}" for path in (line.vault / "slots").iterdir()
    )


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
    (told,) = line.json("report")["result"]["incidents"]
    assert told["kind"] == "slot_came_back" and told["cleared"] is None
    with line.secret(PASSPHRASE):
        line("key", "remove", back.id[:8])
    assert line.json("key", "list")["notices"] == []
    (told,) = line.json("report")["result"]["incidents"]
    assert told["cleared"] is not None
