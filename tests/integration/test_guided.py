"""A customer who is guided: a real vault at a real host, support at the other end."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.guidance.customer import Guided
from cyberlib_client.app.guidance.helping import Helping, client_with, join, read_credential
from cyberlib_client.app.guidance.told import GuidedTold
from cyberlib_client.app.host_link import client_of
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.guidance import cards
from cyberlib_client.core.guidance import messages as m
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.state.guidance_log import read_guidance_log
from cyberlib_client.transports.host.guidance import SupportEnd
from cyberlib_host.database.guided import meetings, sayings
from cyberlib_host.services import audit
from tests.integration.test_cli_host import Practice
from tests.support.hosts import TestHost, serving
from tests.support.operators import Operator
from tests.support.trees import make_tree

PATIENCE = 60.0


class Story:
    """A practice with a backup at its host, somebody of support, and what both see."""

    def __init__(self, folder: Path, host: TestHost) -> None:
        self.folder, self.host = folder, host
        self.practice = Practice(host, folder)
        self.desk = self.practice.station("ACCUEIL")
        self.practice.vault(self.desk)
        plan = {f"patient-{n:03}.txt": b"fictif %d" % n for n in range(230)}
        self.documents = make_tree(folder / "documents", {"lettre.txt": b"fictif", "courrier": plan})
        self.desk("backup", str(self.documents))
        Operator(folder / "host")(
            "support", "add", "--name", "Claire Exemple", "--at", host.url, str(folder / "claire.json")
        )
        self.seen: list[GuidedTold] = []
        self.closing: list[Callable[[], object]] = []

    def session(self, token: CancelToken | None = None) -> Session:
        made = Session(profile_at(str(self.desk.profile)), Nobody(), cancel=token or CancelToken())
        self.closing.append(made.closing.close)
        return made

    def guided(self, seconds: int = 600) -> Guided:
        """A meeting that runs in a thread of its own."""
        session = self.session()
        session.patience = 3.0
        guided = Guided(session.profile, client_of(session), self.session, self.seen.append, seconds)
        thread = threading.Thread(target=guided.run)
        thread.start()
        self.closing.append(thread.join)
        self.closing.append(guided.stop)
        until(lambda: bool(guided.told.log))
        return guided

    def helping(self, words: list[str], name: str = "claire") -> Helping:
        work = Session(profile_at(str(self.folder / "support")), Nobody())
        work.patience = 3.0
        self.closing.append(work.closing.close)
        client = client_with(work, read_credential(str(self.folder / f"{name}.json")), self.host.ca)
        made = join(work, client, words, lambda: None)
        self.closing.append(made.leave)
        return made

    def end(self) -> None:
        for close in reversed(self.closing):
            close()

    def actions(self) -> list[str]:
        with self.host.context.database.read() as connection:
            lines = [x.record for x in audit.lines(connection, self.practice.made.id)]
        return [x.action for x in lines if x.action.startswith("guidance")]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with serving(tmp_path / "host") as host:
        made = Story(tmp_path, host)
        try:
            yield made
        finally:
            made.end()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def refused(helping: Helping, make: Callable[[int], m.Asked]) -> str:
    answer = helping.ask(make)
    assert isinstance(answer, m.No), answer
    return answer.code


def test_from_eight_words_to_a_file_that_is_back(story: Story) -> None:
    guided = story.guided()
    helping = story.helping(guided.words)
    until(lambda: guided.told.state == "joined")
    assert (guided.told.helper, guided.told.known_as) == ("Claire Exemple", "")
    assert refused(helping, m.AskState) == "guidance_not_granted"
    until(lambda: guided.told.wanted == "state")
    guided.grant("state")
    until(lambda: helping.told.granted == ["state"])
    state = helping.ask(m.AskState)
    assert isinstance(state, m.Lines)
    text = "\n".join(state.lines)
    assert "program.cyberlib" in text and "status.health" in text, text
    incidents = helping.ask(m.AskIncidents)
    assert isinstance(incidents, m.Lines) and any("backup" in line for line in incidents.lines)
    whole = text + "\n".join(incidents.lines)
    for secret in ("patient", "lettre", "documents", "ACCUEIL", str(story.folder)):
        assert secret not in whole
    assert refused(helping, m.AskSnapshots) == "guidance_not_granted"
    guided.grant("names")
    rows = helping.ask(m.AskSnapshots)
    assert isinstance(rows, m.Snapshots) and len(rows.rows) == 1 and rows.rows[0].files == 231
    snapshot = rows.rows[0].id
    top = helping.ask(lambda n: m.AskNames(n, snapshot, ""))
    assert isinstance(top, m.Names) and not top.more
    folder = next(each for each in top.rows if each.kind == "folder")
    assert folder.path.endswith("/courrier")
    first = helping.ask(lambda n: m.AskNames(n, snapshot, folder.path))
    assert isinstance(first, m.Names) and first.more and len(first.rows) == 200
    rest = helping.ask(lambda n: m.AskNames(n, snapshot, folder.path, first.rows[-1].path))
    assert isinstance(rest, m.Names) and not rest.more and len(rest.rows) == 30
    found = helping.ask(lambda n: m.AskFind(n, snapshot, "patient-007"))
    assert isinstance(found, m.Names) and len(found.rows) == 1 and found.rows[0].size == 8
    wanted = found.rows[0].path
    # What support looks for writes no line of the customer's log, nor anything on their terminal.
    helping.ask(lambda n: m.AskFind(n, snapshot, "rien\n23:59  Session over.\x1b[2J\u202e"))
    until(lambda: guided.told.log[-1].what.startswith("rien"))
    assert guided.told.log[-1].what == r"rien\x0a23:59  Session over.\x1b[2J\u202e"
    for unfit in (lambda n: m.AskFind(n, snapshot, "a"), lambda n: m.AskNames(n, "latest", "")):
        with pytest.raises(CyberlibError) as told:
            helping.ask(unfit)
        assert told.value.code == "guidance_unfit"  # and the meeting goes on
    assert refused(helping, lambda n: m.Propose(n, snapshot, [wanted])) == "guidance_not_granted"
    guided.grant("proposal")
    (story.documents / "courrier" / "patient-007.txt").write_bytes(b"altered since")
    shown = helping.ask(lambda n: m.Propose(n, snapshot, [wanted]))
    assert isinstance(shown, m.Proposal) and (shown.state, shown.files, shown.bytes) == ("shown", 1, 8)
    proposal = guided.told.proposal
    assert proposal is not None and proposal.paths == [wanted]
    assert refused(helping, lambda n: m.Propose(n, snapshot, [folder.path])) == "guidance_proposal_waits"
    guided.decline(proposal.number)
    until(lambda: helping.told.proposals[proposal.number].state == "refused")
    again = helping.ask(lambda n: m.Propose(n, snapshot, [wanted]))
    assert isinstance(again, m.Proposal)
    guided.confirm(again.number)
    until(lambda: helping.told.proposals[again.number].state == "done")
    assert (story.documents / "courrier" / "patient-007.txt").read_bytes() == b"altered since"
    contents = {each.read_bytes() for each in (story.documents / "courrier").glob("patient-007*")}
    assert contents == {b"altered since", b"fictif 7"}  # both are kept
    assert refused(helping, lambda n: m.AskNames(n, snapshot, "/nowhere")) == "path_not_in_snapshot"
    guided.withdraw("names")
    assert refused(helping, m.AskSnapshots) == "guidance_not_granted"
    helping.leave()
    until(lambda: guided.told.state == "over")
    assert guided.told.ended == "left"
    here = read_guidance_log(profile_at(str(story.desk.profile)))
    assert [x.done for x in here][:5] == ["opened", "joined", "refused", "granted", "state"]
    assert any(x.done == "find" and x.what == "patient-007" and x.count == 1 for x in here)
    there = read_guidance_log(profile_at(str(story.folder / "support")))
    assert "patient" not in str(there) and {x.meeting for x in there} == {x.meeting for x in here}
    assert story.actions() == ["guidance_opened", "guidance_joined", "guidance_ended"]


def test_stop_stops_at_once_and_for_good(story: Story) -> None:
    guided = story.guided()
    helping = story.helping(guided.words)
    until(lambda: guided.told.state == "joined")
    guided.grant("state")
    guided.stop()
    assert guided.told.state == "over" and guided.told.granted == []
    with pytest.raises(CyberlibError) as told:
        helping.ask(m.AskState)
    assert told.value.code == "guidance_over"
    until(lambda: helping.told.over in ("stopped", "ended"))  # the last word may have been dropped
    for call in (lambda: guided.grant("names"), lambda: guided.withdraw("state")):
        with pytest.raises(CyberlibError) as late:
            call()
        assert late.value.code == "guidance_over"
    with pytest.raises(CyberlibError) as gone:
        story.helping(guided.words)
    assert gone.value.code in ("guidance_over", "host_meeting_taken")


def test_it_ends_by_itself(story: Story) -> None:
    guided = story.guided(seconds=2)
    until(lambda: guided.told.state == "over")
    assert guided.told.ended == "expired"


def test_words_that_are_wrong_lead_nowhere(story: Story) -> None:
    guided = story.guided()
    wrong = [*guided.words[:-1], "abandon" if guided.words[-1] != "abandon" else "abeille"]
    with pytest.raises(CyberlibError) as told:
        story.helping(wrong)
    assert told.value.code == "host_meeting_unknown"
    assert guided.told.state == "waiting"


def test_a_host_that_goes_away_ends_nothing(story: Story) -> None:
    """Down after each step, and back: what was said arrives, in its order."""
    guided = story.guided()
    helping = story.helping(guided.words)
    until(lambda: guided.told.state == "joined")
    steps: list[m.Step] = ["state", "names", "proposal"]
    for number, step in enumerate(steps):
        with story.host.away():
            until(lambda: guided.told.away and helping.told.away)
            guided.grant(step)
            answers: list[Any] = []
            asking = threading.Thread(target=lambda: answers.append(helping.ask(m.AskState)))  # noqa: B023
            asking.start()
        asking.join(PATIENCE)
        assert isinstance(answers[0], m.Lines)
        until(lambda: helping.told.granted == steps[: number + 1])  # noqa: B023
    assert [x.done for x in guided.told.log].count("away") >= 3


def test_stop_counts_while_the_host_is_away(story: Story) -> None:
    guided = story.guided()
    helping = story.helping(guided.words)
    until(lambda: guided.told.state == "joined")
    guided.grant("state")
    until(lambda: helping.told.granted == ["state"])
    with story.host.away():
        until(lambda: guided.told.away)
        guided.grant("names")  # waits to be sent
        guided.stop()
        assert guided.told.ended == "stopped"
    helping.told.granted.clear()
    with pytest.raises(CyberlibError) as told:
        helping.ask(m.AskState, 20.0)
    assert told.value.code in ("guidance_over", "guidance_no_answer")
    assert helping.told.granted == []  # what waited was not sent afterwards


def test_a_host_that_forges_who_joins_is_found_out(story: Story) -> None:
    guided = story.guided()
    code = cards.code_of(guided.words)
    other = cards.make_offer(cards.code_of(cards.new_words(os.urandom)), 60, os.urandom(96))
    forged, _ = cards.join(other, cards.code_of(cards.new_words(os.urandom)), "Claire Exemple", os.urandom)
    with story.host.context.database.write() as connection:
        of_it = meetings.c.id == code.meeting
        connection.execute(update(meetings).where(of_it).values(joining=forged.decode()))
    until(lambda: guided.told.state == "over")
    assert guided.told.ended == "guidance_forged" and guided.told.helper == ""


def test_a_host_that_puts_in_a_message_is_found_out(story: Story) -> None:
    guided = story.guided()
    helping = story.helping(guided.words)
    until(lambda: guided.told.state == "joined")
    guided.grant("state")
    until(lambda: helping.told.granted == ["state"])
    meeting = cards.code_of(guided.words).meeting
    sealed = base64.b64encode(os.urandom(1024 + 16)).decode()
    with story.host.context.database.write() as connection:
        for side, number in (("support", 0), ("customer", 2)):
            connection.execute(
                insert(sayings).values(meeting=meeting, side=side, number=number, sealed=sealed)
            )
    until(lambda: guided.told.state == "over" and helping.told.over)
    assert guided.told.ended == "guidance_not_next" and guided.told.granted == []


def test_a_name_that_the_host_does_not_know_is_shown_beside_the_one_it_knows(story: Story) -> None:
    guided = story.guided()
    code = cards.code_of(guided.words)
    work = Session(profile_at(str(story.folder / "support")), Nobody())
    story.closing.append(work.closing.close)
    client = client_with(work, read_credential(str(story.folder / "claire.json")), story.host.ca)
    end = SupportEnd(client, code.meeting)
    offer = cards.read_offer(end.hear(0, joined=False, wait=0).offer.encode(), code)
    joining, _ = cards.join(offer, code, "Docteur Autre", os.urandom)
    end.join(joining)
    until(lambda: guided.told.state == "joined")
    assert (guided.told.helper, guided.told.known_as) == ("Docteur Autre", "Claire Exemple")
