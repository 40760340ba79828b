"""What mail servers send back (RFC 3464, RFC 6522): which of our mails it is about, and whether for good."""

from __future__ import annotations

import re
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Final, NamedTuple

from ..core.addresses import mail_of_verp

LARGEST: Final = 1 << 20
_HEAD: Final = 65536
_HEADERS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_OWN: Final = re.compile(r"(?im)^message-id:\s*<([0-9a-f]{32})@")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Bounce(NamedTuple):
    """`mail`: the id of ours; `permanent`: trying again helps nothing; `status`: RFC 3463."""

    mail: str
    permanent: bool
    status: str


def read_bounce(data: bytes) -> Bounce | None:
    """None for what tells of no failure: an absence note, a delivery that worked, or nothing of ours."""
    message: Message = BytesParser(policy=policy.compat32).parsebytes(data[:LARGEST])
    mail = _mail_of(message)
    if mail is None or message.get_content_type() != "multipart/report":
        return None
    told = _recipients(message)
    if final := [status for action, status in told if action == "failed" and status.startswith("5")]:
        return Bounce(mail, True, final[0])
    waiting = [status for action, status in told if action in ("failed", "delayed")]
    return Bounce(mail, False, waiting[0]) if waiting else None


def _mail_of(message: Message) -> str | None:
    """By the address that it was sent to, else by the Message-ID of what came back."""
    for name in _HEADERS:
        for value in message.get_all(name, []):
            if found := mail_of_verp(str(value)):
                return found
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            own = _OWN.search(part.as_bytes()[:_HEAD].decode("ascii", "replace"))
            if own is not None:
                return own[1]
    return None


def _recipients(message: Message) -> list[tuple[str, str]]:
    """Action and status of each recipient told of."""
    found = []
    for part in message.walk():
        fields = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        for each in fields if isinstance(fields, list) else []:
            if not isinstance(each, Message):
                continue
            status = _STATUS.match(str(each.get("Status", "")).strip())
            if status is not None:
                found.append((str(each.get("Action", "")).strip().lower(), status[0]))
    return found
