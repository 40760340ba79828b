"""For tests of the services: a vault in memory."""

from __future__ import annotations

import pytest

from tests.support.vaults import VaultKit


@pytest.fixture
def kit() -> VaultKit:
    return VaultKit()
