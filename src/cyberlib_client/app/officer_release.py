"""An officer's answer to a request for what was entrusted: after six words were compared by voice.

Beside the key a file notes which requests were answered: the same one is not answered twice, nor one that is
long past, by which an old file would be passed off for a new need.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Final

import msgspec

from ..core.errors import IntegrityError, UsageError
from ..core.escrow.consent import Consent, read_consent
from ..core.escrow.deposit import Deposit, read_deposit
from ..core.escrow.grant import read_grant
from ..core.escrow.officer_card import check_own
from ..core.escrow.officer_key import read_officer
from ..core.escrow.policy import Officer, Policy, read_policy
from ..core.escrow.release import Request, check_allowed, check_words, read_request
from ..core.escrow.release import answer as make_answer
from ..core.kit import fingerprint, grouped
from . import bootstrap, escrow_files
from .officer import OfficerPrompt, opened
from .paths import shown_native, shown_text
from .times import iso_time
from .workplace import Workplace

_SECOND: Final = 10**9
_OLDEST: Final = 14 * 86_400
_AHEAD: Final = 86_400
ANSWERED: Final = ".answered"
"""What follows the name of the key's file in that of the note of its answers."""


class RequestShown(msgspec.Struct, frozen=True):
    """A request. `vault`, `deposit`: ids, as people compare them; `words`: to be heard by telephone from who
    sits at the workstation. `age`: seconds since it says it was made, by this machine's clock."""

    file: str
    request: str
    vault: str
    deposit: str
    scope: str
    workstation: str
    time: str
    now: str
    age: int
    words: list[str]


class ConsentShown(msgspec.Struct, frozen=True):
    """Who agreed to the escrow, as they called themselves. `fingerprint`: of the vault whose device signed,
    to be compared with the customer's kit: a consent that somebody else made up shows another."""

    who: str
    time: str
    fingerprint: str


class GrantShown(msgspec.Struct, frozen=True):
    """Leave for staff to restore for the holder. `whole`: nothing of the vault is left out."""

    who: str
    reason: str
    since: str
    until: str
    whole: bool


class Answered(msgspec.Struct, frozen=True):
    """An answer that was written."""

    file: str
    request: str
    officer: str
    workstation: str
    vault: str
    consent: ConsentShown
    time: str


class _Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: str
    time: str


class _Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answered: list[_Note]


_notes = msgspec.json.Decoder(_Notes)


class Given(msgspec.Struct, frozen=True):
    """The files that an answer takes."""

    request: str
    deposit: str
    policy: str
    consent: str
    key: str
    to: str
    grant: str = ""


class Pending:
    """A request that this officer may answer, once the words are right."""

    def __init__(self, files: Given) -> None:
        """Raises, before anybody is asked for anything, as `escrow_files.read` and `check_free`,
        `core.escrow` for documents that do not belong together, `officer_card.check_own`,
        IntegrityError("escrow_request_answered", time=…), ("escrow_request_old", time=…),
        UsageError("escrow_request_ahead", time=…)."""
        self._files = files
        escrow_files.check_free(files.to)
        self._policy: Policy = escrow_files.read(files.policy, read_policy)
        self._deposit: Deposit = escrow_files.read(
            files.deposit, lambda data: read_deposit(data, self._policy)
        )
        self._consent: Consent = escrow_files.read(files.consent, read_consent)
        self._request: Request = escrow_files.read(files.request, read_request)
        self._own: Officer = escrow_files.read(files.key, read_officer)
        self._check(self._own)
        self._grant = escrow_files.read(files.grant, read_grant) if files.grant else None
        now = bootstrap.clock() // _SECOND
        check_allowed(self._request, self._deposit, self._consent, self._grant, now)
        _check_time(self._request)
        self._check_first()

    @property
    def shown(self) -> RequestShown:
        """What is asked for."""
        return _shown(self._files.request, self._request)

    @property
    def consent(self) -> ConsentShown:
        """On whose word it is answered."""
        body = self._consent.body
        return ConsentShown(shown_text(body.who), shown_text(body.time), fingerprint(body.vault_key))

    @property
    def grant(self) -> GrantShown | None:
        """The customer's leave for a covered restoration."""
        if self._grant is None:
            return None
        body = self._grant.body
        return GrantShown(shown_text(body.who), shown_text(body.reason), body.since, body.until, body.whole)

    def hear(self, heard: str) -> None:
        """Compares the words. Raises as `core.escrow.release.check_words`."""
        check_words(self._request, heard)

    def answer(self, work: Workplace, prompt: OfficerPrompt) -> Answered:
        """Writes the answer. Raises as `officer.opened`, `core.escrow.release.answer`,
        `escrow_files.write_new`."""
        files, now = self._files, iso_time(bootstrap.clock())
        keys = opened(work, prompt, files.key)
        self._check(keys.officer)
        given = make_answer(
            self._request,
            self._deposit,
            self._consent,
            keys.officer.id,
            (keys.opening, keys.signing),
            now,
            self._grant,
        )
        escrow_files.write_new(files.to, given.signed.write(), secret=False)
        try:
            self._note(now)
        except BaseException:
            escrow_files.remove(files.to)  # what is not noted could be asked for again
            raise
        told = self.shown
        return Answered(
            file=shown_native(os.path.abspath(files.to)),
            request=told.request,
            officer=keys.officer.id,
            workstation=told.workstation,
            vault=told.vault,
            consent=self.consent,
            time=now,
        )

    def _check(self, own: Officer) -> None:
        check_own(self._policy.officer(own.id), own)

    def _check_first(self) -> None:
        for note in self._noted():
            if note.request == self._request.digest.hex():
                raise IntegrityError("escrow_request_answered", time=note.time)

    def _note(self, now: str) -> None:
        notes = [*self._noted(), _Note(self._request.digest.hex(), now)]
        data = msgspec.json.encode(_Notes(notes))
        escrow_files.write_over(self._files.key + ANSWERED, data, secret=True)

    def _noted(self) -> list[_Note]:
        path = self._files.key + ANSWERED
        if not os.path.lexists(path):
            return []
        return escrow_files.read(path, _read_notes).answered


def show(path: str) -> RequestShown:
    """A request and its words. Raises as `escrow_files.read`."""
    return _shown(path, escrow_files.read(path, read_request))


def _shown(path: str, request: Request) -> RequestShown:
    body, now = request.body, bootstrap.clock()
    return RequestShown(
        file=shown_native(os.path.abspath(path)),
        request=grouped(request.digest),
        vault=body.vault,
        deposit=grouped(bytes.fromhex(body.deposit)),
        scope=body.scope,
        workstation=shown_text(body.workstation),
        time=shown_text(body.time),
        now=iso_time(now),
        age=_age(request),
        words=request.words,
    )


def _age(request: Request) -> int:
    """Seconds. IntegrityError("escrow_request_undated") when its time is none."""
    try:
        made = datetime.fromisoformat(request.body.time)
        if made.tzinfo is None:
            raise ValueError("no zone")
        then = int((made - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    except (ValueError, OverflowError):
        raise IntegrityError("escrow_request_undated") from None
    return bootstrap.clock() // _SECOND - then


def _check_time(request: Request) -> None:
    age = _age(request)
    if age > _OLDEST:
        raise IntegrityError("escrow_request_old", time=request.body.time)
    if age < -_AHEAD:
        raise UsageError("escrow_request_ahead", time=request.body.time)


def _read_notes(data: bytes) -> _Notes:
    try:
        return _notes.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise IntegrityError("escrow_malformed") from None
