"""A covered restoration: granted, answered by two officers, recorded, over; and all that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app import bootstrap, covering
from cyberlib_client.core.errors import CyberlibError, IntegrityError, UsageError
from cyberlib_client.core.escrow import grant as core
from cyberlib_client.core.escrow.consent import read_consent
from cyberlib_client.core.escrow.release import read_request
from cyberlib_host.database.covered import accesses, grants
from cyberlib_host.services import audit
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import PAPERS, result
from tests.support.hosts import serving
from tests.support.trees import make_tree

HOUR = 3600 * 1_000_000


class Covered(AtHost):
    """The same, with a workstation of the publisher's staff."""

    def begin(self) -> None:
        self.documents = make_tree(
            self.folder / "dossiers", {"a": {"lettre.txt": b"fictif"}, "b": {"autre.txt": b"fictif aussi"}}
        )
        self.practice("backup", str(self.documents))
        self.join_here()
        self.staff = self.new
        self.asked = result(
            self.staff, "covered", "ask", self.place, "--contract-key-file", self.customer.key
        )

    def give(self, *more: str, words: str = "") -> Any:
        return result(self.practice, *self.giving(*more, words=words))

    def giving(self, *more: str, words: str = "") -> list[str]:
        said = words or " ".join(self.asked["words"])
        return ["escrow", "cover", "give", "--words", said, "--who", "Dr Exemple", "--reason", "essai", *more]

    def papers_of(self, name: str) -> Path:
        papers = self.folder / name
        self.operator("escrow", "papers", self.release(), str(papers))
        return papers

    def answering(self, papers: Path, who: str, *more: str) -> list[str]:
        given = [part for each in PAPERS for part in (f"--{each}", str(papers / f"escrow-{each}.json"))]
        key = ["--key", self.office.at(f"{who}.key"), "--words", " ".join(self.asked["words"])]
        request, to = str(papers / "escrow-request.json"), self.office.at(f"{who}.answer")
        return ["officer", "release", "answer", request, to, *given, *key, *more]

    def answer(self, papers: Path, who: str) -> None:  # type: ignore[override]
        line = self.answering(papers, who, "--grant", str(papers / "escrow-grant.json"))
        self.office.run(*line[1:])
        self.operator("escrow", "answer", self.office.at(f"{who}.answer"))

    def refusals(self) -> list[tuple[str, str]]:
        with self.host.context.database.read() as connection:
            lines = list(audit.lines(connection, self.customer.made.id))
        told = [(each.record.action, each.record.outcome) for each in lines]
        return [each for each in told if each[1] != "done"]

    def done(self) -> list[str]:
        return [action for action, outcome in self._all() if outcome == "done"]

    def _all(self) -> list[tuple[str, str]]:
        with self.host.context.database.read() as connection:
            lines = list(audit.lines(connection, self.customer.made.id))
        return [(each.record.action, each.record.outcome) for each in lines]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Covered]:
    with serving(tmp_path / "host") as host:
        made = Covered(tmp_path, host)
        made.begin()
        yield made


def test_staff_restore_one_folder_and_the_customer_sees_each_file(story: Covered) -> None:
    below = str(story.documents / "a")
    with story.practice.secret(PASSPHRASE):
        given = story.give("--path", below)
    assert given["state"] == "given" and given["paths"]
    story.a_day_passes()
    papers = story.papers_of("for officers")
    # One officer is not enough.
    story.answer(papers, "anne")
    snapshot = story.practice.json("snapshots")["items"][-1]
    item = f"{snapshot['id'][:8]}:{below}"
    assert story.staff.error("covered", "list", item, code=2) == "escrow_answers_missing"
    story.answer(papers, "claire")
    # What escrow gives to the holder, it does not give to staff.
    assert story.staff.error("escrow", "open", code=2) == "escrow_request_covered"
    told = result(story.staff, "covered", "status")
    assert (told["state"], told["granted"], told["answered"]) == ("open", "given", 2) and told["paths"]
    (entry,) = result(story.staff, "covered", "list", item)
    assert entry["path"].endswith("lettre.txt")
    back = story.folder / "back"
    result(story.staff, "covered", "restore", item, "--to", str(back))
    assert [each.read_bytes() for each in back.rglob("*.txt")] == [b"fictif"]
    # Nothing beyond what was granted, and nothing stays.
    outside = f"{snapshot['id'][:8]}:{story.documents / 'b'}"
    assert story.staff.error("covered", "list", outside, code=2) == "covered_limits"
    assert story.staff.error("covered", "restore", outside, "--to", str(back), code=2) == "covered_limits"
    assert story.staff.error("snapshots", code=2) == "no_vault"
    assert len(story.practice.json("key", "list")["items"]) == 4  # passphrase, words, device, escrow
    (seen,) = result(story.practice, "escrow", "cover", "list")
    # One officer alone, and what is beyond the limits: each attempt is told too, and the host has a line.
    told_of = [each["what"] for each in seen["accesses"]]
    assert told_of == ["refused", "list", "restore", "refused", "refused"]
    assert seen["accesses"][0]["paths"] == [] and seen["accesses"][0]["snapshot"] == ""
    assert [path.rpartition("/")[2] for path in seen["accesses"][2]["paths"]] == ["lettre.txt"]
    for each in seen["accesses"][3:]:
        assert [path.rpartition("/")[2] for path in each["paths"]] == ["b"]
    assert story.done().count("covered_access") == 5
    with story.host.context.database.read() as connection:
        entries = [row.entry for row in connection.execute(accesses.select())]
        grant = connection.execute(grants.select()).one().grant
    assert b"lettre".hex() not in "".join(entries) and below not in grant and "lettre" not in grant
    # Ended by the customer, it is over at once.
    (ended,) = result(story.practice, "escrow", "cover", "end")
    assert ended["state"] == "ended"
    assert story.staff.error("covered", "list", item, code=2) == "escrow_grant_over"
    assert story.staff.error("covered", "status", code=2) == "covered_not_asked"
    for action in ("grant_given", "covered_access", "grant_ended", "release_answered"):
        assert action in story.done()


def test_without_a_grant_or_with_another_nothing_is_handed_out(story: Covered) -> None:
    story.a_day_passes()
    papers = story.folder / "early"
    assert story.operator.error("escrow", "papers", story.release(), str(papers)) == "grant_missing"
    assert ("release_handed_out", "grant_missing") in story.refusals()
    assert story.staff.error("covered", "snapshots", code=1) == "host_grant_missing"
    # Words of nobody, no passphrase, too long.
    with story.practice.secret(PASSPHRASE):
        wrong = " ".join(reversed(story.asked["words"]))
        assert story.practice.error(*story.giving(words=wrong), code=7) == "escrow_words_differ"
        story.practice(*story.giving("--hours", "73"), code=2)
    assert story.practice.error(*story.giving(), code=5) == "proof_needed"
    assert result(story.practice, "escrow", "cover", "list")[0]["state"] == "asked"
    with story.practice.secret(PASSPHRASE):
        story.give()
    papers = story.papers_of("for officers")
    # An officer without it, or with that of another request.
    line = CommandLine(story.folder / "officer")
    assert line.error(*story.answering(papers, "anne"), code=7) == "escrow_not_consented"
    story.asked = result(story.staff, "covered", "ask", story.place, "--anew")
    other = str(story.folder / "other.json")
    Path(other).write_bytes(_request_of(story))
    swapped = story.answering(papers, "anne", "--grant", str(papers / "escrow-grant.json"))
    swapped[3] = other
    assert line.error(*swapped, code=7) == "escrow_grant_other"
    # The same grant, handed in for the other request.
    post = covering.post_at(_session(story.practice), story.place)
    grant = (papers / "escrow-grant.json").read_bytes()
    with pytest.raises(CyberlibError) as raised:
        post.give(read_request(Path(other).read_bytes()).digest.hex(), grant)
    assert raised.value.code == "host_escrow_document_bad"
    assert ("give_grant", "escrow_document_bad") in story.refusals()


def test_a_grant_that_is_over_or_not_yet_by_either_clock(story: Covered, monkeypatch: Any) -> None:
    with story.practice.secret(PASSPHRASE):
        story.give("--hours", "2")
    story.a_day_passes()
    papers = story.papers_of("for officers")
    for who in ("anne", "claire"):
        story.answer(papers, who)
    assert result(story.staff, "covered", "snapshots")
    # The host's clock: that of the workstation may be set back.
    with story.host.context.database.write() as connection:
        connection.execute(grants.update().values(until=story.host.context.clock() - 1))
    entry = core.Access("list", "2026-01-01T00:00:00Z", "", [])
    grant = core.read_grant((papers / "escrow-grant.json").read_bytes())
    post = covering.post_at(_session(story.staff), story.place)
    with pytest.raises(CyberlibError) as raised:
        post.access(grant.body.request, core.seal_access(entry, grant))
    assert raised.value.code == "host_grant_over"
    assert ("covered_access", "grant_over") in story.refusals()
    assert story.operator.error("escrow", "papers", story.release(), str(papers / "x")) == "grant_over"
    # The officers' and the workstation's.
    request = read_request((papers / "escrow-request.json").read_bytes())
    consent = read_consent((papers / "escrow-consent.json").read_bytes())
    since, until = core.seconds_of(grant.body.since), core.seconds_of(grant.body.until)
    for now, code in ((since - 1, "escrow_grant_early"), (until, "escrow_grant_over")):
        with pytest.raises(UsageError) as early:
            core.check_grant(grant, request.digest, consent, now)
        assert early.value.code == code
    core.check_grant(grant, request.digest, consent, until - 1)


def test_a_grant_that_somebody_altered_or_signed_without_the_vault(story: Covered) -> None:
    with story.practice.secret(PASSPHRASE):
        story.give("--hours", "1")
    story.a_day_passes()
    papers = story.papers_of("for officers")
    data = (papers / "escrow-grant.json").read_bytes()
    first, second, _ = data.split(b"\n")
    body = msgspec.json.decode(first)
    for changed in (
        {"until": body["since"].replace("20", "21", 1)},
        {"request": "00" * 32},
        {"whole": False},
    ):
        with pytest.raises(IntegrityError):
            core.read_grant(msgspec.json.encode(body | changed) + b"\n" + second + b"\n")
    grant = core.read_grant(data)
    consent = read_consent((papers / "escrow-consent.json").read_bytes())
    other = consent._replace(digest=b"\0" * 32)
    with pytest.raises(IntegrityError) as raised:
        core.check_grant(grant, bytes.fromhex(grant.body.request), other, core.seconds_of(grant.body.since))
    assert raised.value.code == "escrow_grant_other"


def _session(line: CommandLine) -> Any:
    from io import BytesIO

    from cyberlib_client.app.clerk.clerk import Clerk
    from cyberlib_client.core.ports import CancelToken

    return Clerk(bootstrap.profile_at(str(line.profile)), BytesIO(), {}).session(1, CancelToken())


def _request_of(story: Covered) -> bytes:
    from cyberlib_client.state.escrow import read_asked

    asked = read_asked(bootstrap.profile_at(str(story.staff.profile)))
    assert asked is not None
    return asked.request
