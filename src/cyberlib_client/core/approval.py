"""A new machine let in by one that opens the vault already: a request, and an answer, each of two lines.

    line 1   the document, as JSON
    line 2   its mark in hex: HMAC-SHA-256(key, purpose + line 1)

    code     = 66 random bits, shown by the new machine as six words of the recovery list, and never sent
    stretched = Argon2id(the six words of the list with spaces between, salt and cost of the request)
    key      = HKDF(stretched, salt, "cyberlib/v1/approval request" or "… answer")
    info     = "cyberlib/v1/approval hand\\n" + SHA-256(request)

Somebody who has both machines before them types the words at the old one. That proves the new machine's
sealing key to the old one, and by the answer's mark the vault to the new one: whoever carries the papers can
put in neither a key nor a vault of their own, unless they guess 66 bits at the cost of a passphrase each.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec

from .crypto import hkdf, mac, same, sha256
from .errors import IntegrityError, UsageError
from .escrow.sealing import OVERHEAD, SEED_SIZE, SealingKey, is_public_key, seal
from .format_v1 import slots
from .format_v1.lines import from_hex
from .format_v1.malformed import MALFORMED
from .format_v1.slots import KdfCost
from .ports import Random
from .words import guesses, listed, written_words
from .words_fr import WORDS

WORD_COUNT: Final = 6
SECRET_SIZE: Final = 32
LARGEST: Final = 16 * 1024
_BITS: Final = 11
_SALT_SIZE: Final = 32
_MARK_SIZE: Final = 32
_REQUEST: Final = b"cyberlib/v1/approval request"
_ANSWER: Final = b"cyberlib/v1/approval answer"
_HAND: Final = b"cyberlib/v1/approval hand\n"

Proof = Literal["secret", "device"]
"""How whoever approves was known: by the vault's passphrase or words, or only by sitting at a machine that
opens it. The host holds the second kind back."""


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id`: 16 random bytes; `place`: the host's id of the vault, 16 bytes; `key`: the new machine's public
    sealing key, made for this request alone; `salt`: 32 bytes; all in hex. `device`: its name; `time`: RFC
    3339; `kdf`: what the words are stretched with, bounded as a slot's."""

    kind: Literal["cyberlib approval request"]
    version: Literal[1]
    id: str
    place: str
    device: str
    time: str
    kdf: KdfCost
    salt: str
    key: str


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`request`: digest of the one it answers; `vault`: the id of the vault that the secret opens; `slot`: id
    of the slot it opens; `sealed`: the secret, for the new machine; in hex. `device`: the machine that
    answers."""

    kind: Literal["cyberlib approval answer"]
    version: Literal[1]
    request: str
    device: str
    proof: Proof
    time: str
    vault: str
    slot: str
    sealed: str


class Request(NamedTuple):
    """A request that is in order; whose it is, the code tells."""

    body: RequestBody
    data: bytes

    @property
    def digest(self) -> bytes:
        """What its answer names it by."""
        return sha256(self.data)


class Code(NamedTuple):
    """Keys from the six words and the salt of one request."""

    request: bytes
    answer: bytes


_requests = msgspec.json.Decoder(RequestBody)
_answers = msgspec.json.Decoder(AnswerBody)


def new_words(random: Random) -> list[str]:
    """Six words, 66 random bits."""
    bits = int.from_bytes(random(9)) >> (72 - WORD_COUNT * _BITS)
    shifts = range((WORD_COUNT - 1) * _BITS, -1, -_BITS)
    return [WORDS[bits >> shift & (1 << _BITS) - 1] for shift in shifts]


def typed_words(text: str) -> list[str]:
    """Six words as people write them; four letters stand for one.

    Raises UsageError("approval_words_count", count=…, expected=…), ("approval_word_unknown", position=…,
    suggestion=…): from 1; words of the list, or None.
    """
    written = written_words(text)
    if len(written) != WORD_COUNT:
        raise UsageError("approval_words_count", count=len(written), expected=WORD_COUNT)
    found = []
    for position, word in enumerate(written, 1):
        meant = listed(word)
        if meant is None:
            suggestion = ", ".join(guesses(word)) or None
            raise UsageError("approval_word_unknown", position=position, suggestion=suggestion)
        found.append(meant)
    return found


def code_of(words: list[str], body: RequestBody) -> Code:
    """The keys behind six words of `typed_words`. Costs what a passphrase does."""
    salt = bytes.fromhex(body.salt)
    stretched = slots.stretch(" ".join(words), salt, body.kdf)
    return Code(hkdf(stretched, salt=salt, info=_REQUEST), hkdf(stretched, salt=salt, info=_ANSWER))


def make_request(
    place: str, device: str, time: str, words: list[str], seed: bytes, random: Random
) -> tuple[Request, Code]:
    """The request of a new machine. `place`: the host's id of the vault; `seed`: of its sealing key."""
    salt = random(_SALT_SIZE).hex()
    key = SealingKey(seed).public.hex()
    cost = slots.DEFAULT_COST
    body = RequestBody("cyberlib approval request", 1, random(16).hex(), place, device, time, cost, salt, key)
    code = code_of(words, body)
    return read_request(_marked(msgspec.json.encode(body), code.request, _REQUEST)), code


def read_request(data: bytes) -> Request:
    """IntegrityError("approval_malformed"), ("kdf_out_of_bounds")."""
    line, _ = _split(data)
    try:
        body = _requests.decode(line)
        sizes = tuple(len(from_hex(text)) for text in (body.id, body.place, body.salt))
        if sizes != (16, 16, _SALT_SIZE) or not is_public_key(from_hex(body.key)):
            raise ValueError("a field of the wrong size")
        _check_shown(body.device, body.time)
    except MALFORMED:
        raise IntegrityError("approval_malformed") from None
    slots.check_cost(body.kdf)
    return Request(body, data)


def check_request(request: Request, words: list[str]) -> Code:
    """The keys behind the words that the new machine shows. IntegrityError("approval_words_differ"): they are
    others', or the request was altered."""
    code = code_of(words, request.body)
    if not _is_marked(request.data, code.request, _REQUEST):
        raise IntegrityError("approval_words_differ")
    return code


class Handed(NamedTuple):
    """What opens the vault. `secret`: 32 bytes, of the slot `slot` (its id)."""

    vault: str
    slot: str
    secret: bytes


def make_answer(
    request: Request, code: Code, handed: Handed, *, device: str, proof: Proof, time: str
) -> bytes:
    """The answer of a machine that opens the vault, as it is sent. `code`: of `check_request`."""
    sealed = seal(bytes.fromhex(request.body.key), handed.secret, _HAND + request.digest)
    body = AnswerBody(
        "cyberlib approval answer",
        1,
        request.digest.hex(),
        device,
        proof,
        time,
        handed.vault,
        handed.slot,
        sealed.hex(),
    )
    return _marked(msgspec.json.encode(body), code.answer, _ANSWER)


def open_answer(data: bytes, request: Request, code: Code, seed: bytes) -> tuple[AnswerBody, Handed]:
    """What was handed over, at the machine that asked. `seed`: of its sealing key.

    Raises IntegrityError("approval_malformed"), ("approval_other_request"), ("approval_answer_forged"):
    nobody who knows the six words wrote it.
    """
    line, _ = _split(data)
    try:
        body = _answers.decode(line)
        sizes = tuple(len(from_hex(text)) for text in (body.request, body.vault, body.slot, body.sealed))
        if sizes != (32, 16, slots.SLOT_ID_SIZE, SECRET_SIZE + OVERHEAD):
            raise ValueError("a field of the wrong size")
        _check_shown(body.device, body.time)
    except MALFORMED:
        raise IntegrityError("approval_malformed") from None
    if not _is_marked(data, code.answer, _ANSWER):
        raise IntegrityError("approval_answer_forged")
    if body.request != request.digest.hex():
        raise IntegrityError("approval_other_request")
    secret = SealingKey(seed).unseal(bytes.fromhex(body.sealed), _HAND + request.digest)
    return body, Handed(body.vault, body.slot, secret)


def new_seed(random: Random) -> bytes:
    """Of a sealing key."""
    return random(SEED_SIZE)


def _marked(line: bytes, key: bytes, purpose: bytes) -> bytes:
    return line + b"\n" + mac(key, purpose + b"\n" + line).hex().encode() + b"\n"


def _is_marked(data: bytes, key: bytes, purpose: bytes) -> bool:
    line, mark = _split(data)
    return same(mark, mac(key, purpose + b"\n" + line))


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The document and its mark. IntegrityError("approval_malformed")."""
    lines = data.split(b"\n") if len(data) <= LARGEST else []
    try:
        if len(lines) != 3 or lines[2]:
            raise ValueError("not two lines")
        mark = from_hex(lines[1].decode("ascii"))
        if len(mark) != _MARK_SIZE:
            raise ValueError("a mark of the wrong size")
    except MALFORMED:
        raise IntegrityError("approval_malformed") from None
    return lines[0], mark


def _check_shown(*texts: str) -> None:
    """Names and times are shown to people."""
    if not all(text and text.isprintable() and len(text) <= 200 for text in texts):
        raise ValueError("a text that cannot be shown")
