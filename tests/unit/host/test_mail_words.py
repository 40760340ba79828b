"""What a practice reads in the host's mails: words, never a bare code."""

from __future__ import annotations

import re

import pytest

from cyberlib_client.app.incidents import RULES
from cyberlib_client.app.messages.incidents import INCIDENTS
from cyberlib_host.mail import words


def test_all_that_devices_tell_of_has_its_words() -> None:
    assert {*INCIDENTS, *RULES} <= set(words.KINDS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_a_later_device_tells_is_named_as_such(language: str) -> None:
    for told in (words.kind_of("of_tomorrow", language), words.reason_of("of_tomorrow", language)):
        assert re.fullmatch(r"\w+ \w+ \(of_tomorrow\)", told)


def test_french_lines_do_not_begin_with_half_a_sign() -> None:
    texts = [*words.KINDS.values(), *words.REASONS.values(), *words.PHRASES.values()]
    assert [fr for fr, _ in texts if re.search(r"\S [:;!?»]|« ", fr)] == []
