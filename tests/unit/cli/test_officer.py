"""`cyberlib officer` with real files: those who give a key back together, and everybody who must not."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import UsageError
from cyberlib_client.core.escrow.release import assemble, read_answer
from cyberlib_client.core.kit import fingerprint_of
from cyberlib_client.core.words_fr import WORDS
from tests.support.command_line import PASSPHRASE, SECOND
from tests.support.officers import KEYS, OFFICERS, SECRET, Office, all_signed


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return all_signed(tmp_path_factory.mktemp("ready")).folder


@pytest.fixture
def office(ready: Path, tmp_path: Path) -> Office:
    shutil.copytree(ready, tmp_path / "office")
    return Office(tmp_path / "office")


def test_two_officers_of_two_organisations_give_the_key_back(office: Office) -> None:
    asked = office.ask()
    shown = office.run("release", "show", str(asked.path))
    assert shown["words"] == asked.request.words
    assert (shown["workstation"], shown["vault"]) == ("NEUF", KEYS.vault_id.hex())
    # Accents, capitals and what follows four letters are as somebody hears and writes them.
    heard = ", ".join(word[:4].upper() for word in asked.request.words)
    given = []
    for who, words in (("anne", asked.words), ("claire", heard)):
        done = office.run(*office.answering(who, asked, words))
        assert (done["officer"], done["consent"]["who"]) == (who, "Dr Exemple")
        assert done["consent"]["fingerprint"] == fingerprint_of(KEYS)
        given.append(read_answer(Path(done["file"]).read_bytes(), office.policy))
    assert assemble(asked.request, office.deposit, office.policy, asked.key, given) == SECRET


def test_one_officer_alone_and_one_organisation_alone_give_nothing_back(office: Office) -> None:
    asked, deposit = office.ask(), office.deposit
    given = []
    for who in ("anne", "bruno"):
        done = office.run(*office.answering(who, asked))
        given.append(read_answer(Path(done["file"]).read_bytes(), office.policy))
        with pytest.raises(UsageError, match="escrow_answers_missing"):
            assemble(asked.request, deposit, office.policy, asked.key, given)


def test_nothing_is_left_of_a_profile_and_secrets_are_their_owner_s(office: Office) -> None:
    office.run(*office.answering("anne", office.ask()))
    assert not office.line.profile.exists()
    if sys.platform != "win32":
        for name in ("anne.key", "anne.key.answered"):
            assert Path(office.at(name)).stat().st_mode & 0o777 == 0o600
    assert not [path for path in office.folder.iterdir() if path.name.endswith(".new")]


# ---------------------------------------------------------------- requests that are not answered


def test_wrong_words_are_told_by_their_places_and_nothing_is_written(office: Office) -> None:
    asked = office.ask()
    words = list(asked.request.words)
    other = next(word for word in WORDS if word not in words)
    words[1], words[4] = other, "xyzzy"
    error = office.refused(*office.answering("anne", asked, " ".join(words)), code=7)
    assert (error["code"], error["facts"]) == ("escrow_words_differ", {"places": "2, 5"})
    error = office.refused(*office.answering("anne", asked, " ".join(words[:5])), code=2)
    assert (error["code"], error["facts"]["count"]) == ("escrow_words_count", 5)
    without = office.answering("anne", asked)[:-2]  # and nobody to type them
    assert office.refused(*without, code=2)["code"] == "escrow_words_missing"
    assert not Path(office.at("anne.answer")).exists()
    done = office.line("officer", *without, code=2)
    assert not [word for word in asked.request.words if word in done.err + done.out]  # to be heard, not read


def test_a_request_is_answered_once(office: Office) -> None:
    asked = office.ask()
    office.run(*office.answering("anne", asked))
    again = office.answering("anne", asked, to="other")
    assert office.refused(*again, code=7)["code"] == "escrow_request_answered"
    assert not Path(office.at("other")).exists()
    office.run(*office.answering("anne", office.ask("second"), to="other"))  # a new one is
    (office.folder / "anne.key.answered").write_bytes(b"{")
    third = office.answering("anne", office.ask("third"), to="third.answer")
    assert office.refused(*third, code=7)["code"] == "escrow_file_malformed"


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Windows end before such names do")
def test_an_answer_that_cannot_be_noted_is_not_left_behind(office: Office) -> None:
    key = office.at("k" * 238)  # with what is added to it the note's name is too long for the disk
    shutil.move(office.at("anne.key"), key)
    asked = office.ask()
    args = [key if part == office.at("anne.key") else part for part in office.answering("anne", asked)]
    assert office.refused(*args, code=1)["code"] == "escrow_file_not_written"
    assert not Path(office.at("anne.answer")).exists()


@pytest.mark.parametrize(
    ("changed", "code", "exit_code"),
    [
        ({"ago": timedelta(days=15)}, "escrow_request_old", 7),
        ({"ago": timedelta(days=-2)}, "escrow_request_ahead", 2),
        ({"time": "bientôt"}, "escrow_request_undated", 7),
        ({"scope": "covered"}, "escrow_not_consented", 7),
        ({"deposit": "00" * 32}, "escrow_other_deposit", 7),
    ],
)
def test_requests_that_are_refused(
    office: Office, changed: dict[str, Any], code: str, exit_code: int
) -> None:
    asked = office.ask(**changed)
    assert office.refused(*office.answering("anne", asked), code=exit_code)["code"] == code
    assert not Path(office.at("anne.answer")).exists()


def test_a_foreign_policy_and_files_put_in_one_another_s_place_are_refused(office: Office) -> None:
    asked = office.ask()
    office.run("policy", "propose", office.at("other"), *office.cards("anne", "claire"), "--host", "h")
    unsigned = [office.at("other") if part == office.at("policy") else part for part in
                office.answering("anne", asked)]  # fmt: skip
    assert office.refused(*unsigned, code=7)["code"] == "escrow_policy_unsigned"
    office.sign("anne", "claire", policy="other")
    assert office.refused(*unsigned, code=7)["code"] == "escrow_other_policy"
    swapped = [office.at("consent") if part == office.at("deposit") else part for part in
               office.answering("anne", asked)]  # fmt: skip
    error = office.refused(*swapped, code=7)
    assert (error["code"], error["facts"]["at"]) == ("escrow_file_malformed", office.at("consent"))


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("deposit", '"sealed":"', '"sealed":"00', "escrow_file_malformed"),
        ("consent", '"scope":"holder"', '"scope":"covered"', "escrow_consent_unsigned"),
        ("policy", "Notaire", "Autre", "escrow_policy_unsigned"),
        ("anne.key", "Éditeur", "Autre", "escrow_key_exchanged"),
        ("request", "NEUF", "AUTRE", "escrow_words_differ"),
    ],
)
def test_edited_files_are_refused(office: Office, name: str, old: str, new: str, code: str) -> None:
    asked = office.ask()
    path = Path(office.at(name))
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    assert office.refused(*office.answering("anne", asked), code=7)["code"] == code
    assert not Path(office.at("anne.answer")).exists()


def test_a_deposit_with_one_digit_changed_is_not_the_one_that_was_entrusted(office: Office) -> None:
    asked, path = office.ask(), Path(office.at("deposit"))
    data = path.read_bytes()
    at = data.index(b'"sealed":"') + 10
    path.write_bytes(data[:at] + (b"1" if data[at : at + 1] == b"0" else b"0") + data[at + 1 :])
    assert office.refused(*office.answering("anne", asked), code=7)["code"] == "escrow_other_deposit"


# ---------------------------------------------------------------- keys


def test_a_key_is_shown_without_its_passphrase_and_as_its_card(office: Office) -> None:
    keys, card = (office.run("key", "show", office.at(f"claire.{end}")) for end in ("key", "card"))
    assert keys["fingerprint"] == card["fingerprint"] and len(keys["fingerprint"].split()) == 6
    assert (keys["id"], keys["name"], keys["organisation"]) == ("claire", "Claire", "Notaire")
    policy = office.run("policy", "show", office.at("policy"))
    assert policy["officers"][2]["fingerprint"] == keys["fingerprint"]


def test_nothing_is_overwritten(office: Office) -> None:
    before = {path: path.read_bytes() for path in office.folder.iterdir()}
    asked = office.ask()
    before[asked.path] = asked.request.data
    for args in (
        ["key", "create", office.at("anne.key"), "--name", "Anne", "--organisation", "E"],
        ["key", "export", office.at("anne.key"), office.at("anne.card")],
        ["policy", "propose", office.at("policy"), *office.cards("anne", "claire"), "--host", "h"],
        office.answering("anne", asked, to="anne.key"),
    ):
        assert office.refused(*args, code=2)["code"] == "escrow_file_exists"
    assert {path: path.read_bytes() for path in office.folder.iterdir()} == before


def test_a_wrong_passphrase_opens_no_key(office: Office) -> None:
    asked = office.ask()
    with office.line.secret(SECOND):
        error = office.refused(*office.answering("anne", asked), code=5)
        assert error["code"] == "escrow_key_closed"
        export = ["key", "export", office.at("anne.key"), office.at("again.card")]
        assert office.refused(*export, code=5)["code"] == "escrow_key_closed"
    assert office.refused(*export, code=5)["code"] == "escrow_key_locked"  # nobody there to type it
    assert not Path(office.at("again.card")).exists()


@pytest.mark.parametrize(
    ("options", "passphrase", "code"),
    [
        (["--name", "Anne", "--organisation", "É"], "court", "passphrase_short"),
        (["--name", "Anne", "--organisation", " "], PASSPHRASE, "escrow_officer_text"),
        (["--name", "Анна", "--organisation", "É"], PASSPHRASE, "escrow_officer_text"),  # no short name
        (["--name", "a\nb", "--organisation", "É"], PASSPHRASE, "escrow_officer_text"),
    ],
)
def test_keys_that_are_not_made(tmp_path: Path, options: list[str], passphrase: str, code: str) -> None:
    office = Office(tmp_path)
    with office.line.secret(passphrase):
        args = ["key", "create", office.at("key"), *options]
        assert office.refused(*args, code=2)["code"] == code
    assert not Path(office.at("key")).exists()


def test_files_that_are_absent_damaged_or_of_another_kind(office: Office) -> None:
    (office.folder / "junk").write_bytes(b"\xff" * 100)
    shown = {"key": "anne.key", "policy": "policy", "release": "deposit"}
    for group in shown:
        error = office.refused(group, "show", office.at("nowhere"), code=2)
        assert error["code"] == "escrow_file_absent"
        for name in ("junk", "consent"):
            error = office.refused(group, "show", office.at(name), code=7)
            assert (error["code"], error["facts"]["at"]) == ("escrow_file_malformed", office.at(name))


# ---------------------------------------------------------------- policies


def test_who_is_in_every_group_is_told_plainly(office: Office) -> None:
    told = office.line("officer", "policy", "show", office.at("policy")).out
    assert "MIND: Claire is in every group" in told and "MIND: Anne" not in told
    office.make_keys("dora", "Ordre")
    args = ["policy", "propose", office.at("four"), *office.cards(*OFFICERS, "dora"), "--host", "h"]
    assert "MIND" not in office.line("officer", *args).out


def test_too_few_officers_and_one_organisation_make_no_policy(office: Office) -> None:
    for names, reason in ((["anne", "bruno"], "policy_organisations"), (["anne"], "policy_officers")):
        args = ["policy", "propose", office.at("new"), *office.cards(*names), "--host", "h"]
        error = office.refused(*args, code=7)
        assert (error["code"], error["facts"]["reason"]) == ("escrow_policy_bad", reason)
    args = ["policy", "propose", office.at("new"), *office.cards(*OFFICERS)]
    assert office.refused(*args, code=2)["code"] == "escrow_host_missing"
    assert not Path(office.at("new")).exists()


def test_a_swapped_card_is_refused_by_the_officer_it_names(office: Office, tmp_path: Path) -> None:
    thief = Office(tmp_path / "thief")
    thief.folder.mkdir()
    thief.make_keys("claire", "Notaire")
    true = office.run("key", "show", office.at("claire.card"))["fingerprint"]
    shutil.copy(thief.at("claire.card"), office.at("claire.card"))
    assert office.run("key", "show", office.at("claire.card"))["fingerprint"] != true
    office.run("policy", "propose", office.at("new"), *office.cards(*OFFICERS), "--host", "h")
    args = ["policy", "sign", office.at("new"), "--key", office.at("claire.key"), "--yes"]
    assert office.refused(*args, code=7)["code"] == "escrow_key_exchanged"
    card = Path(office.at("anne.card"))
    card.write_bytes(card.read_bytes().replace("Éditeur".encode(), b"Autre"))
    args = ["policy", "propose", office.at("newer"), *office.cards(*OFFICERS), "--host", "h"]
    assert office.refused(*args, code=7)["code"] == "escrow_card_unsigned"


def test_an_edited_policy_loses_its_signatures(office: Office) -> None:
    path = Path(office.at("policy"))
    path.write_bytes(path.read_bytes().replace(b"h.example", b"x.example"))
    shown = office.run("policy", "show", office.at("policy"))
    assert [each["signed"] for each in shown["officers"]] == [False] * 3
    assert shown["complete"] is False


def test_nobody_signs_without_having_agreed(office: Office) -> None:
    office.run("policy", "propose", office.at("new"), *office.cards(*OFFICERS), "--host", "h")
    before = Path(office.at("new")).read_bytes()
    done = office.line("officer", "policy", "sign", office.at("new"), "--key", office.at("anne.key"), code=2)
    assert "[escrow_not_agreed]" in done.err and "open together: anne, claire" in done.err
    assert Path(office.at("new")).read_bytes() == before


def test_a_successor_needs_those_who_could_open_the_former(office: Office) -> None:
    office.make_keys("dora", "Ordre")
    after = ("--after", office.at("policy"))
    made = office.run("policy", "propose", office.at("next"), *office.cards("anne", "dora"), *after)
    assert (made["number"], made["host"], made["former_signed"]) == (2, "h.example", False)
    assert office.sign("anne", "dora", policy="next", more=after)["complete"] is False
    claire = ["policy", "sign", office.at("next"), "--key", office.at("claire.key"), "--yes"]
    assert office.refused(*claire, code=2)["code"] == "escrow_not_your_policy"
    signed = office.run(*claire, *after)  # a former officer, who with Anne could open what was entrusted
    assert signed["complete"] is True and signed["former_signed"] is True
    other = ["policy", "show", office.at("policy"), "--after", office.at("next")]
    assert office.refused(*other, code=7)["code"] == "escrow_policy_no_successor"  # the wrong way around
