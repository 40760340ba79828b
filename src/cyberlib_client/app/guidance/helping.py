"""Support's side of a meeting: joined by the eight words, asked, left. It keeps no name of the customer's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ...core.errors import CyberlibError, Failed, IntegrityError, Refused, Unreachable, UsageError
from ...core.format_v1.malformed import MALFORMED
from ...core.guidance import cards
from ...core.guidance.channel import Channel
from ...core.guidance.messages import (
    Answer,
    Asked,
    Leave,
    Over,
    Proposal,
    Request,
    Steps,
    read_answer,
    read_request,
    written,
)
from ...state.guidance_log import LoggedLine, add_guidance_log
from ...state.private_file import read_file
from ...state.profile import Profile
from ...transports.host import guidance as wire
from ...transports.host.client import HostClient
from .. import bootstrap
from ..host_link import host_address
from ..line import line_of
from ..times import iso_time
from ..workplace import Workplace
from .posting import Outbox

_AGAIN: Final = 1.0
_LAST_WORDS: Final = 3.0
_ANSWERS: Final = 300.0
"""Seconds that an answer may take: a search in a large vault."""


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator gave (`cyberlib-host support add`)."""

    kind: str
    version: int
    at: str
    name: str
    secret: str


def read_credential(path: str) -> Credential:
    """Raises Failed("guidance_credential", path=…): there is none."""
    try:
        found = msgspec.json.decode(read_file(path) or b"", type=Credential)
    except (*MALFORMED, CyberlibError):
        raise Failed("guidance_credential", path=path) from None
    if (found.kind, found.version) != ("cyberlib support credential", 1) or len(found.secret) != 64:
        raise Failed("guidance_credential", path=path)
    return found


def client_with(work: Workplace, credential: Credential, ca: str = "") -> HostClient:
    """Who speaks with a host as support; its connections end with the command. `ca`: certificates to trust,
    PEM, instead of the system's. Raises UsageError("host_address", at=…), as `line_of`."""
    client = HostClient(host_address(credential.at), line_of(work, ca), credential=credential.secret)
    work.closing.callback(client.close)
    return client


@dataclass
class HelpingTold:
    """`granted`: what the customer allows; `left`: seconds, as told last; `proposals`: what became of each,
    by its number; `away`: code of why the host is not reached; `over`: why it is over, or empty."""

    granted: list[str] = field(default_factory=list)
    left: int = 0
    proposals: dict[int, Proposal] = field(default_factory=dict)
    away: str = ""
    over: str = ""


class Helping:
    """One meeting that was joined. `tell`: hears of each change. Methods may be called from any thread."""

    def __init__(
        self, profile: Profile, end: wire.SupportEnd, channel: Channel, ident: str, tell: Callable[[], None]
    ) -> None:
        self._profile, self._end, self._channel, self._tell = profile, end, channel, tell
        self._ident = ident
        self._changed = threading.Condition()
        self._answers: dict[int, Answer] = {}
        self._number = 0
        self.told = HelpingTold()
        self._outbox = Outbox(end, self._away, self._failed)
        self._keep("joined")
        threading.Thread(target=self._listen, name="guidance-hears", daemon=True).start()

    def ask(self, make: Callable[[int], Asked], patience: float = _ANSWERS) -> Answer:
        """Asks, and waits for the answer. `make`: the request with its number.

        Raises Refused("guidance_over"), and with the code of a refusal of the customer's; Unreachable(
        "guidance_no_answer") after `patience` seconds.
        """
        request = self.send(make)
        until = time.monotonic() + patience
        with self._changed:
            while request.number not in self._answers:
                if self.told.over:
                    raise Refused("guidance_over")
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    raise Unreachable("guidance_no_answer")
            return self._answers.pop(request.number)

    def send(self, make: Callable[[int], Asked]) -> Asked:
        """Asks, and waits for nothing. Raises Refused("guidance_over"), UsageError("guidance_unfit")."""
        with self._changed:
            if self.told.over:
                raise Refused("guidance_over")
            request = make(self._number)
            _check_fit(request)
            self._number += 1
        self._outbox.put(lambda: self._channel_seal(request))
        self._keep(type(request).__name__)
        return request

    def leave(self) -> None:
        """For good."""
        with self._changed:
            over, number = self.told.over, self._number
        if not over:
            self._outbox.put(lambda: self._channel_seal(Leave(number)))
            self._outbox.close(_LAST_WORDS)
            self._finish("left")
        try:
            self._end.end()
        except CyberlibError:
            return  # the host forgets by itself

    def _channel_seal(self, request: Asked) -> bytes:
        assert isinstance(request, Request)
        return self._channel.seal(written(request))

    def _listen(self) -> None:
        heard = 0
        while not self.told.over:
            try:
                there = self._end.hear(heard, joined=True)
                self._away("")
                for each in there.said:
                    if each.number == heard:
                        heard += 1
                        self._take(read_answer(self._channel.open(self._end.content(each))))
                if there.state == "over" and not there.said:
                    self._finish("ended")
                    return
            except Unreachable as error:
                self._away(error.code)
                time.sleep(_AGAIN)
            except (IntegrityError, CyberlibError) as error:
                self._finish(error.code)
                return

    def _take(self, answer: Answer) -> None:
        with self._changed:
            if isinstance(answer, Over):
                self._finish(answer.reason)
                return
            if isinstance(answer, Steps):
                self.told.granted, self.told.left = list(answer.granted), answer.seconds
            elif isinstance(answer, Proposal):
                self.told.proposals[answer.number] = answer
                self._answers.setdefault(answer.number, answer)
            else:
                self._answers[answer.number] = answer
            self._changed.notify_all()
        self._tell()

    def _away(self, code: str) -> None:
        with self._changed:
            if code == self.told.away:
                return
            self.told.away = code
        self._tell()

    def _failed(self, error: CyberlibError) -> None:
        self._finish("ended" if error.code == "host_meeting_over" else error.code)

    def _finish(self, reason: str) -> None:
        with self._changed:
            if self.told.over:
                return
            self.told.over = reason
            self._changed.notify_all()
        self._keep("ended", reason)
        self._tell()

    def _keep(self, done: str, what: str = "") -> None:
        line = LoggedLine(iso_time(bootstrap.clock()), "support", self._ident, done, what)
        add_guidance_log(self._profile, [line])


def _check_fit(request: Asked) -> None:
    """What the customer's machine would take for no request, which ends the meeting, is not sent.
    UsageError("guidance_unfit")."""
    assert isinstance(request, Request)
    try:
        read_request(written(request))
    except IntegrityError:
        raise UsageError("guidance_unfit") from None


def join(work: Workplace, client: HostClient, words: list[str], tell: Callable[[], None]) -> Helping:
    """Joins the meeting that a customer's words lead to, under the name by which the host knows who helps.

    Raises what `cards.read_offer` raises, Refused("host_helper_refused"), Failed("host_meeting_unknown"),
    ("host_meeting_taken"), ("host_meeting_over"), and what reaching the host raises.
    """
    code = cards.code_of(words)
    end = wire.SupportEnd(client, code.meeting)
    name = wire.helper(client).name
    there = end.hear(0, joined=False, wait=0)
    if there.state == "over":
        raise Refused("guidance_over")
    offer = cards.read_offer(there.offer.encode(), code)
    joining, channel = cards.join(offer, code, name, bootstrap.random)
    end.join(joining)
    return Helping(work.profile, end, channel, code.meeting[:16], tell)
