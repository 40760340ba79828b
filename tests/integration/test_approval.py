"""A new machine let in by one of the practice, through a real host: the story, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app import approval as app
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.core import approval as core
from cyberlib_client.core.errors import CyberlibError, Unreachable
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.repository.vault import Vault
from cyberlib_client.transports.host.approval import Approval, ApprovalPost
from cyberlib_host.database.approved import approvals
from cyberlib_host.database.observed import mails
from cyberlib_host.services import addresses, audit
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.escrow_story import result
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.trees import make_tree, told

_DAY = 24 * 3600 * 1_000_000


class Story:
    """A practice with a workstation that opens its vault at a host, and a new one that does not."""

    def __init__(self, folder: Path, host: TestHost) -> None:
        self.folder, self.host = folder, host
        self.practice = Practice(host, folder, seats=3)
        self.old = self.practice.station("ACCUEIL")
        self.words = self.practice.vault(self.old)
        self.documents = make_tree(folder / "documents", {"lettre.txt": b"fictif", "s": {"b": b"x" * 70_000}})
        self.old("backup", str(self.documents))
        self.place = str(result(self.old, "vault", "info")["at"])
        self.new = self.practice.station("NEUF")
        with host.context.database.write() as connection:
            addresses.set_addresses(
                host.context, connection, self.practice.made.id, "incident", ["a@x.example"], OPERATOR
            )

    def asked(self, *more: str) -> str:
        """The six words that the new machine shows."""
        return " ".join(result(self.new, "approval", "ask", *more)["words"])

    def allow(self, words: str, *more: str) -> Any:
        with self.old.secret(PASSPHRASE):
            return result(self.old, "approval", "allow", "--words", words, *more)

    def actions(self) -> list[tuple[str, str]]:
        with self.host.context.database.read() as connection:
            lines = list(audit.lines(connection, self.practice.made.id))
        found = [(line.record.action, line.record.outcome) for line in lines]
        return [each for each in found if "approval" in each[0]]

    def letters(self) -> list[str]:
        with self.host.context.database.read() as connection:
            rows = connection.execute(mails.select().where(mails.c.kind == "approval")).all()
        return [row.subject_of.rpartition("/")[2] for row in rows]

    def time_passes(self, days: int) -> None:
        """For requests: what is known of them is older."""
        with self.host.context.database.write() as connection:
            values = {"asked": approvals.c.asked - days * _DAY, "opens": approvals.c.opens - days * _DAY}
            connection.execute(approvals.update().values(values))

    def slots(self, line: CommandLine) -> list[str]:
        return [slot["name"] for slot in line.json("key", "list")["items"]]

    def post(self, line: CommandLine) -> ApprovalPost:
        """As a stranger's program could speak with the host as a workstation."""
        session = Clerk(profile_at(str(line.profile)), BytesIO(), {}).session(1, CancelToken())
        return app.post_at(session, self.place)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with serving(tmp_path / "host") as host:
        yield Story(tmp_path, host)


def test_a_burnt_workstation_and_the_one_at_the_desk_beside_it(story: Story) -> None:
    """New machine, contract key, no passphrase on it: every byte back."""
    words = story.asked()
    assert story.new.error("approval", "open", code=2) == "approval_waiting"
    assert story.asked() == words  # asked twice is one request
    (seen,) = result(story.old, "approval", "list")
    assert (seen["device"], seen["state"], seen["here"]) == ("NEUF", "asked", False)
    assert story.allow(words)["state"] == "open"
    assert len(story.slots(story.old)) == 4
    opened = result(story.new, "approval", "open", "--device-file")
    assert (opened["by"], opened["device"], opened["connected"]) == ("ACCUEIL", "NEUF", True)
    story.new("restore", "latest", "--to", str(story.folder / "back"))
    assert told(restored(story.folder / "back", story.documents)) == told(story.documents)
    # What travelled opens nothing any more; the machine has a way in of its own.
    assert sorted(story.slots(story.new)) == ["ACCUEIL", "NEUF", "passphrase", "recovery"]
    assert story.new.error("approval", "open", code=2) == "approval_not_asked"
    story.new("backup", str(story.documents))
    assert [each["state"] for each in result(story.old, "approval", "list")] == ["taken"]
    done = [action for action, outcome in story.actions() if outcome == "done"]
    assert done == ["approval_asked", "approval_given", "approval_taken"]
    assert sorted(story.letters()) == ["approval_asked", "approval_given"]


def test_without_the_passphrase_it_is_held_back(story: Story) -> None:
    words = story.asked()
    held = result(story.old, "approval", "allow", "--words", words, "--unproven")
    assert held["state"] == "held" and held["opens"]
    assert story.new.error("approval", "open", code=2) == "approval_held"
    assert result(story.new, "approval", "status")["state"] == "held"
    assert story.new.error("restore", "latest", "--to", str(story.folder / "x"), code=2) == "no_vault"
    story.time_passes(1)
    assert result(story.new, "approval", "open", "--device-file")["connected"]
    assert "approval_held" in story.letters()


def test_somebody_says_no_in_time(story: Story) -> None:
    words = story.asked()
    result(story.old, "approval", "allow", "--words", words, "--unproven")
    (gone,) = result(story.old, "approval", "refuse")
    assert gone["state"] == "cancelled"
    assert len(story.slots(story.old)) == 3  # what was made for it is gone
    assert story.new.error("approval", "open", code=2) == "approval_over"
    assert story.new.error("approval", "ask", code=2) == "approval_over"
    again = story.asked("--anew")
    assert again != words
    with story.old.secret(PASSPHRASE):
        assert story.old.error("approval", "allow", "--words", words, code=7) == "approval_words_differ"
    assert story.allow(again)["state"] == "open"


def test_words_are_tried_before_anything_is_changed(story: Story) -> None:
    words = story.asked().split()
    before = story.slots(story.old)
    with story.old.secret(PASSPHRASE):
        wrong = ("approval", "allow", "--words")
        assert story.old.error(*wrong, " ".join(words[:5]), code=2) == "approval_words_count"
        assert story.old.error(*wrong, " ".join([*words[:5], "xyzzy"]), code=2) == "approval_word_unknown"
        mixed = [words[1], words[0], *words[2:]]
        assert story.old.error(*wrong, " ".join(mixed), code=7) == "approval_words_differ"
    right = ("approval", "allow", "--words", " ".join(words))
    assert story.old.error(*right, code=5) == "proof_needed"  # an open machine is no proof
    assert story.old.error("approval", "allow", code=2) == "approval_words_missing"
    with story.old.secret(PASSPHRASE):
        assert story.old.error("approval", "allow", "feed", *right[2:], code=2) == "approval_none"
    assert story.slots(story.old) == before


def test_an_operator_who_would_put_in_a_key_or_a_vault(story: Story) -> None:
    """What the host could do with its own database, done there."""
    words = story.asked()
    with story.host.context.database.write() as connection:
        row = connection.execute(approvals.select()).one()
        line, mark, _ = row.request.encode().split(b"\n")
        body = msgspec.json.decode(line)
        seed = core.new_seed(story.host.context.random)
        mine, _ = core.make_request(
            body["place"], "NEUF", body["time"], words.split()[::-1], seed, story.host.context.random
        )
        forged = msgspec.json.encode(body | {"key": mine.body.key}) + b"\n" + mark + b"\n"
        ident = core.read_request(forged).digest.hex()
        connection.execute(approvals.update().values(id=ident, request=forged.decode()))
    with story.old.secret(PASSPHRASE):
        assert story.old.error("approval", "allow", "--words", words, code=7) == "approval_words_differ"
    with story.host.context.database.write() as connection:
        connection.execute(approvals.update().values(id=row.id, request=row.request))
    story.allow(words)
    request = core.read_request(row.request.encode())
    code = core.code_of(words.split()[::-1], request.body)
    handed = core.Handed("00" * 16, "11" * 8, b"m" * 32)
    fake = core.make_answer(request, code, handed, device="ACCUEIL", proof="secret", time=request.body.time)
    with story.host.context.database.write() as connection:
        connection.execute(approvals.update().values(answer=fake.decode()))
    assert story.new.error("approval", "open", "--device-file", code=7) == "approval_answer_forged"
    assert story.new.error("snapshots", code=2) == "no_vault"


def test_what_the_host_refuses(story: Story) -> None:
    words = story.asked()
    ident = result(story.new, "approval", "status")["id"]
    thief = story.practice.station("TIERS")
    post = story.post(thief)
    request = post.show(ident).request.encode()
    for do, code in (
        (lambda: post.answer(ident, request), "host_not_a_member"),
        (lambda: post.ask(b"{}\n00\n"), "host_approval_document_bad"),
        (lambda: post.ask(request), "host_approval_document_bad"),  # another's
        (lambda: post.show("00" * 32), "host_approval_unknown"),
    ):
        with pytest.raises(CyberlibError) as raised:
            do()
        assert raised.value.code in (code, "host_approval_document_bad"), code
    story.allow(words)
    assert post.show(ident).answer == ""  # for the machine that asked, and no other
    with pytest.raises(CyberlibError) as raised:
        story.post(story.new).answer(ident, b"{}\n00\n")
    assert raised.value.code == "host_approval_document_bad"
    story.time_passes(4)
    assert story.new.error("approval", "open", code=2) == "approval_over"
    assert [each["state"] for each in result(story.old, "approval", "list")] == ["expired"]
    assert len(story.slots(story.old)) == 3
    assert any(outcome == "approval_document_bad" for _, outcome in story.actions())


def test_the_host_is_gone_before_it_has_the_answer(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slot is made, the answer is not there yet: told again it is the same one."""
    words = story.asked()
    sent = []
    usual = ApprovalPost.answer

    def lost(self: ApprovalPost, ident: str, answer: bytes) -> Approval:
        sent.append(answer)
        raise Unreachable("host_unreachable", at=story.host.url, reason="refused")

    monkeypatch.setattr(ApprovalPost, "answer", lost)
    with story.old.secret(PASSPHRASE):
        assert story.old.error("approval", "allow", "--words", words, code=6) == "host_unreachable"
    monkeypatch.setattr(ApprovalPost, "answer", usual)
    slots = story.slots(story.old)
    assert story.allow(words)["state"] == "open"
    assert story.slots(story.old) == slots and len(slots) == 4
    assert (
        story.post(story.new).show(result(story.new, "approval", "status")["id"]).answer.encode() == sent[0]
    )


class Cut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("then", ["again", "refused", "expired"])
def test_killed_at_the_slot_that_was_to_be_made(
    story: Story, monkeypatch: pytest.MonkeyPatch, when: str, then: str
) -> None:
    """No slot stays that nobody knows of, whatever follows."""
    words = story.asked()
    usual = Vault.add_slot

    def cut(self: Vault, *given: Any) -> Any:
        if when == "after":
            usual(self, *given)
        raise Cut

    monkeypatch.setattr(Vault, "add_slot", cut)
    with pytest.raises(Cut):
        story.allow(words)
    monkeypatch.setattr(Vault, "add_slot", usual)
    assert len(story.slots(story.old)) == (4 if when == "after" else 3)
    if then == "again":
        story.allow(words)
        result(story.new, "approval", "open", "--device-file")
        assert sorted(story.slots(story.new)) == ["ACCUEIL", "NEUF", "passphrase", "recovery"]
        return
    if then == "refused":
        result(story.old, "approval", "refuse")
    else:
        story.time_passes(30)
        result(story.old, "approval", "list")
    assert sorted(story.slots(story.old)) == ["ACCUEIL", "passphrase", "recovery"]


@pytest.mark.parametrize("comes_back", [True, False])
def test_the_new_machine_is_killed_with_the_answer_in_its_hand(
    story: Story, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    story.allow(story.asked())
    usual = Vault.add_slot

    def cut(*_given: Any) -> Any:
        raise Cut

    monkeypatch.setattr(Vault, "add_slot", cut)
    with pytest.raises(Cut):
        result(story.new, "approval", "open", "--device-file")
    monkeypatch.setattr(Vault, "add_slot", usual)
    assert [each["state"] for each in result(story.old, "approval", "list")] == ["taken"]
    assert len(story.slots(story.old)) == 4, "the machine is still to open the vault by it"
    if comes_back:
        result(story.new, "approval", "open", "--device-file")
        assert sorted(story.slots(story.new)) == ["ACCUEIL", "NEUF", "passphrase", "recovery"]
    else:
        story.time_passes(8)
        result(story.old, "approval", "list")
        assert sorted(story.slots(story.old)) == ["ACCUEIL", "passphrase", "recovery"]


@pytest.mark.parametrize("how", ["killed", "answer lost"])
def test_the_new_machines_own_slot_is_made_and_not_noted(
    story: Story, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    story.allow(story.asked())
    usual = Vault.add_slot

    def cut(self: Vault, *given: Any) -> Any:
        usual(self, *given)
        if how == "killed":
            raise Cut
        raise Unreachable("host_unreachable", at=story.host.url, reason="lost")

    monkeypatch.setattr(Vault, "add_slot", cut)
    if how == "killed":
        with pytest.raises(Cut):
            result(story.new, "approval", "open", "--device-file")
    else:
        story.new("approval", "open", "--device-file", code=6)
    monkeypatch.setattr(Vault, "add_slot", usual)
    assert len(story.slots(story.old)) == 5
    result(story.new, "approval", "open", "--device-file")
    assert sorted(story.slots(story.new)) == ["ACCUEIL", "NEUF", "passphrase", "recovery"]
    kept = [each.name for each in (story.new.profile / "credentials").iterdir()]
    assert len([each for each in kept if each.startswith("device-")]) == 1
    story.new("snapshots")


def test_the_answer_to_its_last_step_is_lost(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """What travelled is gone from the vault, and the machine did not hear it."""
    story.allow(story.asked())
    usual = Vault.remove_slot

    def lost(self: Vault, wanted: str) -> Any:
        usual(self, wanted)
        raise Unreachable("host_unreachable", at=story.host.url, reason="lost")

    monkeypatch.setattr(Vault, "remove_slot", lost)
    story.new("approval", "open", "--device-file", code=6)
    monkeypatch.setattr(Vault, "remove_slot", usual)
    result(story.new, "approval", "open", "--device-file")
    assert sorted(story.slots(story.new)) == ["ACCUEIL", "NEUF", "passphrase", "recovery"]
    assert story.new.error("approval", "open", code=2) == "approval_not_asked"


def test_a_slot_for_one_that_is_listed_no_more_goes_too(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.allow(story.asked())
    assert len(story.slots(story.old)) == 4
    story.time_passes(30)
    monkeypatch.setattr(ApprovalPost, "list", lambda _self: [])
    result(story.old, "approval", "list")
    assert sorted(story.slots(story.old)) == ["ACCUEIL", "passphrase", "recovery"]


def test_a_machine_that_lost_its_own_secret(story: Story) -> None:
    """Its profile knows the vault; its device secret is gone, and nobody has the passphrase."""
    words = story.asked()
    story.allow(words)
    result(story.new, "approval", "open", "--device-file")
    for each in (story.new.profile / "credentials").glob("*"):
        if each.name.startswith("device"):
            each.unlink()
    assert story.new.error("snapshots", code=5) == "locked"
    story.allow(story.asked())
    opened = result(story.new, "approval", "open", "--device-file")
    assert not opened["connected"]
    story.new("snapshots")
    assert "NEUF (approval)" not in story.slots(story.new)
