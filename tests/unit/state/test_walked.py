"""How far a walk came: kept, and never believed when it is damaged, old, or another vault's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.walked import Walked, read_walked, write_walked

VAULT = "0" * 31 + "1"
WHOLE = {bytes([number]) * 20 for number in range(50)}


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return bootstrap.profile_at(str(tmp_path / "profile"))


def test_it_is_kept_for_four_weeks(profile: Profile) -> None:
    assert read_walked(profile, VAULT, 9) == Walked(9, set())
    write_walked(profile, VAULT, Walked(9, WHOLE))
    assert read_walked(profile, VAULT, 9 + 27) == Walked(9, WHOLE)
    assert read_walked(profile, VAULT, 9 + 28) == Walked(9 + 28, set())
    assert read_walked(profile, VAULT, 8) == Walked(8, set()), "a clock was wrong"
    assert read_walked(profile, "0" * 32, 9) == Walked(9, set())
    write_walked(profile, VAULT, Walked(9, set()))
    assert not os.path.exists(profile.walked)
    write_walked(profile, VAULT, Walked(9, set()))


def test_damage_is_none_of_it(profile: Profile) -> None:
    write_walked(profile, VAULT, Walked(9, WHOLE))
    path = Path(profile.walked)
    data = path.read_bytes()
    step = 1 if os.name == "posix" else 9  # each write takes its time through Wine
    for cut in range(0, len(data), 7 * step):
        path.write_bytes(data[:cut])
        assert read_walked(profile, VAULT, 9).whole == set()
    for at in range(0, len(data), step):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert read_walked(profile, VAULT, 9).whole == set(), at
