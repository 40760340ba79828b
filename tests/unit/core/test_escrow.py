"""A key entrusted to officers: who gets it back, and everybody who must not."""

from __future__ import annotations

import os
from itertools import combinations
from typing import Any, NamedTuple

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import CyberlibError, IntegrityError, UsageError
from cyberlib_client.core.escrow.consent import (
    Consent,
    ConsentBody,
    Signer,
    check_ends,
    read_consent,
    sign_consent,
)
from cyberlib_client.core.escrow.deposit import Deposit, entrust, joined, open_part, read_deposit
from cyberlib_client.core.escrow.policy import (
    Officer,
    Policy,
    check_succeeds,
    groups,
    indispensable,
    propose,
    read_policy,
    sign_policy,
)
from cyberlib_client.core.escrow.release import (
    Answer,
    Request,
    RequestBody,
    answer,
    assemble,
    make_request,
    read_answer,
    read_request,
)
from cyberlib_client.core.escrow.sealing import SEED_SIZE, SealingKey, seal
from cyberlib_client.core.escrow.signing import Signed, split
from cyberlib_client.core.format_v1.signed import vault_public_key
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.services.device import identity

pytestmark = pytest.mark.portable

KEYS = VaultKeys(b"r" * 32, b"v" * 16)
SLOT = b"s" * 8
SECRET = bytes(range(32))
TIME = "2026-11-23T12:00:00Z"


class Person(NamedTuple):
    """An officer with their own keys."""

    officer: Officer
    opening: SealingKey
    signing: Ed25519PrivateKey


def person(name: str, organisation: str) -> Person:
    opening, signing = SealingKey(os.urandom(SEED_SIZE)), Ed25519PrivateKey.generate()
    public = signing.public_key().public_bytes_raw().hex()
    return Person(Officer(name, name.title(), organisation, opening.public.hex(), public), opening, signing)


def signed_by(proposal: Signed, people: list[Person]) -> bytes:
    for one in people:
        proposal = sign_policy(proposal, one.signing)
    return proposal.write()


def policy_of(people: list[Person], needed: int = 2, number: int = 1, former: str = "") -> Policy:
    proposal = propose("hebergeur.example", number, former, needed, [one.officer for one in people])
    return read_policy(signed_by(proposal, people))


ANNE, BRUNO, CLAIRE = person("anne", "Éditeur"), person("bruno", "Éditeur"), person("claire", "Notaire")
PEOPLE = [ANNE, BRUNO, CLAIRE]
POLICY = policy_of(PEOPLE)
DEPOSIT = entrust(SECRET, vault=KEYS.vault_id, slot=SLOT, policy=POLICY, random=os.urandom)


def consent(deposit: Deposit = DEPOSIT, keys: VaultKeys = KEYS, **changed: Any) -> Consent:
    signer = identity(keys, bytes(range(48)), "ACCUEIL-1")
    body = ConsentBody(
        kind="cyberlib escrow consent",
        version=1,
        action="join",
        scope="holder",
        vault=keys.vault_id.hex(),
        vault_key=vault_public_key(keys).hex(),
        slot=SLOT.hex(),
        policy=deposit.body.policy,
        deposit=deposit.digest.hex(),
        who="Dr Exemple",
        proof="passphrase",
        text="00" * 32,
        text_version="1",
        time=TIME,
        device=Signer(
            signer.device.id.hex(),
            signer.device.name,
            signer.device.key.hex(),
            signer.device.certificate.hex(),
        ),
    )
    return sign_consent(msgspec.structs.replace(body, **changed), signer.signing)


CONSENT = consent()


def request(deposit: Deposit = DEPOSIT, scope: Any = "holder") -> tuple[Request, SealingKey]:
    key = SealingKey(os.urandom(SEED_SIZE))
    body = RequestBody(
        kind="cyberlib escrow request",
        version=1,
        id=os.urandom(16).hex(),
        vault=deposit.body.vault,
        deposit=deposit.digest.hex(),
        scope=scope,
        workstation="NEUF",
        time=TIME,
        key=key.public.hex(),
    )
    return make_request(body), key


def said(one: Person, asked: Request, deposit: Deposit = DEPOSIT, policy: Policy = POLICY) -> Answer:
    """What an officer's tool hands over, as it arrives by file."""
    given = answer(asked, deposit, consent(deposit), one.officer.id, (one.opening, one.signing), TIME)
    return read_answer(given.signed.write(), policy)


def refusal(*call: Any) -> tuple[str, Any]:
    function, *arguments = call
    with pytest.raises(CyberlibError) as caught:
        function(*arguments)
    facts = caught.value.facts
    return caught.value.code, facts.get("reason", facts.get("officer"))


# ---------------------------------------------------------------- those who get it back


@pytest.mark.parametrize("two", [(ANNE, CLAIRE), (BRUNO, CLAIRE), (CLAIRE, ANNE)])
def test_two_officers_of_two_organisations_give_it_back(two: tuple[Person, Person]) -> None:
    asked, key = request()
    assert assemble(asked, DEPOSIT, POLICY, key, [said(one, asked) for one in two]) == SECRET


def test_as_it_travels_it_is_the_same() -> None:
    policy = read_policy(POLICY.signed.write())
    deposit = read_deposit(DEPOSIT.data, policy)
    held = read_consent(CONSENT.signed.write())
    asked, key = request()
    again = read_request(asked.data)
    assert (policy, deposit, held, again.words) == (POLICY, DEPOSIT, CONSENT, asked.words)
    assert len(asked.words) == 6
    assert assemble(again, deposit, policy, key, [said(ANNE, again), said(CLAIRE, again)]) == SECRET


@pytest.mark.parametrize(("officers", "needed"), [(5, 3), (5, 5), (4, 2), (3, 3), (2, 2)])
def test_as_many_as_it_takes_and_no_fewer(officers: int, needed: int) -> None:
    people = [person(f"o{n}", f"org {n % 2}") for n in range(officers)]
    policy = policy_of(people, needed)
    deposit = entrust(SECRET, vault=KEYS.vault_id, slot=SLOT, policy=policy, random=os.urandom)
    asked, key = request(deposit)
    given = [said(one, asked, deposit, policy) for one in people]
    for size in range(officers + 1):
        for some in combinations(range(officers), size):
            answers = [given[place] for place in some]
            if size >= needed and len({place % 2 for place in some}) == 2:
                assert assemble(asked, deposit, policy, key, answers) == SECRET
            else:
                told = refusal(assemble, asked, deposit, policy, key, answers)
                assert told[0] == "escrow_answers_missing"


def test_one_wrong_answer_is_named_and_keeps_nobody_from_the_key() -> None:
    asked, key = request()
    body = msgspec.json.decode(said(ANNE, asked).signed.body)
    for part in body["parts"]:
        part["sealed"] = seal(key.public, os.urandom(32), b"something else").hex()
    wrong = resigned(body, ANNE)
    assert refusal(assemble, asked, DEPOSIT, POLICY, key, [wrong, said(CLAIRE, asked)]) == (
        "escrow_part_wrong",
        "anne",
    )
    answers = [wrong, said(BRUNO, asked), said(CLAIRE, asked)]
    assert assemble(asked, DEPOSIT, POLICY, key, answers) == SECRET


def resigned(body: dict[str, Any], one: Person) -> Answer:
    data = msgspec.json.encode(body)
    signature = one.signing.sign(b"cyberlib/v1/escrow answer\n" + data).hex()
    return read_answer(Signed(data, {one.officer.signing: signature}).write(), POLICY)


# ---------------------------------------------------------------- those who must not


def test_no_part_and_no_organisation_tells_anything() -> None:
    """The parts of a group are a one-time pad; those of two groups have nothing in common either."""
    plain = {}
    for one in PEOPLE:
        for part in DEPOSIT.parts_of(one.officer.id):
            plain[tuple(part.group), part.officer] = open_part(part, DEPOSIT.body, one.opening)
    assert set(plain) == {
        (("anne", "claire"), "anne"),
        (("anne", "claire"), "claire"),
        (("bruno", "claire"), "bruno"),
        (("bruno", "claire"), "claire"),
    }
    opened = [
        set(some)
        for size in range(1, 5)
        for some in combinations(plain, size)
        if joined([plain[key] for key in some]) == SECRET
    ]
    assert opened == [
        {key for key in plain if key[0] == group} for group in dict.fromkeys(g for g, _ in plain)
    ]


def test_whoever_else_holds_the_deposit_opens_nothing() -> None:
    stranger = SealingKey(os.urandom(SEED_SIZE))
    for part in DEPOSIT.body.parts:
        assert refusal(open_part, part, DEPOSIT.body, stranger) == ("escrow_part_wrong", part.officer)


def test_an_answer_to_one_request_opens_nothing_for_another() -> None:
    first, _ = request()
    second, key = request()
    answers = [said(ANNE, first), said(CLAIRE, first)]
    assert refusal(assemble, second, DEPOSIT, POLICY, key, answers)[0] == "escrow_other_request"
    # Renamed to the second one by somebody who can sign for the officers: still sealed to the first.
    renamed = []
    for one, given_before in zip((ANNE, CLAIRE), answers, strict=True):
        body = msgspec.json.decode(given_before.signed.body) | {"request": second.digest.hex()}
        renamed.append(resigned(body, one))
    assert refusal(assemble, second, DEPOSIT, POLICY, key, renamed) == ("escrow_part_wrong", "anne")


def test_a_host_that_puts_its_own_key_in_shows_other_words() -> None:
    asked, _ = request()
    changed = msgspec.structs.replace(asked.body, key=SealingKey(os.urandom(SEED_SIZE)).public.hex())
    assert make_request(changed).words != asked.words


def test_officers_do_not_answer_for_what_was_not_consented() -> None:
    keys = (ANNE.opening, ANNE.signing)
    asked, _ = request()
    covered, _ = request(scope="covered")
    other = entrust(SECRET, vault=KEYS.vault_id, slot=SLOT, policy=POLICY, random=os.urandom)
    left = consent(action="leave", former=CONSENT.digest.hex())
    check_ends(left, CONSENT)
    for wanted, held, told in (
        (covered, CONSENT, ("escrow_not_consented", "consent_grant")),
        (covered, consent(scope="covered"), ("escrow_not_consented", "consent_grant")),
        (asked, left, ("escrow_not_consented", "consent_ended")),
        (asked, consent(other), ("escrow_not_consented", "consent_deposit")),
        (request(other)[0], consent(other), ("escrow_other_deposit", None)),
    ):
        assert refusal(answer, wanted, DEPOSIT, held, "anne", keys, TIME) == told
    assert answer(asked, DEPOSIT, CONSENT, "anne", keys, TIME).body.officer == "anne"


def test_an_answer_must_be_signed_by_its_officer() -> None:
    asked, _ = request()
    given = said(ANNE, asked)
    by_bruno = Signed(given.signed.body, {ANNE.officer.signing: "00" * 64})
    assert refusal(read_answer, by_bruno.write(), POLICY) == ("escrow_answer_unsigned", "anne")
    stranger = policy_of([person("dora", "A"), person("emil", "B")])
    assert refusal(read_answer, given.signed.write(), stranger)[0] == "escrow_officer_unknown"


# ---------------------------------------------------------------- policies


def test_a_policy_is_signed_by_every_officer() -> None:
    proposal = propose("h", 1, "", 2, [one.officer for one in PEOPLE])
    assert refusal(read_policy, signed_by(proposal, [ANNE, BRUNO])) == (
        "escrow_policy_unsigned",
        "claire",
    )


def test_an_edited_policy_is_another_one() -> None:
    mallory = person("claire", "Notaire")
    edited = POLICY.signed.body.replace(CLAIRE.officer.sealing.encode(), mallory.officer.sealing.encode())
    assert refusal(read_policy, Signed(edited, POLICY.signed.signatures).write())[0] == (
        "escrow_policy_unsigned"
    )
    swapped = policy_of([ANNE, BRUNO, mallory])  # even if all of them sign
    assert swapped.fingerprint != POLICY.fingerprint
    assert refusal(read_deposit, DEPOSIT.data, swapped)[0] == "escrow_other_policy"
    asked, _ = request()
    handed = answer(asked, DEPOSIT, CONSENT, "claire", (CLAIRE.opening, mallory.signing), TIME)
    assert refusal(read_answer, handed.signed.write(), POLICY)[0] == "escrow_answer_unsigned"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": 0}, "policy_number"),
        ({"number": 2}, "policy_number"),
        ({"former": "00" * 32}, "policy_number"),
        ({"needed": 1}, "policy_needed"),
        ({"needed": 4}, "policy_needed"),
        ({"officers": [ANNE.officer]}, "policy_officers"),
        ({"officers": [ANNE.officer, BRUNO.officer]}, "policy_organisations"),
        ({"officers": [ANNE.officer, CLAIRE.officer, CLAIRE.officer]}, "policy_twice"),
        ({"officers": [ANNE.officer, msgspec.structs.replace(CLAIRE.officer, id="ANNE")]}, "policy_twice"),
        ({"officers": [ANNE.officer, msgspec.structs.replace(CLAIRE.officer, signing="00")]}, "policy_key"),
        ({"officers": [ANNE.officer, msgspec.structs.replace(CLAIRE.officer, sealing="00")]}, "policy_key"),
        ({"officers": [ANNE.officer, msgspec.structs.replace(CLAIRE.officer, name="a\nb")]}, "policy_text"),
        ({"host": " "}, "policy_text"),
    ],
)
def test_policies_that_are_refused(change: dict[str, Any], reason: str) -> None:
    body = msgspec.structs.replace(POLICY.body, **change)
    signed = Signed(msgspec.json.encode(body), {})
    assert refusal(read_policy, signed_by(signed, PEOPLE)) == ("escrow_policy_bad", reason)


def test_a_successor_needs_those_who_could_open_the_former() -> None:
    dora = person("dora", "Notaire")
    former = POLICY.digest.hex()
    proposal = propose("hebergeur.example", 2, former, 2, [ANNE.officer, dora.officer])
    without = read_policy(signed_by(proposal, [ANNE, dora]))
    assert refusal(check_succeeds, without, POLICY) == ("escrow_policy_no_successor", "successor_unsigned")
    check_succeeds(read_policy(signed_by(proposal, [ANNE, dora, CLAIRE])), POLICY)
    for host, number, before, reason in (
        ("autre.example", 2, former, "successor_host"),
        ("hebergeur.example", 3, former, "successor_number"),
        ("hebergeur.example", 2, "11" * 32, "successor_former"),
    ):
        other = propose(host, number, before, 2, [ANNE.officer, CLAIRE.officer])
        assert refusal(check_succeeds, read_policy(signed_by(other, PEOPLE)), POLICY) == (
            "escrow_policy_no_successor",
            reason,
        )


@given(st.lists(st.integers(0, 2), min_size=2, max_size=5), st.integers(2, 5))
def test_groups_are_as_many_as_needed_and_never_one_organisation(of: list[int], needed: int) -> None:
    officers = [Officer(str(n), "x", f"Org  {each}", "", "") for n, each in enumerate(of)]
    body = msgspec.structs.replace(POLICY.body, officers=officers, needed=needed)
    found = groups(body)
    assert len(set(found)) == len(found)
    for group in combinations(range(len(of)), needed):
        assert (group in found) == (len({of[place] for place in group}) > 1)


def test_those_without_whom_nothing_opens_are_named() -> None:
    assert indispensable(POLICY.body) == [CLAIRE.officer]
    dora = person("dora", "Ordre")
    assert indispensable(policy_of([*PEOPLE, dora]).body) == []
    assert indispensable(policy_of([ANNE, CLAIRE]).body) == [ANNE.officer, CLAIRE.officer]


# ---------------------------------------------------------------- consents and damage


def test_a_consent_is_the_device_s_word() -> None:
    body = CONSENT.signed.body.replace(b'"scope":"holder"', b'"scope":"covered"')
    assert refusal(read_consent, Signed(body, CONSENT.signed.signatures).write())[0] == (
        "escrow_consent_unsigned"
    )
    other = VaultKeys(b"o" * 32, b"v" * 16)
    stranger = vault_public_key(other).hex()  # certified by another vault than it says
    assert refusal(lambda: consent(vault_key=stranger))[0] == "escrow_consent_unsigned"


@pytest.mark.parametrize(
    "change",
    [
        {"action": "join"},
        {"former": "22" * 32},
        {"slot": "00" * 8},
        {"vault": "00" * 16, "keys": VaultKeys(b"r" * 32, b"\0" * 16)},
    ],
)
def test_leaving_ends_the_consent_it_names(change: dict[str, Any]) -> None:
    leaving: dict[str, Any] = {"action": "leave", "former": CONSENT.digest.hex()}
    if change.get("action") == "join":
        leaving["former"] = ""
    assert refusal(check_ends, consent(**(leaving | change)), CONSENT)[0] == "escrow_consent_other"


def test_a_deposit_has_every_part_and_no_other() -> None:
    parts = DEPOSIT.body.parts
    for wrong in (parts[:-1], parts[::-1], [*parts, parts[0]]):
        data = msgspec.json.encode(msgspec.structs.replace(DEPOSIT.body, parts=wrong))
        assert refusal(read_deposit, data, POLICY)[0] == "escrow_parts_wrong"


def test_a_part_under_another_name_does_not_open() -> None:
    """What a host could try: a part of one vault, slot, group or officer put in another's place."""
    mine = DEPOSIT.parts_of("claire")
    moved = msgspec.structs.replace(mine[0], sealed=mine[1].sealed, commitment=mine[1].commitment)
    assert refusal(open_part, moved, DEPOSIT.body, CLAIRE.opening)[0] == "escrow_part_wrong"
    for field in ("vault", "slot", "policy"):
        size = len(getattr(DEPOSIT.body, field))
        body = msgspec.structs.replace(DEPOSIT.body, **{field: "0" * size})
        assert refusal(open_part, mine[0], body, CLAIRE.opening)[0] == "escrow_part_wrong"


@given(st.data())
def test_any_damage_is_an_error_of_ours(data: Any) -> None:
    asked, _ = request()
    given_out = answer(asked, DEPOSIT, CONSENT, "anne", (ANNE.opening, ANNE.signing), TIME)
    whole, read = data.draw(
        st.sampled_from(
            [
                (POLICY.signed.write(), read_policy),
                (DEPOSIT.data, lambda it: read_deposit(it, POLICY)),
                (CONSENT.signed.write(), read_consent),
                (asked.data, read_request),
                (given_out.signed.write(), lambda it: read_answer(it, POLICY)),
            ]
        )
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    damaged = (
        whole[:at] if cut else whole[:at] + data.draw(st.binary(min_size=1, max_size=3)) + whole[at + 1 :]
    )
    try:
        read(damaged)
    except (IntegrityError, UsageError) as error:
        assert error.code.startswith("escrow_")


@pytest.mark.parametrize("junk", [b"", b"\n", b"{}\n{}\n", b"[]\n[]\n", b"\xff\n\xff\n", b"x" * 300_000])
def test_junk_is_malformed(junk: bytes) -> None:
    for read in (read_policy, read_consent, read_request, split):
        if read is split and junk.startswith(b"{"):
            continue
        assert refusal(read, junk)[0] == "escrow_malformed"
