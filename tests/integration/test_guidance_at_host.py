"""What the host carries between a customer's machine and support, and what it refuses."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.guidance import CustomerEnd, Meeting, SupportEnd, helper
from cyberlib_client.transports.http import Line
from cyberlib_host.core.guidance import MOST_TOLD, MOST_WAITING
from cyberlib_host.jobs.erasure import erase
from cyberlib_host.services import audit, guidance, organisations
from cyberlib_host.services.organisations import Made
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.operators import Operator

PATIENCE = 0.2
SECONDS = 600


class Meet:
    """A customer's machine and somebody of support at one host."""

    def __init__(self, folder: Path, host: TestHost) -> None:
        self.host, self.folder = host, folder
        self.operator = Operator(folder / "host")
        self.made: Made = host.organisation(seats=2)
        self.identity = host.enrol(self.made.contract_key)
        self.device = host.client(self.identity, PATIENCE)
        self.meeting = os.urandom(16).hex()
        self.customer = CustomerEnd(self.device, self.meeting)
        self.support = self.helper("Claire Exemple")

    def helper(self, name: str) -> SupportEnd:
        return SupportEnd(self.client(name), self.meeting)

    def client(self, name: str) -> HostClient:
        file = self.folder / f"{name}.json"
        self.operator("support", "add", "--name", name, "--at", self.host.url, str(file))
        return self.holding(json.loads(file.read_text("utf-8"))["secret"])

    def holding(self, secret: str) -> HostClient:
        client = HostClient(self.host.url, Line(ca=self.host.ca, patience=PATIENCE), credential=secret)
        self.host.hold(client)
        return client

    def joined(self) -> Meeting:
        self.customer.open(b"offer", SECONDS)
        return self.support.join(b"joining")

    def actions(self) -> list[tuple[str, str, str]]:
        with self.host.context.database.read() as connection:
            audit.check(connection, self.made.id)
            lines = [x.record for x in audit.lines(connection, self.made.id)]
        return [
            (x.actor.partition(":")[0], x.action, x.outcome)
            for x in lines
            if "guidance" in x.action or "meeting" in x.action or "say" in x.action
        ]


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    with serving(tmp_path / "host") as host:
        yield Meet(tmp_path, host)


def refused(code: str, call: Any, *given: Any, **named: Any) -> CyberlibError:
    with pytest.raises(CyberlibError) as told:
        call(*given, **named)
    assert told.value.code == code
    return told.value


def said(end: CustomerEnd | SupportEnd, after: int = 0) -> list[tuple[int, bytes]]:
    told = end.hear(after, joined=True, wait=0)
    return [(each.number, end.content(each)) for each in told.said]


def test_what_one_side_says_the_other_hears_in_its_order(meet: Meet) -> None:
    opened = meet.customer.open(b"offer", SECONDS)
    assert (opened.state, opened.joining, opened.said) == ("open", "", [])
    assert meet.customer.open(b"offer", SECONDS) == opened
    found = meet.support.hear(0, joined=False, wait=0)
    assert (found.state, found.offer) == ("open", "offer")
    assert meet.joined().state == "joined"
    told = meet.customer.hear(0, joined=False)
    assert (told.joining, told.helper, told.offer) == ("joining", "Claire Exemple", "")
    for number in range(3):
        meet.support.say(number, b"question %d" % number * 10)
    meet.support.say(1, b"question 1" * 10)  # told again
    assert said(meet.customer) == [(n, b"question %d" % n * 10) for n in range(3)]
    assert said(meet.customer, 2) == [(2, b"question 2" * 10)]
    assert said(meet.customer) == [(2, b"question 2" * 10)]  # what was heard is forgotten
    meet.support.say(0, b"question 0" * 10)
    meet.customer.say(0, b"answer" * 10)
    assert said(meet.support) == [(0, b"answer" * 10)]
    refused("host_saying_order", meet.support.say, 4, b"x" * 20)
    refused("host_saying_order", meet.support.say, 2, b"another one" * 10)
    assert meet.support.end().state == "over"
    assert meet.customer.hear(3, joined=True).state == "over"
    assert said(meet.support) == [(0, b"answer" * 10)]  # the last words can still be heard
    refused("host_meeting_over", meet.customer.say, 1, b"x" * 20)
    meet.customer.end()
    assert meet.actions() == [
        ("device", "guidance_opened", "done"),
        ("support", "guidance_joined", "done"),
        ("support", "say_as_support", "saying_order"),
        ("support", "say_as_support", "saying_order"),
        ("support", "guidance_ended", "done"),
        ("device", "say", "meeting_over"),
    ]


def test_who_waits_hears_at_once(meet: Meet) -> None:
    meet.customer.open(b"offer", SECONDS)
    heard: list[Meeting] = []

    def listen(joined: bool) -> threading.Thread:
        thread = threading.Thread(target=lambda: heard.append(meet.customer.hear(0, joined=joined, wait=20)))
        thread.start()
        return thread

    waiting = listen(joined=False)
    meet.support.join(b"joining")
    waiting.join(15)
    assert [each.state for each in heard] == ["joined"]
    waiting = listen(joined=True)
    meet.support.say(0, b"question" * 10)
    waiting.join(15)
    assert [len(each.said) for each in heard] == [0, 1]


def test_a_host_that_ends_keeps_nobody_waiting(tmp_path: Path) -> None:
    heard: list[object] = []
    with serving(tmp_path / "host") as host:
        meet = Meet(tmp_path, host)
        meet.customer.open(b"offer", SECONDS)

        def listen() -> None:
            try:
                heard.append(meet.customer.hear(0, joined=False, wait=20).state)
            except CyberlibError as error:
                heard.append(error.code)

        thread = threading.Thread(target=listen)
        thread.start()
        while "guidance" not in json.dumps(meet.actions()):
            pass
        host.server.stop()
        thread.join(10)
        assert heard  # an answer, or a line that was cut, and not after twenty seconds


def test_nobody_else_is_let_in(meet: Meet) -> None:
    meet.joined()
    other = meet.helper("Denis Exemple")
    refused("host_meeting_taken", other.hear, 0, joined=True)
    refused("host_meeting_taken", other.join, b"joining")
    refused("host_meeting_taken", other.say, 0, b"x" * 20)
    refused("host_meeting_taken", other.end)
    neighbour = meet.host.client(meet.host.enrol(meet.made.contract_key, "POSTE-2"), PATIENCE)
    theirs = CustomerEnd(neighbour, meet.meeting)
    refused("host_meeting_unknown", theirs.hear, 0, joined=True)
    refused("host_meeting_unknown", theirs.say, 0, b"x" * 20)
    refused("host_meeting_unknown", theirs.end)
    refused("host_meeting_taken", theirs.open, b"offer", SECONDS)
    refused("host_meeting_taken", meet.customer.open, b"another", SECONDS)
    stranger = SupportEnd(meet.holding("0" * 64), meet.meeting)
    for call in (lambda: helper(stranger._client), lambda: stranger.hear(0, joined=True), stranger.end):
        refused("host_helper_refused", call)
    as_support = HostClient(meet.host.url, Line(ca=meet.host.ca, patience=PATIENCE), identity=meet.identity)
    meet.host.hold(as_support)
    refused("host_helper_refused", SupportEnd(as_support, meet.meeting).hear, 0, joined=True)
    refused("host_session_over", CustomerEnd(meet.support._client, meet.meeting).hear, 0, joined=True)
    unknown = SupportEnd(meet.support._client, "0" * 32)
    refused("host_meeting_unknown", unknown.join, b"joining")
    assert helper(meet.support._client).name == "Claire Exemple"


def test_a_withdrawn_credential_guides_no_more(meet: Meet) -> None:
    meet.joined()
    listed = meet.operator.json("support", "list")
    assert [(x["name"], x["state"]) for x in listed] == [("Claire Exemple", "active")]
    assert listed[0]["last_seen"]
    file = str(meet.folder / "Claire Exemple.json")
    assert os.name == "nt" or stat.S_IMODE(os.stat(file).st_mode) == 0o600
    add = ("support", "add", "--name", "Claire Exemple", "--at", meet.host.url)
    assert meet.operator.error(*add, file) == "system_failed"  # it exists
    assert meet.operator.error(*add, str(meet.folder / "new.json")) == "helper_known"
    assert not (meet.folder / "new.json").exists()
    meet.operator("support", "revoke", "Claire Exemple")
    meet.operator("support", "revoke", "Claire Exemple")
    refused("host_helper_refused", meet.support.say, 0, b"x" * 20)
    assert meet.operator.error("support", "revoke", "Nobody") == "helper_unknown"
    meet.operator(*add, str(meet.folder / "new.json"))  # somebody of this name again


def test_what_is_offered_anew_or_runs_out_is_over(meet: Meet) -> None:
    meet.joined()
    again = CustomerEnd(meet.device, os.urandom(16).hex())
    again.open(b"offer", SECONDS)
    assert meet.support.hear(0, joined=True).state == "over"
    meet.host.clock.advance(seconds=SECONDS)
    assert again.hear(0, joined=False).state == "over"
    late = SupportEnd(meet.support._client, again._meeting)
    refused("host_meeting_over", late.join, b"joining")
    assert guidance.forget_old(meet.host.context) == 1
    assert guidance.forget_old(meet.host.context) == 0
    assert meet.actions()[-1] == ("host", "guidance_ended", "expired")
    assert again.hear(0, joined=False).state == "over"
    meet.host.clock.advance(days=1)
    guidance.forget_old(meet.host.context)
    refused("host_meeting_unknown", again.hear, 0, joined=False)
    again.open(b"offer", SECONDS)  # nothing is left of it
    assert [x[1] for x in meet.actions()].count("guidance_ended") == 2


def test_who_does_not_listen_is_not_drowned(meet: Meet) -> None:
    meet.joined()
    for number in range(MOST_WAITING):
        meet.support.say(number, b"x" * 20)
    refused("host_busy", meet.support.say, MOST_WAITING, b"x" * 20)
    assert len(said(meet.customer)) == MOST_TOLD
    said(meet.customer, MOST_TOLD)
    meet.support.say(MOST_WAITING, b"x" * 20)
    refused("host_refused", meet.support.say, MOST_WAITING + 1, b"x" * 70_000)
    refused("host_refused", meet.customer.say, -1, b"x" * 20)


def test_a_customer_that_leaves_leaves_no_meeting(meet: Meet) -> None:
    meet.joined()
    meet.support.say(0, b"x" * 20)
    with meet.host.context.database.write() as connection:
        organisations.decide(meet.host.context, connection, meet.made.id, "terminated", OPERATOR)
    meet.host.clock.advance(days=400)
    erase(meet.host.context, meet.made.id, OPERATOR)
    refused("host_meeting_unknown", meet.support.hear, 0, joined=True)
