"""The dictionary's shorthand and the queries that are made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.observability.policy import templates


class TestShorthand:
    def test_counts_a_series_that_began_in_the_window(self) -> None:
        assert templates.expanded("sum(happened(x_total))") == (
            "sum((x_total unless x_total offset $window or increase(x_total[$window])))"
        )

    def test_may_stand_several_times_and_hold_quoted_parentheses(self) -> None:
        text = 'happened(a{b=~"c)|(d"}) / happened(e)'
        assert templates.expanded(text) == (
            '(a{b=~"c)|(d"} unless a{b=~"c)|(d"} offset $window or increase('
            'a{b=~"c)|(d"}[$window]))'
            " / (e unless e offset $window or increase(e[$window]))"
        )

    def test_leaves_probes_out(self) -> None:
        assert templates.expanded("x{$real}") == f"x{{{templates.REAL}}}"

    def test_that_is_never_closed_is_refused(self) -> None:
        with pytest.raises(ValueError, match="never closed"):
            templates.expanded('sum(happened(x{a=")"}')


class TestAQuery:
    def test_is_filled_in(self) -> None:
        text = 'topk($top, histogram_quantile($quantile, x{a="b"$filters}[$window]))'
        assert (
            templates.query(
                text, window_seconds=300, quantile=0.95, filters={"method": "GET"}, rows=3
            )
            == 'topk(3, histogram_quantile(0.95, x{a="b",method="GET"}[300s]))'
        )

    def test_has_a_second_at_least_and_ten_lines(self) -> None:
        assert templates.query("$window $top$filters", window_seconds=0) == "1s 10"

    @given(st.text(max_size=60))
    def test_keeps_what_is_asked_for_inside_its_quotes(self, value: str) -> None:
        found = templates.query('x{a="b"$filters}', window_seconds=1, filters={"endpoint": value})
        inner = found.removeprefix('x{a="b",endpoint="').removesuffix('"}')
        assert inner.replace("\\\\", "").replace('\\"', "").count('"') == 0
        assert "\n" not in inner


def test_series_are_named_once_and_never_out_of_quotes() -> None:
    text = 'sum(instainstru_a{x="instainstru_b"}) + instainstru_a + up + process_c'
    assert templates.series_of(text) == ["instainstru_a", "up", "process_c"]
