"""A host for the tests of a module, each of which finds it with its clock right and nobody connected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.hosts import TestHost, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def host(served: TestHost) -> Iterator[TestHost]:
    yield served
    served.hang_up()
    served.clock.ahead = 0
