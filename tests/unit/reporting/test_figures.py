"""Shares, changes and averages, and what is shown of a person."""

import pytest

from instainstru_core.domains.reporting.policy import figures


class TestFigures:
    def test_a_share_of_nothing_is_unknown(self) -> None:
        assert figures.share(1, 3) == 0.3333
        assert figures.share(0, 3) == 0.0
        assert figures.share(0, 0) is None

    def test_a_change_from_nothing_is_unknown(self) -> None:
        assert figures.change(5, 4) == 0.25
        assert figures.change(0, 4) == -1.0
        assert figures.change(4, 0) is None

    @pytest.mark.parametrize(("total", "count", "mean"), [(10, 4, 3), (9, 4, 2), (0, 4, 0)])
    def test_an_average_of_money_is_rounded_half_up(
        self, total: int, count: int, mean: int
    ) -> None:
        assert figures.average_cents(total, count) == mean

    def test_an_average_of_nothing_is_unknown(self) -> None:
        assert figures.average_cents(0, 0) is None
        assert figures.average(0, 0) is None
        assert figures.average(10, 4) == 2.5


class TestPeople:
    @pytest.mark.parametrize(
        ("email", "shown"),
        [("jonas@example.org", "j…@example.org"), ("a@b.co", "a…@b.co")],
    )
    def test_show_one_letter_of_their_address(self, email: str, shown: str) -> None:
        assert figures.masked_email(email) == shown

    def test_show_the_end_of_their_number(self) -> None:
        assert figures.phone_end("+12125550188") == "0188"
        assert figures.phone_end(None) is None
