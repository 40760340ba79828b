"""What the first run proposes, and what it makes up."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.enrolment_placed import placed
from cyberlib_client.app.first_run import contract_key_of
from cyberlib_client.app.passphrases import made_up, weakness
from cyberlib_client.app.presets import known_software, offered
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.core.errors import Failed
from cyberlib_client.core.words_fr import WORDS
from cyberlib_client.resources import resource


def test_each_program_names_its_source_and_a_folder() -> None:
    found = known_software(resource("presets/software.toml"))
    assert found and len({each.name for each in found}) == len(found)
    for each in found:
        assert each.source and (each.windows or each.macos or each.linux)


def test_a_program_is_proposed_where_its_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CYBERLIB_TEST_ROOT", str(tmp_path))
    (tmp_path / "Dossiers").mkdir()
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    root = "%CYBERLIB_TEST_ROOT%" if sys.platform == "win32" else "$CYBERLIB_TEST_ROOT"
    entries = [
        f"[[software]]\nname = '{name}'\nsource = 'fictif'\n{system} = ['{root}{os.sep}{folder}']\n"
        for name, folder in (("Présent", "Dossiers"), ("Absent", "Rien"))
    ]
    software = tmp_path / "software.toml"
    software.write_text("".join(entries), encoding="utf-8")
    session = Session(profile_at(str(tmp_path / "profile")), Nobody())
    found = [each for each in offered(session, software) if each.kind == "software"]
    assert [(each.name, each.path, each.chosen) for each in found] == [
        ("Présent", str(tmp_path / "Dossiers"), True)
    ]


def test_a_passphrase_that_is_made_up_is_six_words_by_chance() -> None:
    found = {made_up(os.urandom) for _ in range(20)}
    assert len(found) == 20
    for each in found:
        assert len(each.split()) == 6 and set(each.split()) <= set(WORDS) and weakness(each) is None


def test_what_was_left_for_a_machine_is_found_beside_it(tmp_path: Path) -> None:
    profile = profile_at(str(tmp_path))
    left = tmp_path / "enrolment.toml"
    left.write_text("host = 'https://hote.example'\ncontract_key_file = 'cle'\n", encoding="utf-8")
    found = placed(profile)
    assert (found.host, found.ca_file) == ("https://hote.example", "")
    assert found.contract_key_file == str(tmp_path / "cle")
    assert found.unfit is None


def _unfit(folder: Path) -> Mapping[str, object]:
    found = placed(profile_at(str(folder)))
    assert found.host == "" and found.unfit is not None and found.unfit.code == "enrolment_file_unfit"
    assert found.unfit.facts["at"] == str(folder / "enrolment.toml")
    return found.unfit.facts


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("host = 'a'\nhost = [", 2, "toml"),
        ("host = 'a'\ncontract_key = 'x'", 2, "key_unknown:contract_key"),
        ("host = 3", 1, "value_unfit:host"),
    ],
)
def test_a_file_that_cannot_serve_says_where_and_why(
    tmp_path: Path, written: str, line: int, reason: str
) -> None:
    (tmp_path / "enrolment.toml").write_text(written, encoding="utf-8")
    facts = _unfit(tmp_path)
    assert (facts["line"], facts["reason"]) == (line, reason)


def test_a_key_that_was_to_be_left_is_missed_by_the_reason(tmp_path: Path) -> None:
    (tmp_path / "enrolment.toml").write_text("host = [", encoding="utf-8")
    session = Session(profile_at(str(tmp_path)), Nobody())
    with pytest.raises(Failed, match="enrolment_file_unfit"):
        contract_key_of(session, "", "")
    assert contract_key_of(session, "une-cle-inventee-assez-longue", "")


@pytest.mark.parametrize("data", [b"host = " + b"[" * 50_000, b"\xff", b"host = 1e400"])
def test_a_file_that_somebody_planted_keeps_nobody_from_a_first_run(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "enrolment.toml").write_bytes(data)
    _unfit(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "enrolment.toml")
    _unfit(tmp_path)
