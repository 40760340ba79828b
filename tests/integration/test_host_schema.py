"""The host against its own description: whatever is asked, it answers as docs/protocol/openapi.json says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cyberlib_client.transports.host import records
from cyberlib_host.api.limits import Limits
from cyberlib_host.api.operations import OPERATIONS
from cyberlib_host.api.routes import application
from tests.support.hosts import serving


class Api(NamedTuple):
    """The description as it is served, a device's token, its vault."""

    schema: Any
    token: str
    vault: str


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        identity = host.enrol(host.organisation(seats=3).contract_key)
        client = host.client(identity)
        vault = client.ask("POST", "/v1/vaults", records.Vault).id
        app = application(host.context, Limits(10**9, 10**9))
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        yield Api(schema, f"Bearer {client._token}", vault)


NAMES = [*(operation.name for operation in OPERATIONS), "put_object", "get_object"]


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_as_described(api: Api, name: str) -> None:
    operation = api.schema.find_operation_by_id(name)

    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        if "vault" in (case.path_parameters or {}):
            case.path_parameters["vault"] = api.vault
        answer = case.call(headers={"Authorization": api.token})
        # JSON Schema takes 1.0 for an integer; the host takes 1 alone.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    check()
