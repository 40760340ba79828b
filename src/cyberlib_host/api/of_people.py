"""The operations of people and of what they prove."""

from __future__ import annotations

from typing import Final

from ..core import people as wire
from ..services import acts, passkeys, people, proving, sign_ins, telephone
from .operation import Call, Operation


def _list(call: Call) -> wire.PeopleList:
    return people.listed(call.context, call.caller)


def _invite(call: Call) -> wire.Invited:
    return people.invited_by(call.context, call.caller, call.body)


def _accept(call: Call) -> wire.Accepted:
    return people.accept(call.context, call.caller, call.body)


def _confirm(call: Call) -> wire.PersonTold:
    return people.confirm(call.context, call.caller, call.body)


def _challenge(call: Call) -> wire.ProofChallenge:
    return proving.challenge(call.context, call.caller, call.body)


def _prove(call: Call) -> wire.Proof:
    return proving.prove(call.context, call.caller, call.body)


def _begin(call: Call) -> wire.SignInBegun:
    return sign_ins.begin(call.context, call.caller, call.body)


def _signed_in(call: Call) -> wire.Proof:
    return sign_ins.prove(call.context, call.caller, call.body)


def _ask(call: Call) -> wire.TelephoneAsked:
    return telephone.ask(call.context, call.caller, call.body)


def _look(call: Call) -> wire.TelephoneAnswer:
    return telephone.look(call.context, call.caller, call.body)


def _new_passkey(call: Call) -> wire.SignInBegun:
    return passkeys.begin(call.context, call.caller, call.body)


def _passkey_added(call: Call) -> wire.PasskeyTold:
    return passkeys.added(call.context, call.caller, call.body)


def _remove_passkey(call: Call) -> wire.PersonTold:
    return passkeys.remove(call.context, call.caller, call.path["passkey"])


def _act(call: Call) -> wire.Acted:
    return acts.act(call.context, call.caller, call.body)


PROOF: Final = ("proof_needed", "proof_not_valid", "not_a_holder")
"""What an operation may answer that asks for a proof."""

OF_PEOPLE: Final = (
    Operation(
        "act", "POST", "/v1/acts", "Say what is about to be done in a vault, which takes a person.",
        _act, wire.Acted, wire.Acting, problems=("vault_unknown", "not_a_member", "proof_needed",
                                                "proof_not_valid", "not_a_holder"),
    ),
    Operation("people", "GET", "/v1/people", "The organisation's people, and when a proof is asked for.",
              _list, wire.PeopleList),
    Operation(
        "invite_person", "POST", "/v1/people", "Invite somebody; always with a proof of a holder.",
        _invite, wire.Invited, wire.Inviting,
        problems=(*PROOF, "bad_name", "bad_address", "person_known", "people_many"),
    ),
    Operation(
        "accept_invitation", "POST", "/v1/people/acceptance", "Choose a password; get a secret for codes.",
        _accept, wire.Accepted, wire.Accepting, problems=("invitation_unknown", "password_weak"),
    ),
    Operation(
        "confirm_invitation", "POST", "/v1/people/confirmation", "Show that codes are right; be enrolled.",
        _confirm, wire.PersonTold, wire.Confirming,
        problems=("invitation_unknown", "person_refused", "person_wait"),
    ),
    Operation(
        "proof_challenge", "POST", "/v1/proofs/challenges", "Begin to prove who is there, for one action.",
        _challenge, wire.ProofChallenge, wire.ProofChallengeRequest,
    ),
    Operation(
        "prove", "POST", "/v1/proofs", "Prove who is there, by password and code.",
        _prove, wire.Proof, wire.ProofRequest,
        problems=("challenge_unknown", "person_refused", "person_wait"),
    ),
    Operation(
        "begin_sign_in", "POST", "/v1/proofs/sign-ins", "Begin to prove it in a browser.",
        _begin, wire.SignInBegun, wire.SignIn,
        problems=("challenge_unknown", "provider_none", "passkeys_none"),
    ),
    Operation(
        "signed_in", "POST", "/v1/proofs/signed-in", "The proof of somebody who signed in.",
        _signed_in, wire.Proof, wire.SignedIn, problems=("sign_in_unknown", "person_refused"),
    ),
    Operation(
        "new_passkey", "POST", "/v1/passkeys", "Begin to add a passkey; always with a proof of its person.",
        _new_passkey, wire.SignInBegun, wire.NewPasskey,
        problems=(*PROOF, "passkeys_none", "bad_name", "passkeys_many"),
    ),
    Operation(
        "passkey_added", "POST", "/v1/passkeys/added", "A passkey that was made in a browser counts.",
        _passkey_added, wire.PasskeyTold, wire.SignedIn,
        problems=("sign_in_unknown", "person_refused", "passkeys_many"),
    ),
    Operation(
        "remove_passkey", "POST", "/v1/passkeys/{passkey}/removal", "Remove a passkey, one's own or a"
        " colleague's; always with a proof.",
        _remove_passkey, wire.PersonTold, problems=(*PROOF, "passkey_unknown"),
    ),
    Operation(
        "ask_telephone", "POST", "/v1/proofs/telephone", "Have the provider ask somebody on their telephone.",
        _ask, wire.TelephoneAsked, wire.TelephoneAsking,
        problems=(
            "challenge_unknown", "provider_none", "person_refused", "person_wait", "provider_refused",
            "provider_unreachable",
        ),
    ),
    Operation(
        "telephone_answer", "POST", "/v1/proofs/telephone-answer", "What they answered, and the proof.",
        _look, wire.TelephoneAnswer, wire.TelephoneLook,
        problems=("sign_in_unknown", "telephone_refused", "provider_refused", "person_refused",
                  "provider_none"),
    ),
)  # fmt: skip
