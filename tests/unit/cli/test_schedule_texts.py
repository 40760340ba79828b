"""Days as people write them, typed and shown."""

from __future__ import annotations

import pytest

from cyberlib_client.app.wording import language
from cyberlib_client.app.wording.weekdays import weekdays
from cyberlib_client.core.bandwidth import read_days
from cyberlib_client.state.schedule_settings import read_times


@pytest.mark.parametrize(
    ("days", "fr", "en"),
    [
        ([0, 1, 2, 3, 4], "lun-ven", "mon-fri"),
        ([5, 6], "sam,dim", "sat,sun"),
        ([0, 2, 4, 5, 6], "lun,mer,ven-dim", "mon,wed,fri-sun"),
        ([3], "jeu", "thu"),
    ],
)
def test_days_are_shown_as_they_are_typed(days: list[int], fr: str, en: str) -> None:
    before = language.language()
    for chosen, told in (("fr", fr), ("en", en)):
        language.choose(chosen)  # type: ignore[arg-type]
        assert weekdays(days) == told
        assert sorted(read_days(told)) == days
    language.choose(before)


def test_days_and_hours_may_be_written_out() -> None:
    assert read_days("lundi-vendredi, Dimanche") == read_days("mon-fri,sun")
    assert read_times(["12h", "7H"]) == (7 * 60, 12 * 60)
    with pytest.raises(ValueError, match="h"):
        read_times(["h"])
    with pytest.raises(ValueError, match="lundredi"):
        read_days("lundredi")
