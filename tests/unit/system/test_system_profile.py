"""The profile of a service of Windows: the system's and administrators' alone, and refused when it is not."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("access lists of Windows", allow_module_level=True)

from cyberlib_client.core.errors import Failed
from cyberlib_client.system.owner_file import Exposed, OwnerFile
from cyberlib_client.system.windows import descriptor, privacy
from cyberlib_client.system.windows.privacy import WindowsPrivacy, hand_to_system, is_of_system
from cyberlib_client.system.windows.service import check_profile
from tests.support.systems import WINE

USER = "S-1-5-21-1-2-3-1001"
OURS = "O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """{path: its descriptor}, as Windows would tell it: Wine keeps no owners."""
    found: dict[str, str] = {}
    monkeypatch.setattr(descriptor, "read", lambda path: found[path.removeprefix("\\\\?\\")])
    monkeypatch.setattr(descriptor, "canonical", lambda account: {"S-1-5-18": "SY"}.get(account, account))
    monkeypatch.setattr(descriptor, "current_user", lambda: "S-1-5-18")
    return found


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        (OURS, True),
        ("O:SYG:SYD:PAI(A;OICI;FA;;;SY)", True),
        (f"O:{USER}G:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)", False),  # the owner gives himself all rights
        (f"O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;{USER})", False),
        ("O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", False),
        ("O:BAG:SYD:NO_ACCESS_CONTROL", False),
        ("O:BAG:SY", False),
    ],
)
def test_a_service_works_for_a_profile_of_the_systems_alone(
    told: dict[str, str], text: str, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told[r"C:\profile"] = text
    assert is_of_system(r"C:\profile") is closed
    if closed:
        check_profile(r"C:\profile")
    else:
        with pytest.raises(Failed) as caught:
            check_profile(r"C:\profile")
        assert caught.value.code == "service_profile_open"
    monkeypatch.setattr(descriptor, "current_user", lambda: USER)
    check_profile(r"C:\profile")  # whoever is not the system does as with any profile


def test_a_secret_of_a_users_is_read_by_the_service_once_it_is_handed_over(
    told: dict[str, str], tmp_path: Path
) -> None:
    keys, key = tmp_path / "keys", tmp_path / "keys" / "device"
    keys.mkdir()
    key.write_bytes(b"secret")
    private = WindowsPrivacy()
    told[str(keys)] = told[str(key)] = f"O:{USER}G:{USER}D:P(A;;FA;;;{USER})(A;;FA;;;SY)"
    with pytest.raises(Exposed):
        private.read(str(keys), "device")
    told[str(keys)] = told[str(key)] = OURS
    assert private.read(str(keys), "device") == b"secret"


def test_what_is_made_there_stays_the_systems(told: dict[str, str]) -> None:
    told[r"C:\mine"] = f"O:{USER}G:{USER}D:P(A;;FA;;;{USER})(A;;FA;;;SY)"
    told[r"C:\service"] = OURS
    assert ";;;BA)" in privacy._only_us(r"C:\service", "") and "O:BA" in privacy._only_us(r"C:\service", "")
    assert ";;;BA)" not in privacy._only_us(r"C:\mine", "")


def test_all_is_handed_over_and_nothing_behind_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder first: from then on nobody else adds anything."""
    taken: list[tuple[str, str]] = []
    links = {"elsewhere"}
    is_link = privacy._is_link
    monkeypatch.setattr(privacy, "_is_link", lambda path: os.path.basename(path) in links or is_link(path))

    def apply(path: str, text: str, *, want_acl: bool, want_owner: bool) -> bool:
        assert (
            want_acl and want_owner and re.match(r"O:BAD:P\(A;(OICI)?;FA;;;SY\)\(A;(OICI)?;FA;;;BA\)$", text)
        )
        taken.append(
            (os.path.relpath(path.removeprefix("\\\\?\\"), tmp_path), "OICI" if "OICI" in text else "")
        )
        return True

    monkeypatch.setattr(descriptor, "apply", apply)
    for folder in ("a/keys", "a/elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").touch()
    hand_to_system(str(tmp_path / "a"))
    assert taken[0] == ("a", "OICI")
    assert set(taken[1:]) == {(r"a\keys", "OICI"), (r"a\keys\file", ""), (r"a\elsewhere", "")}
    links.add("a")
    with pytest.raises(Exposed):
        hand_to_system(str(tmp_path / "a"))


@pytest.mark.skipif(WINE, reason="Wine lets everybody read what administrators may")
def test_it_can_be_read_and_written_afterwards(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    keeper = OwnerFile(str(profile), WindowsPrivacy())
    keeper.store("device", b"secret")
    hand_to_system(str(profile))
    assert keeper.load("device") == b"secret"
    keeper.store("other", b"more")
    assert keeper.load("other") == b"more"
    assert is_of_system(str(profile))
