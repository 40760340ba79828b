"""The operations of guided restore: the customer's machine has its session, support a credential."""

from __future__ import annotations

from typing import Final

from ..core import guidance as wire
from ..services import guidance
from .operation import Call, Operation

_AT: Final = "/v1/guidance"
_OF: Final = f"{_AT}/{{meeting}}"
_BY: Final = "/v1/support/guidance/{meeting}"
_QUERY: Final = (
    ("after", "the number of the first message that is wanted; those before it are forgotten"),
    ("known", "1 once it is known that somebody joined"),
    ("wait", "seconds that the answer may take while there is nothing new, 20 at most"),
)
_SAYING: Final = ("meeting_unknown", "meeting_over", "saying_order", "sayings_many")


def _nothing_new(call: Call, told: wire.MeetingTold) -> bool:
    known: wire.State = "joined" if call.number("known", 0) else "open"
    return told.state == known and not told.said


def _open(call: Call) -> wire.MeetingTold:
    return guidance.open_(call.context, call.caller, call.body)


def _hear(call: Call) -> wire.MeetingTold:
    return guidance.of_device(call.context, call.caller, call.path["meeting"], call.number("after", 0))


def _say(call: Call) -> wire.MeetingTold:
    return guidance.say_of_device(call.context, call.caller, call.path["meeting"], call.body)


def _end(call: Call) -> wire.MeetingTold:
    return guidance.end_of_device(call.context, call.caller, call.path["meeting"])


def _who(call: Call) -> wire.HelperTold:
    return wire.HelperTold(call.helper.id, call.helper.name)


def _hear_by(call: Call) -> wire.MeetingTold:
    return guidance.of_helper(call.context, call.helper, call.path["meeting"], call.number("after", 0))


def _join(call: Call) -> wire.MeetingTold:
    return guidance.join(call.context, call.helper, call.path["meeting"], call.body)


def _say_by(call: Call) -> wire.MeetingTold:
    return guidance.say_of_helper(call.context, call.helper, call.path["meeting"], call.body)


def _end_by(call: Call) -> wire.MeetingTold:
    return guidance.end_of_helper(call.context, call.helper, call.path["meeting"])


OF_GUIDANCE: Final = (
    Operation(
        "open_meeting", "POST", _AT, "Offer to be guided.", _open, wire.MeetingTold, wire.Opening,
        problems=("meeting_taken", "organisation_suspended", "restore_window_over"),
    ),
    Operation(
        "meeting", "GET", _OF, "How it stands, and what support said.", _hear, wire.MeetingTold,
        problems=("meeting_unknown",), query=_QUERY, waits=_nothing_new,
    ),
    Operation("say", "POST", f"{_OF}/messages", "A message for support.", _say, wire.MeetingTold, wire.Saying,
              problems=_SAYING),
    Operation("end_meeting", "POST", f"{_OF}/end", "Be guided no longer.", _end, wire.MeetingTold,
              problems=("meeting_unknown",)),
    Operation("helper", "GET", "/v1/support", "Whose credential this is.", _who, wire.HelperTold,
              access="support"),
    Operation(
        "offered_meeting", "GET", _BY, "A customer's offer, and what was said.", _hear_by, wire.MeetingTold,
        access="support", problems=("meeting_unknown", "meeting_taken"), query=_QUERY, waits=_nothing_new,
    ),
    Operation(
        "join_meeting", "POST", f"{_BY}/joining", "Guide.", _join, wire.MeetingTold, wire.Joining,
        access="support", problems=("meeting_unknown", "meeting_taken", "meeting_over"),
    ),
    Operation(
        "say_as_support", "POST", f"{_BY}/messages", "A message for the customer's machine.",
        _say_by, wire.MeetingTold, wire.Saying, access="support", problems=(*_SAYING, "meeting_taken"),
    ),
    Operation(
        "leave_meeting", "POST", f"{_BY}/end", "Guide no longer.", _end_by, wire.MeetingTold,
        access="support", problems=("meeting_unknown", "meeting_taken"),
    ),
)  # fmt: skip
