"""Where there is no FUSE: an error that says what to do instead, in both languages."""

from __future__ import annotations

import pytest

from cyberlib_client.app.messages import Language, error_message
from cyberlib_client.core.errors import Failed
from cyberlib_client.system.no_mounts import NoMounts


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_way_without_a_mount_is_told(language: Language) -> None:
    with pytest.raises(Failed) as raised:
        NoMounts().check("C:\\versions")
    assert raised.value.code == "mount_unavailable"
    told = error_message(raised.value.code, raised.value.facts, language)
    assert "FUSE" in told.title
    assert "cyberlib ls" in told.advice
    assert "cyberlib restore" in told.advice
