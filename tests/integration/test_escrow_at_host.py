"""Escrow through a host: told to all contacts, held back for a day, cancelled, used; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import escrow_post
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.core.errors import CyberlibError, Unreachable
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.escrow import EscrowPost
from cyberlib_host.database.entrusted import releases
from cyberlib_host.database.observed import mails
from cyberlib_host.services import addresses, audit
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_story import PAPERS, Story, result
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.operators import Operator
from tests.support.trees import make_tree

NEW = "une toute nouvelle phrase 7"


class AtHost(Story):
    """The same, with the vault at a host."""

    def __init__(self, folder: Path, host: TestHost) -> None:
        self.host = host
        self.customer = Practice(host, folder, seats=3)
        self.make_office(folder)
        self.practice = self.customer.station("ACCUEIL")
        self.customer.vault(self.practice)
        documents = make_tree(folder / "documents", {"lettre.txt": b"fictif"})
        self.practice("sources", "add", str(documents))
        self.practice("backup")
        self.place = str(result(self.practice, "vault", "info")["at"])
        self.operator = Operator(folder / "host")
        with host.context.database.write() as connection:
            for purpose, where in (("incident", "a@x.example"), ("report", "b@x.example")):
                addresses.set_addresses(
                    host.context, connection, self.customer.made.id, purpose, [where], OPERATOR
                )
        self.new = self.customer.station("NEUF")

    def actions(self) -> list[tuple[str, str]]:
        """What the customer's log has of escrow: what was done, and how it ended."""
        with self.host.context.database.read() as connection:
            lines = list(audit.lines(connection, self.customer.made.id))
        told = [(line.record.action, line.record.outcome) for line in lines]
        return [each for each in told if "escrow" in each[0] or "release" in each[0] or each[0] == "entrust"]

    def letters(self) -> list[tuple[str, str]]:
        """What escrow's letters are about, and to whom they go."""
        with self.host.context.database.read() as connection:
            rows = connection.execute(mails.select().where(mails.c.kind == "escrow")).all()
        return sorted((row.subject_of.partition("/")[0], row.recipient) for row in rows)

    def join_here(self) -> Any:
        with self.practice.secret(PASSPHRASE):
            return result(self.practice, *self.joining()[:7], "--yes")

    def replace_machine(self) -> None:
        """The old workstation burnt: the new one has its seat and its vault, and nothing that opens it."""
        self.new("device", "reassign", "ACCUEIL", "--contract-key-file", self.customer.key)

    def ask_here(self, *more: str) -> Any:
        return result(self.new, "escrow", "request", "--at", self.place, *more)

    def a_day_passes(self) -> None:
        """For requests, also as the operator's own program sees it: what is known of them is a day older."""
        day = 24 * 3600 * 1_000_000 + 1
        with self.host.context.database.write() as connection:
            values = {"asked": releases.c.asked - day, "opens": releases.c.opens - day}
            connection.execute(releases.update().values(values))

    def answer_all(self, words: list[str], *who: str) -> None:
        papers = self.folder / "for officers"
        self.operator("escrow", "papers", self.release(), str(papers))
        for name in who:
            given = [part for each in PAPERS for part in (f"--{each}", str(papers / f"escrow-{each}.json"))]
            to = self.office.at(f"{name}.answer")
            answer = ["release", "answer", str(papers / "escrow-request.json"), to]
            key = ["--key", self.office.at(f"{name}.key"), "--words", " ".join(words)]
            self.office.run(*answer, *given, *key)
            self.operator("escrow", "answer", to)

    def release(self) -> str:
        (found,) = self.operator.json("escrow", "list")
        return str(found["id"])

    def post(self, line: CommandLine) -> EscrowPost:
        """As a stranger's program could speak with the host as a workstation."""
        session = Clerk(profile_at(str(line.profile)), BytesIO(), {}).session(1, CancelToken())
        found = escrow_post.post_at(session, self.place)
        assert found is not None
        return found


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
    assert seen["workstation"] == "NEUF" and not seen["here"] and seen["words"] == asked["words"]
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
    assert story.ask_here()["again"]
    assert story.operator.json("escrow", "list") == []


def asked_id(seen: Any) -> str:
    return str(seen["id"])


def test_left_and_what_is_refused_then(story: AtHost) -> None:
    story.join_here()
    deposit = story.post(story.practice).show()
    story.ask_here()
    with story.practice.secret(PASSPHRASE):
        left = result(story.practice, "escrow", "leave")
    assert left["handed_in"] and left["signed"]
    there = story.post(story.practice).show()
    assert there.state == "left" and there.deposit is None
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
    with pytest.raises(CyberlibError) as refused:
        post.ask(b"{}")
    assert refused.value.code == "host_escrow_document_bad"


def test_a_host_that_is_down_in_the_middle(story: AtHost, monkeypatch: pytest.MonkeyPatch) -> None:
    story.practice.environment["CYBERLIB_HOST_PATIENCE"] = "1"
    story.join_here()
    real = EscrowPost.withdraw

    def lost(self: EscrowPost, leaving: bytes) -> Any:
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
