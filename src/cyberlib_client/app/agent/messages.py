"""What an agent and its clients say to each other: frozen records, one JSON object a line.

A client says `hello` first; an agent of the same version answers `welcome`, any other `unfit`. Then the
client asks, and each answer carries the number of its question. Whoever follows is sent what happens,
until the connection ends. docs/protocol/agent.md describes it; its schema is made from these records.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from ...core.errors import (
    Busy,
    CyberlibError,
    Failed,
    IntegrityError,
    NeedsUnlock,
    Refused,
    Stopped,
    Unreachable,
    UsageError,
)
from ...core.events import Incident, Progress
from ...state.records import Trigger
from ..workplace import Fact, Notice

VERSION: Final = 1
LONGEST: Final = 1 << 20
"""Bytes of a line, its end not counted. Whoever sends a longer one is told so and let go."""


# ---- jobs ------------------------------------------------------------------------------------------


class BackupJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="backup"):
    """A backup: see `app.sources.Choice`. `paths` are absolute, as `os.fsencode` writes them."""

    paths: list[bytes] = []
    exclude: list[str] = []
    label: str = ""
    one_file_system: bool = False
    default_exclusions: bool = True
    limit_upload: str | None = None


class VerifyJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="verify"):
    """A verification that reads `percent` % of the packs, or with `rotate` the portion of the day."""

    percent: Annotated[int, Meta(ge=0, le=100)] = 0
    rotate: bool = False


class CopyJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="copy"):
    """The second copy of that name; empty: all that are there."""

    name: str = ""


class CheckJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="check"):
    """A portion of the second copy of that name is read, as much as is due."""

    name: str


class DrillJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="drill"):
    """A restore that is tried, of as much as the settings say."""


class RestoreJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="restore"):
    """Files brought back. `items`: paths in the snapshot; `to`: an absolute folder, "" for where they were;
    what stands there is left beside what comes ("keep-both"), replaced, or left alone ("skip")."""

    snapshot: str
    items: list[str]
    to: str = ""
    conflict: Literal["keep-both", "replace", "skip"] = "keep-both"


class RetentionJob(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do", tag="retention"):
    """The policy of the profile is applied to this device's snapshots."""


Job = BackupJob | VerifyJob | CopyJob | CheckJob | DrillJob | RestoreJob | RetentionJob

# ---- from a client ---------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag_field="say", tag="hello"):
    """The first line. `program`: name and version, for logs."""

    version: int
    program: str


class Asked(msgspec.Struct, frozen=True, tag_field="say"):
    """A question; `id` is the client's own count."""

    id: int


class StatusAsked(Asked, frozen=True, tag="status"):
    """How is it? Answered with `StatusInfo`."""


class FollowAsked(Asked, frozen=True, tag="follow"):
    """From now on, all that happens."""


class StartAsked(Asked, frozen=True, tag="start"):
    """A job for the queue; `watched`: somebody looks at its progress. Its events come to this client, and
    last `Ended`. Answered with `Accepted`."""

    job: Job
    watched: bool = False


class StopAsked(Asked, frozen=True, tag="stop"):
    """Stop a job, or the one at work when `job` is None. Answered with the job's number, or None."""

    job: int | None = None


class PauseAsked(Asked, frozen=True, tag="pause"):
    """Start nothing by yourself until a time (ns since 1970), and stop what you started by yourself."""

    until: int


class ResumeAsked(Asked, frozen=True, tag="resume"):
    """Go on."""


class EndAsked(Asked, frozen=True, tag="end"):
    """End; the job at work is stopped at a good point first."""


FromClient = Hello | StatusAsked | FollowAsked | StartAsked | StopAsked | PauseAsked | ResumeAsked | EndAsked


# ---- from an agent ---------------------------------------------------------------------------------


class Welcome(msgspec.Struct, frozen=True, tag_field="say", tag="welcome"):
    """The answer to `hello`."""

    version: int
    program: str
    pid: int


class Unfit(msgspec.Struct, frozen=True, tag_field="say", tag="unfit"):
    """The connection ends: `code` is "version", "message" (not understood, or too long) or "slow" (this
    client did not take what it was sent)."""

    code: str
    version: int


class ErrorTold(msgspec.Struct, frozen=True):
    """An error of core.errors: its class, its code, its facts."""

    kind: str
    code: str
    facts: dict[str, Fact]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="say", tag="answer"):
    """To one question: a result, or an error."""

    id: int
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: ErrorTold | None = None


class Accepted(msgspec.Struct, frozen=True):
    """A job is in the queue; `ahead`: jobs that come first."""

    job: int
    ahead: int


class Begun(msgspec.Struct, frozen=True, tag_field="is", tag="begun"):
    """A job is at work."""

    command: str
    trigger: Trigger
    scope: Literal["full", "partial", ""] = ""


class ProgressTold(msgspec.Struct, frozen=True, tag_field="is", tag="progress"):
    """See core.events.Progress."""

    progress: Progress


class IncidentTold(msgspec.Struct, frozen=True, tag_field="is", tag="incident"):
    """See core.events.Incident."""

    incident: Incident


class NoticeTold(msgspec.Struct, frozen=True, tag_field="is", tag="notice"):
    """See app.workplace.Notice."""

    notice: Notice


class Ended(msgspec.Struct, frozen=True, tag_field="is", tag="ended"):
    """A job is over: its result as `--json` has it, or an error."""

    exit: int
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: ErrorTold | None = None

    @property
    def made_snapshot(self) -> bool:
        """Of a backup. All is well, some could not be read, or the vault had gone back."""
        return self.error is None and self.exit in (0, 3, 7)

    @property
    def whole(self) -> bool:
        """Whether a backup looked at everything: one that was to look at a few folders may know better."""
        return b'"scope":"partial"' not in bytes(self.result)


class Changed(msgspec.Struct, frozen=True, tag_field="is", tag="changed"):
    """The agent's own state is another: paused, waiting for something, watching or not. Ask for it."""

    what: str


class Alive(msgspec.Struct, frozen=True, tag_field="is", tag="alive"):
    """A worker goes on. For its agent alone."""


Event = Begun | ProgressTold | IncidentTold | NoticeTold | Ended | Changed


class Told(msgspec.Struct, frozen=True, tag_field="say", tag="told"):
    """Something happened; `job` is 0 for what belongs to none."""

    job: int
    event: Event


FromAgent = Welcome | Unfit | Answer | Told


# ---- lines -----------------------------------------------------------------------------------------

encode: Final = msgspec.json.Encoder().encode
from_client: Final = msgspec.json.Decoder(FromClient).decode
from_agent: Final = msgspec.json.Decoder(FromAgent).decode
from_worker: Final = msgspec.json.Decoder(Event | Alive).decode

MALFORMED: Final = (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Lines:
    """Bytes as they come, cut into lines."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now. ValueError when one is too long."""
        self._rest += data
        if b"\n" not in data:  # byte by byte, what is there is not gone through again each time
            whole: list[bytearray] = []
        else:
            *whole, self._rest = self._rest.split(b"\n")
        if len(self._rest) > self._longest or any(len(line) > self._longest for line in whole):
            raise ValueError("line too long")
        return [bytes(line) for line in whole]


_KINDS: Final = {
    kind.__name__: kind
    for kind in (Busy, Failed, IntegrityError, NeedsUnlock, Refused, Stopped, Unreachable, UsageError)
}


def told(error: CyberlibError) -> ErrorTold:
    """An error as a record."""
    return ErrorTold(type(error).__name__, error.code, dict(error.facts))


def raised(told: ErrorTold) -> CyberlibError:
    """The error that a record tells of; one of another version's kinds is a Failed."""
    return _KINDS.get(told.kind, Failed)(told.code, **told.facts)
