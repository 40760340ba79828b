"""Escrow through a host: told to all contacts, held back for a day, cancelled, used; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.core.errors import CyberlibError, Unreachable
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.escrow import EscrowPost
from cyberlib_host.core import escrow
from cyberlib_host.core.signatures import check_signature
from cyberlib_host.database.entrusted import escrows
from tests.support.command_line import PASSPHRASE
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import result
from tests.support.hosts import serving

NEW = "une toute nouvelle phrase 7"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        yield AtHost(tmp_path, host)


def test_a_burnt_workstation_with_neither_passphrase_nor_kit(story: AtHost) -> None:
    joined = story.join_here()
    assert joined["handed_in"] and joined["files"] == [] and joined["escrow"]["at_host"]
    story.replace_machine()
    asked = story.ask_here()
    assert asked["opens"] and asked["file"] == "" and not asked["again"]
    assert story.ask_here()["again"]  # the host takes the same one
    both = ["a@x.example", "b@x.example"]
    assert story.letters() == [(kind, to) for kind in ("escrow", "release") for to in both]
    # Held back: neither the officers nor this machine get anything before.
    papers = story.folder / "early"
    assert story.operator.error("escrow", "papers", story.release(), str(papers)) == "release_waiting"
    assert not papers.exists()
    assert ("release_handed_out", "release_waiting") in story.actions()
    assert story.new.error("escrow", "open", code=2) == "escrow_release_waiting"
    story.a_day_passes()
    story.answer_all(asked["words"], "anne")
    assert story.new.error("escrow", "open", code=2) == "escrow_answers_missing"
    story.operator("escrow", "cancel", "feed", code=1)
    papers = story.folder / "for officers"
    papers.rename(story.folder / "used")
    story.answer_all(asked["words"], "claire")
    with story.new.secret(NEW):
        opened = result(story.new, "escrow", "open", "--device-file")
    assert opened["connected"]
    story.new("restore", "latest", "--to", str(story.folder / "back"))
    (letter,) = (story.folder / "back").rglob("lettre.txt")
    assert letter.read_text(encoding="utf-8") == "fictif"
    told = result(story.new, "escrow", "status")
    assert told["state"] == "elsewhere" and told["releases"][0]["answered"] == 2
    done = [action for action, outcome in story.actions() if outcome == "done"]
    for action in (
        "escrow_joined",
        "release_asked",
        "release_handed_out",
        "release_answered",
        "release_read",
    ):
        assert action in done, done


def test_a_contact_says_no(story: AtHost) -> None:
    story.join_here()
    thief = story.new
    asked = story.ask_here()
    (seen,) = result(story.practice, "escrow", "status")["releases"]
    assert seen["workstation"] == "NEUF" and not seen["here"] and seen["words"] == []
    assert story.ask_here()["words"] == asked["words"]  # who asked goes on seeing them
    assert "say no at once" in story.practice("escrow", "status").out
    assert story.practice.error("escrow", "cancel", "feed", code=2) == "escrow_no_release"
    (gone,) = result(story.practice, "escrow", "cancel")
    assert gone["state"] == "cancelled"
    assert ("release", "b@x.example") in story.letters()
    story.a_day_passes()
    assert story.operator.json("escrow", "list") == []
    assert story.operator.error("escrow", "papers", asked_id(seen), str(story.folder / "x")) == "release_over"
    assert thief.error("escrow", "open", code=2) == "escrow_release_over"
    # The very same request does not come to life again.
    assert thief.error("escrow", "request", "--at", story.place, code=2) == "escrow_release_over"
    assert story.operator.json("escrow", "list") == []


def asked_id(seen: Any) -> str:
    return str(seen["id"])


def kept_certificates(story: AtHost) -> list[escrow.Destroyed]:
    """What the host signed when deposits were destroyed."""
    with story.host.context.database.read() as connection:
        rows = connection.execute(escrows.select()).all()
    return [msgspec.json.decode(row.destroyed, type=escrow.Destroyed) for row in rows if row.destroyed]


def test_left_and_what_is_refused_then(story: AtHost) -> None:
    story.join_here()
    deposit = story.post(story.practice).show()
    story.ask_here()
    with story.practice.secret(PASSPHRASE):
        left = result(story.practice, "escrow", "leave")
    assert left["handed_in"] and left["signed"]
    there = story.post(story.practice).show()
    assert there.state == "left" and there.deposit is None
    (gone,) = kept_certificates(story)
    assert deposit.deposit and gone.deposit == sha256(deposit.deposit.encode()).hexdigest()
    message = escrow.destruction_message(gone.deposit, gone.time)
    check_signature(story.host.context.key.public_key().public_bytes_raw(), gone.signature, message)
    assert [each.state for each in there.releases] == ["left"]
    story.a_day_passes()
    assert story.operator.json("escrow", "list") == []
    assert story.new.error("escrow", "open", code=2) == "escrow_release_over"
    assert story.new.error("escrow", "request", "--at", story.place, code=7) == "escrow_not_there"
    # Replayed: the consent that was given up, by whoever kept a copy of it.
    assert deposit.policy and deposit.deposit and deposit.consent
    documents = [each.encode() for each in (deposit.policy, deposit.deposit, deposit.consent)]
    with pytest.raises(CyberlibError) as refused:
        story.post(story.practice).entrust(*documents)
    assert refused.value.code == "host_escrow_replayed"
    assert ("entrust", "escrow_replayed") in story.actions()
    assert story.join_here()["handed_in"]  # one's own wish, later, is no replay


def test_documents_that_do_not_belong_together_or_were_altered(story: AtHost) -> None:
    story.join_here()
    post = story.post(story.practice)
    there = post.show()
    assert there.policy and there.deposit and there.consent
    with story.practice.secret(PASSPHRASE):
        story.practice("escrow", "leave")
    good = {"policy": there.policy, "deposit": there.deposit, "consent": there.consent}
    changes = {
        "policy": ("Notaire", "Notaires"),
        "deposit": ('"commitment":"', '"commitment":"00'),
        "consent": ("Dr Exemple", "Dr Autre"),
    }
    for name, (before, after) in changes.items():
        assert before in good[name]
        bad = good | {name: good[name].replace(before, after, 1)}
        with pytest.raises(CyberlibError) as refused:
            post.entrust(*(bad[each].encode() for each in ("policy", "deposit", "consent")))
        assert refused.value.code == "host_escrow_document_bad", name
    assert story.actions().count(("entrust", "escrow_document_bad")) == len(changes)
    with pytest.raises(CyberlibError) as refused:
        post.ask(b"{}")
    assert refused.value.code == "host_escrow_document_bad"
    assert ("ask_release", "escrow_document_bad") in story.actions()


def test_a_host_that_is_down_in_the_middle(story: AtHost, monkeypatch: pytest.MonkeyPatch) -> None:
    story.practice.environment["CYBERLIB_HOST_PATIENCE"] = "1"
    story.join_here()
    real = EscrowPost.withdraw

    def lost(self: EscrowPost, leaving: bytes, _proof: str = "") -> Any:
        real(self, leaving)  # it arrives, and the answer does not
        raise Unreachable("host_unreachable", at="https://h", reason="timed out")

    monkeypatch.setattr(EscrowPost, "withdraw", lost)
    with story.practice.secret(PASSPHRASE):
        left = result(story.practice, "escrow", "leave")
    assert left["signed"] and not left["handed_in"]
    monkeypatch.undo()
    with story.practice.secret(PASSPHRASE):
        assert story.practice.error("escrow", "leave", code=2) == "escrow_not_joined"  # all is done
    assert story.join_here()["handed_in"]


def test_another_key_only_once_the_escrow_is_left(story: AtHost) -> None:
    """Its officers would hold the former one, and nobody would know."""
    story.join_here()
    new = story.folder / "new passphrase"
    new.write_text(NEW, encoding="utf-8")
    new.chmod(0o600)
    rotate = ["key", "rotate", "--new-passphrase-file", str(new)]
    rotate += ["--words-file", str(story.folder / "new words")]
    before = result(story.practice, "vault", "info")["key"]
    with story.practice.secret(PASSPHRASE):
        assert story.practice.error(*rotate, code=2) == "escrow_leave_first"
    assert result(story.practice, "vault", "info")["key"] == before
    assert not (story.folder / "new words").exists()
    with story.practice.secret(PASSPHRASE):
        story.practice("escrow", "leave")
        changed = result(story.practice, *rotate)
    assert changed["key"]["changes"] == 1 and "escrow" not in [each["kind"] for each in changed["slots"]]
    with story.practice.secret(NEW):
        again = result(story.practice, *story.joining()[:7], "--yes")  # under the key of now
    assert again["handed_in"]
    # What is entrusted now opens the vault as it is now.
    story.replace_machine()
    asked = story.ask_here()
    story.a_day_passes()
    story.answer_all(asked["words"], "anne", "claire")
    with story.new.secret(NEW):
        result(story.new, "escrow", "open", "--device-file")
    story.new("restore", "latest", "--to", str(story.folder / "back"))
    (letter,) = (story.folder / "back").rglob("lettre.txt")
    assert letter.read_text(encoding="utf-8") == "fictif"


def test_other_organisations_see_nothing(story: AtHost) -> None:
    story.join_here()
    store, identity = story.host.store()
    vault = story.post(story.practice)._at.split("/")[3]
    stranger = EscrowPost(story.host.client(identity), vault)
    for wanted in (stranger.show, lambda: stranger.ask(b"{}" * 2), lambda: stranger.release("0" * 64)):
        with pytest.raises(CyberlibError) as refused:
            wanted()
        assert refused.value.code in ("host_vault_unknown", "host_escrow_document_bad")
    assert isinstance(store.client.ask("GET", "/v1/device", records.Standing), records.Standing)


def test_answers_that_no_officer_gave(story: AtHost) -> None:
    story.join_here()
    asked = story.ask_here()
    story.a_day_passes()
    story.answer_all(asked["words"], "anne")
    forged = Path(story.office.at("forged"))
    text = Path(story.office.at("anne.answer")).read_text(encoding="utf-8")
    assert '"officer":"anne"' in text
    forged.write_text(text.replace('"officer":"anne"', '"officer":"claire"'), encoding="utf-8")
    assert story.operator.error("escrow", "answer", str(forged)) == "escrow_document_bad"
    assert ("release_answered", "escrow_document_bad") in story.actions()
    # A host with one officer at its side has nothing that opens the vault.
    assert story.new.error("escrow", "open", "--at", story.place, code=2) == "escrow_answers_missing"
    assert ("release_read", "done") in story.actions()
    # Nor does an answer that was handed out serve another machine than the one that asked.
    thief = story.customer.station("VOLEUR")
    assert thief.error("escrow", "open", str(forged), "--at", story.place, code=2) == "escrow_not_asked"
    (told,) = story.post(thief).show().releases
    assert told.answered == 1 and told.answers == []
