"""What values say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.observability.policy import values
from instainstru_core.domains.observability.types import Better, MetricUnit, Verdict


class TestVerdict:
    @pytest.mark.parametrize(
        ("value", "verdict"),
        [
            (0.0, Verdict.OK),
            (49.9, Verdict.OK),
            (50.0, Verdict.WARNING),
            (199.9, Verdict.WARNING),
            (200.0, Verdict.CRITICAL),
            (None, Verdict.UNKNOWN),
        ],
    )
    def test_counts_a_threshold_as_reached(self, value: float | None, verdict: Verdict) -> None:
        found = values.verdict(value, better=Better.LOWER, warning=50, critical=200)
        assert found is verdict

    @pytest.mark.parametrize(
        ("value", "verdict"),
        [(2.0, Verdict.OK), (1.0, Verdict.WARNING), (0.0, Verdict.CRITICAL)],
    )
    def test_looks_down_where_more_is_better(self, value: float, verdict: Verdict) -> None:
        assert values.verdict(value, better=Better.HIGHER, warning=1, critical=0) is verdict

    def test_is_not_given_without_thresholds(self) -> None:
        found = values.verdict(3, better=Better.LOWER, warning=None, critical=None)
        assert found is Verdict.NOT_JUDGED


class TestFormatted:
    @pytest.mark.parametrize(
        ("value", "unit", "text"),
        [
            (None, MetricUnit.COUNT, "no data"),
            (0.0, MetricUnit.COUNT, "0"),
            (1234.0, MetricUnit.COUNT, "1,234"),
            (3.4, MetricUnit.COUNT, "3.4"),
            (0.2435, MetricUnit.SECONDS, "243.5 ms"),
            (1.0, MetricUnit.SECONDS, "1.0 s"),
            (150.0, MetricUnit.SECONDS, "2.5 min"),
            (9000.0, MetricUnit.SECONDS, "2.5 h"),
            (0.0123, MetricUnit.SHARE, "1.23%"),
            (12.345, MetricUnit.PER_SECOND, "12.35 per second"),
            (123_450.0, MetricUnit.CENTS, "$1,234.50"),
            (-150.0, MetricUnit.CENTS, "-$1.50"),
            (512.0, MetricUnit.BYTES, "512 B"),
            (1536.0, MetricUnit.BYTES, "1.5 KiB"),
            (3_221_225_472.0, MetricUnit.BYTES, "3.0 GiB"),
        ],
    )
    def test_writes_values_as_people_do(
        self, value: float | None, unit: MetricUnit, text: str
    ) -> None:
        assert values.formatted(value, unit) == text


@given(st.floats())
def test_what_is_no_number_is_none(value: float) -> None:
    found = values.finite(value)
    assert found is None or found == value
