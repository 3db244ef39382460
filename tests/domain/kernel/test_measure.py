"""Service operations and statements are timed and counted, by name and never by data."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine, exc, text

from instainstru_core import runtime as composition
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.settings import Settings


class BellCracked(Conflict):
    code = "bells.cracked"


@operation("bells.ring")
def ring(failure: Exception | None = None) -> str:
    """Rings the bell."""
    if failure is not None:
        raise failure
    return "ding"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def outcomes() -> dict[str, float]:
    name = "instainstru_service_operations_total"
    return {
        status: value(name, service="bells", operation="ring", status=status)
        for status in ("success", "refused", "failed")
    }


def errors(kind: str) -> float:
    name = "instainstru_errors_total"
    return value(name, service="bells", operation="ring", error_type=kind)


class TestAnOperation:
    def test_is_counted_and_timed(self) -> None:
        before = outcomes()
        timed = "instainstru_service_operation_duration_seconds_count"
        times = value(timed, service="bells", operation="ring")
        assert ring() == "ding"
        assert outcomes() == before | {"success": before["success"] + 1}
        assert value(timed, service="bells", operation="ring") == times + 1

    def test_has_a_histogram_from_its_first_call_on(self) -> None:
        hang = operation("bells.hang")(lambda: "hung")
        timed = "instainstru_service_operation_duration_seconds_count"
        labels = {"service": "bells", "operation": "hang"}
        assert REGISTRY.get_sample_value(timed, labels) is None
        assert hang() == "hung"
        assert REGISTRY.get_sample_value(timed, labels) == 1

    @pytest.mark.parametrize(
        ("failure", "status", "kind"),
        [
            (BellCracked("Have it mended."), "refused", "bells.cracked"),
            (RuntimeError("boom"), "failed", "RuntimeError"),
        ],
        ids=["refused", "failed"],
    )
    def test_is_counted_by_how_it_ended(self, failure: Exception, status: str, kind: str) -> None:
        before, known = outcomes(), errors(kind)
        with pytest.raises(type(failure)):
            ring(failure)
        assert outcomes() == before | {status: before[status] + 1}
        assert errors(kind) == known + 1


class TestAStatement:
    @pytest.fixture
    def impatient(self, settings: Settings) -> Iterator[Engine]:
        engine = composition.engine_for(settings.model_copy(update={"slow_query_ms": 10}))
        yield engine
        engine.dispose()

    def test_is_timed_by_its_verb(self, impatient: Engine) -> None:
        with impatient.connect() as connection:  # connecting asks something by itself
            before = value("instainstru_db_query_duration_seconds_count", verb="select")
            connection.execute(text("SELECT 1"))
        assert value("instainstru_db_query_duration_seconds_count", verb="select") == before + 1

    def test_that_is_slow_is_counted_and_logged_without_its_values(
        self, impatient: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with impatient.connect() as connection:  # connecting asks something, at times slowly
            before = value("instainstru_db_slow_queries_total", verb="select")
            connection.execute(text("SELECT pg_sleep(:long)"), {"long": 0.03})
        assert value("instainstru_db_slow_queries_total", verb="select") == before + 1
        printed = capsys.readouterr().out
        assert "slow_query" in printed
        assert "pg_sleep" in printed
        assert "0.03" not in printed

    def test_that_fails_does_not_repeat_its_values(self, impatient: Engine) -> None:
        with (
            impatient.connect() as connection,
            pytest.raises(exc.DBAPIError) as failure,
        ):
            connection.execute(text("SELECT 1 / 0, :place"), {"place": "12 Elm Street"})
        assert "12 Elm Street" not in str(failure.value)
