"""What a window asks its clerk of officers who are to open the vault to this machine."""

from __future__ import annotations

from .asking import Question


class OfficersAsked(Question, frozen=True, tag="ask_officers"):
    """They are asked; what was asked is asked once more: `escrow_told.EscrowAsked`. `at`: the vault, "" for
    the profile's; `contract_key…`: of a new machine at a host. `papers`, `to`: a folder with what was signed
    and a file for the request, where no host has them."""

    at: str = ""
    contract_key: str = ""
    contract_key_file: str = ""
    papers: str = ""
    to: str = ""
    anew: bool = False


class OfficersStood(Question, frozen=True, tag="officers"):
    """How does that stand? `escrow_told.EscrowStanding`."""


class OfficersGivenUp(Question, frozen=True, tag="officers_no_more"):
    """The request is taken back. Nothing."""


class OfficersOpen(Question, frozen=True, tag="open_by_officers"):
    """The vault is opened by their answers, and gets a new passphrase: `escrow_told.EscrowOpened`. `answers`:
    files, none for the host's. The rest as in `VaultJoined`."""

    new: str
    answers: list[str]
    contract_key: str = ""
    contract_key_file: str = ""
    replaces: str = ""


class CoversAsked(Question, frozen=True, tag="covers"):
    """What did staff ask for, were granted, and read? `covering_told.CoverShown`, a list."""


class CoverGiven(Question, frozen=True, tag="give_cover"):
    """Staff may restore for the holder: `covering_told.CoverShown`. `words`: six, that they read out;
    `paths`: none for all."""

    secret: str
    words: str
    who: str
    reason: str
    hours: int
    paths: list[str]


class CoverEnded(Question, frozen=True, tag="end_cover"):
    """They may no more: `covering_told.CoverShown`, a list."""

    cover: str


AskedEscrow = (
    OfficersAsked | OfficersStood | OfficersGivenUp | OfficersOpen | CoversAsked | CoverGiven | CoverEnded
)
