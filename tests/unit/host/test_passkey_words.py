"""The page of passkeys says what is to be done as the workstation does, whatever it is."""

from __future__ import annotations

from typing import get_args

import pytest

from cyberlib_client.app.wording import language
from cyberlib_client.app.wording.people import action_words
from cyberlib_host.api.passkey_page import ACTIONS
from cyberlib_host.core.people import Action


@pytest.mark.parametrize("action", get_args(Action))
def test_every_action_has_the_words_that_the_workstation_has(action: Action) -> None:
    before = language.language()
    try:
        for which, words in zip(("fr", "en"), ACTIONS[action], strict=True):
            language.choose(which)
            assert words == action_words(action) != action
    finally:
        language.choose(before)
