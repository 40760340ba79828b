"""`cyberlib officer` at a terminal: what is asked, what is shown before it, and what never is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cyberlib_client.core.escrow.release import read_answer
from tests.support.command_line import PASSPHRASE
from tests.support.officers import OFFICERS, all_signed
from tests.support.terminal import talk

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is a thing of POSIX", allow_module_level=True)


def test_an_officer_at_a_terminal(tmp_path: Path) -> None:
    office = all_signed(tmp_path / "office")
    line = office.line
    del line.environment["CYBERLIB_PASSPHRASE"]
    made = talk(
        line,
        ["officer", "key", "create", office.at("dora.key"), "--name", "Dora", "--organisation", "Ordre"],
        [
            ("New passphrase", "short"),
            ("New passphrase", PASSPHRASE),
            ("once more", PASSPHRASE),
        ],
    )
    assert made.code == 0 and "Fingerprint: " in made.out, made

    with line.secret(PASSPHRASE):
        office.run("policy", "propose", office.at("new"), *office.cards(*OFFICERS), "--host", "h")
    sign = ["officer", "policy", "sign", office.at("new"), "--key", office.at("anne.key")]
    assert talk(line, sign, [("Your choice", "n")]).code == 2
    signed = talk(
        line,
        sign,
        [
            ("MIND: Claire is in every group", None),
            ("Your choice", "y"),
            ("Passphrase of the keys of Anne", "not this one"),
            ("[escrow_key_closed]", None),
            ("Passphrase of the keys of Anne", PASSPHRASE),
        ],
    )
    assert signed.code == 0 and "Anne, Éditeur, signed" in signed.out, signed

    asked = office.ask()
    answering = ["officer", *office.answering("anne", asked)[:-2]]  # the words are typed
    wrong = talk(line, answering, [("six words that are read to you", asked.words[::-1])])
    assert wrong.code in (2, 7) and "[escrow_words_" in wrong.screen
    done = talk(
        line,
        answering,
        [
            ("Workstation that asks: NEUF", None),
            ("six words that are read to you", asked.words),
            ("Passphrase of the keys of Anne", PASSPHRASE),
        ],
    )
    assert done.code == 0 and PASSPHRASE not in done.screen, done
    answer = read_answer(Path(office.at("anne.answer")).read_bytes(), office.policy)
    assert answer.body.request == asked.request.digest.hex()
