"""Questions of the help room, and of what somebody has to agree to."""

from __future__ import annotations

from .asking import Question


class DiagnosisWanted(Question, frozen=True, tag="diagnose"):
    """The archive for support, in a file or folder: `diagnosis.archive.Diagnosis`."""

    to: str


class ContactAsked(Question, frozen=True, tag="contact"):
    """Whom to ask for help: `contacts.Contact`."""


class TermsAsked(Question, frozen=True, tag="terms"):
    """The host's terms in force; `accept`: for this account, if they are those that were `read`.
    `hosts.TermsShown`."""

    accept: bool = False
    read: str | None = None


class AlarmAsked(Question, frozen=True, tag="alarm"):
    """The alarm as it stands: `alarms.AlarmShown`."""


class AlarmDismissal(Question, frozen=True, tag="dismiss_alarm"):
    """The alarm is taken back, against a passphrase or 24 words: `alarms.AlarmDismissed`."""

    secret: str
    reason: str = ""


AskedSupport = DiagnosisWanted | ContactAsked | TermsAsked | AlarmAsked | AlarmDismissal
