"""Connections to the database, as the process that takes them exports them."""

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import PendingRollbackError

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime


def taken() -> float:
    return REGISTRY.get_sample_value("instainstru_db_connections_in_use") or 0.0


def test_are_counted_while_they_are_taken(committed_runtime: Runtime) -> None:
    most = REGISTRY.get_sample_value("instainstru_db_pool_connections")
    assert most == committed_runtime.settings.pool_size
    before = taken()
    with committed_runtime.begin(SYSTEM) as uow:
        uow.session.connection()
        assert taken() == before + 1
    assert taken() == before


def test_are_given_back_when_a_connection_breaks(committed_runtime: Runtime) -> None:
    before = taken()
    with pytest.raises(PendingRollbackError), committed_runtime.begin(SYSTEM) as uow:
        uow.session.connection().invalidate()
    assert taken() == before
