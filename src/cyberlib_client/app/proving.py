"""Who is there: the host asks for a person, and this machine for password and code."""

from __future__ import annotations

import hashlib
import time
from typing import Final, NamedTuple

from ..core.errors import CyberlibError, Failed, UsageError
from ..state.host_access import read_host_access
from ..transports.host.client import HostClient
from ..transports.host.people import PeoplePost, Proof
from ..transports.host.proofs import Said, read_proof
from .loopback import Loopback, open_page
from .workplace import WAYS, Notice, PersonGiven, Workplace, read_secret_file

FILE: Final = "CYBERLIB_PERSON_FILE"
"""The variable that names a file of three lines: address, password, code; or one, "browser" or "passkey"; or
"telephone" and the address."""
_TRIES: Final = 3
_FEW_CODES: Final = 3
_LOOK: Final = 0.1


class _Wanted(NamedTuple):
    action: str
    digest: str


def prove(work: Workplace, client: HostClient, needed: CyberlibError) -> str:
    """The token of a proof for what the host said that it needs one for. Raises as `_proof`."""
    return _proof(work, client, needed)[0].token


class Proven(NamedTuple):
    """`token`: for the request; `how`: by whom and by what, as a consent says it."""

    token: str
    how: str


def ahead(work: Workplace, client: HostClient, action: str, subject: str) -> Proven | None:
    """The same before the request is made, where a lock or a signature comes between; None where the host
    does not ask. Raises as `_proof`."""
    try:
        told = PeoplePost(client).list()
    except CyberlibError as error:
        if error.code != "host_unknown_path":
            raise
        return None  # of before there were people
    if action not in told.asked_for:
        return None
    digest = hashlib.sha256(f"cyberlib action 1\n{action}\n{subject}".encode()).hexdigest()
    needed = Failed(
        "host_proof_needed", at=client.url, action=action, digest=digest,
        **{way: int(way in told.ways) for way in WAYS},
    )  # fmt: skip
    proof, said = _proof(work, client, needed)
    return Proven(proof.token, f"person {said.person} at the host: {', '.join(said.method)}")


def _proof(work: Workplace, client: HostClient, needed: CyberlibError) -> tuple[Proof, Said]:
    """Raises `needed` itself when nobody is there to answer, UsageError("person_file_unfit", at=…), as
    `read_secret_file`, `read_proof`, and what the host refuses.
    """
    access = read_host_access(work.profile)
    key, device = ("", "") if access is None else (access.key, access.device)
    proof = _answered(work, client, needed)
    action, digest = str(needed.facts.get("action", "")), str(needed.facts.get("digest", ""))
    return proof, read_proof(proof, key, device, action, digest, client.url)


def _answered(work: Workplace, client: HostClient, needed: CyberlibError) -> Proof:
    wanted = _Wanted(str(needed.facts.get("action", "")), str(needed.facts.get("digest", "")))
    path = work.environ.get(FILE)
    if path:
        return _given(work, client, wanted, _read(work, path))
    refused: CyberlibError | None = None
    ways = frozenset(way for way in WAYS if needed.facts.get(way))
    for left in range(_TRIES, 0, -1):
        typed = work.prompt.person(wanted.action, ways=ways, refused=refused, left=left)
        if typed is None:
            raise refused or needed
        try:
            return _given(work, client, wanted, typed)
        except CyberlibError as error:
            if error.code != "host_person_refused":
                raise
            refused = error
    assert refused is not None, "it was tried"
    raise refused


def _given(work: Workplace, client: HostClient, wanted: _Wanted, who: PersonGiven) -> Proof:
    post = PeoplePost(client)
    if who.way in ("provider", "passkey"):
        with Loopback() as back:
            challenge = post.challenge(wanted.action, wanted.digest)
            by_passkey = who.way == "passkey"
            url = post.begin_sign_in(challenge, back.port, back.challenge, passkey=by_passkey)
            return post.signed_in(in_browser(work, back, url), back.verifier)
    if who.way == "telephone":
        return _by_telephone(work, post, post.challenge(wanted.action, wanted.digest), who.mail)
    proof = post.prove(wanted.action, wanted.digest, who.mail, who.password, who.code)
    if proof.recovery_codes_left < _FEW_CODES:
        left = proof.recovery_codes_left
        work.notify(Notice("host_few_recovery_codes", {"at": client.url, "count": left}))
    return proof


def in_browser(work: Workplace, back: Loopback, url: str) -> str:
    """What somebody brings back from there. Raises as `Loopback.wait`."""
    work.notify(Notice("host_sign_in_begun", {"url": url}))
    open_page(url)
    return back.wait(work.cancel)


def _by_telephone(work: Workplace, post: PeoplePost, challenge: str, mail: str) -> Proof:
    asked = post.ask_telephone(challenge, mail)
    work.notify(Notice("host_telephone_asked", {"number": asked.message}))
    until, wait = time.monotonic() + asked.expires_in, asked.interval
    while True:
        next_look = time.monotonic() + wait
        while time.monotonic() < next_look:
            work.cancel.check()
            time.sleep(_LOOK)
        if time.monotonic() > until:
            raise Failed("sign_in_late")
        told = post.telephone_answer(asked.request)
        if told.proof is not None:
            return told.proof
        wait = max(1, told.interval)


def _read(work: Workplace, path: str) -> PersonGiven:
    lines = read_secret_file(work, path).splitlines()
    if lines == ["browser"]:
        return PersonGiven(way="provider")
    if lines == ["passkey"]:
        return PersonGiven(way="passkey")
    if len(lines) == 2 and lines[0] == "telephone" and lines[1].strip():
        return PersonGiven(lines[1].strip(), way="telephone")
    if len(lines) < 3 or not all(line.strip() for line in lines[:3]):
        raise UsageError("person_file_unfit", at=path)
    return PersonGiven(lines[0].strip(), lines[1], lines[2].strip())
