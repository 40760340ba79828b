"""For every test: shared fixtures, how hypothesis searches, and what else failed before the tests ran."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from cyberlib_client.core.format_v1 import slots

pytest_plugins = ["tests.support.profiles", "tests.support.restoring"]

# No deadline and no complaint about slow examples anywhere: time on a shared machine tells nothing.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# At a desk the search starts somewhere new each time. In CI it is the same for the same code, so that
# a failure there is the change's own and comes again when it is looked into.
settings.register_profile("desk", _COMMON)
# On Windows, which CI has through Wine and slowly, the search is shorter: Linux has made the long one.
_EXAMPLES = 30 if sys.platform == "win32" else 100
settings.register_profile("ci", _COMMON, derandomize=True, max_examples=_EXAMPLES)
# A long search, by hand: python3 dev.py test --hypothesis-profile=explore tests/unit
settings.register_profile("explore", _COMMON, max_examples=2_000)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True, scope="session")
def quick_passphrases() -> Iterator[None]:
    """New passphrases cost the least that a reader takes, within this process: hundreds of vaults are made.

    Programs that tests start are as they are for users (`unit/core/test_usual_cost`)."""
    usual, slots.DEFAULT_COST = slots.DEFAULT_COST, slots.LEAST  # type: ignore[misc]
    yield
    slots.DEFAULT_COST = usual  # type: ignore[misc]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """`dev.py test` goes on after a failed check; its name must not scroll away."""
    if failed := os.environ.get("CYBERLIB_FAILED_CHECKS"):
        terminalreporter.section("FAILED BEFORE THE TESTS", red=True, bold=True)
        terminalreporter.write_line(failed)
