"""What people choose comes to patterns that mean it, and nothing else."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.app.exclusions import RuleDraft, pattern_of
from cyberlib_client.core.errors import UsageError
from cyberlib_client.files.filters import Filters, Rule

ROOT = os.path.abspath(os.path.join(os.sep, "practice"))
NAMES = st.text("abé [!]*?#{}.-_", min_size=1, max_size=12).filter(
    lambda name: name.strip() == name and not name.endswith(".")  # which Windows takes off
)


@given(NAMES, NAMES)
def test_a_folder_by_its_name_is_that_folder(name: str, other: str) -> None:
    filters = Filters([Rule(pattern_of(RuleDraft("folder", name), ROOT), "source")], system="linux")
    assert filters.decide(name, name, True)
    assert filters.decide(f"below/{name}", name, True)
    assert not filters.decide(name, name, False)
    assert bool(filters.decide(other, other, True)) == (other == name)


@given(NAMES, NAMES)
def test_a_folder_that_was_chosen_is_that_one_alone(name: str, above: str) -> None:
    chosen = os.path.join(ROOT, above, name)
    filters = Filters([Rule(pattern_of(RuleDraft("folder", chosen), ROOT), "source")], system="linux")
    assert filters.decide(f"{above}/{name}", name, True)
    assert not filters.decide(f"x/{above}/{name}", name, True)
    assert not filters.decide(name, name, True)


@given(NAMES.filter(lambda name: name[0] not in ".*"))
def test_a_type_is_how_names_end(ending: str) -> None:
    filters = Filters([Rule(pattern_of(RuleDraft("type", ending), ROOT), "source")], system="linux")
    assert filters.decide(f"x.{ending}", f"x.{ending}", False)
    assert not filters.decide(f"x.{ending}x", f"x.{ending}x", False)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (RuleDraft("type", " . "), "bad_pattern"),
        (RuleDraft("type", "a/b"), "bad_pattern"),
        (RuleDraft("folder", "../x"), "bad_pattern"),
        (RuleDraft("folder", os.path.dirname(ROOT)), "folder_not_below"),
        (RuleDraft("folder", ROOT), "folder_not_below"),
        (RuleDraft("pattern", "a[b"), "bad_pattern"),
        (RuleDraft("pattern", "# x"), "bad_pattern"),
    ],
)
def test_what_cannot_be_meant_is_refused(draft: RuleDraft, code: str) -> None:
    with pytest.raises(UsageError) as raised:
        pattern_of(draft, ROOT)
    assert raised.value.code == code
