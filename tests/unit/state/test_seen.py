"""What is remembered of a vault is a cache: whatever stands in its file, commands go on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cyberlib_client.app.bootstrap import private_files
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.seen import Seen, read_seen

VAULT = "a" * 32


@pytest.mark.parametrize("field", ["heads", "suspects"])
@pytest.mark.parametrize("name", ["zz", "", "0", "é", "AB"])
def test_names_that_are_none_are_forgotten(tmp_path: Path, field: str, name: str) -> None:
    profile = Profile(str(tmp_path), private_files)
    os.mkdir(profile.state)
    told = {"vault": VAULT, "generation": 3, field: ["01" * 32, name]}
    Path(profile.seen).write_text(json.dumps(told), encoding="utf-8")
    assert read_seen(profile, VAULT) == Seen(VAULT)
