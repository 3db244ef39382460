"""What a lookup is taken for, into which days a window falls, where money is, what is said."""

from datetime import UTC, date, datetime

import pytest

from instainstru_core.domains.bookings.policy.agenda import Step
from instainstru_core.domains.bookings.types import DueKind, Outcome, StaffMove
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.types import Action
from instainstru_core.domains.reporting.policy import buckets, naming, telling
from instainstru_core.domains.reporting.policy.naming import Meant
from instainstru_core.domains.reporting.policy.positions import Position, position
from instainstru_core.domains.reporting.types import Days, Interval

ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


class TestMeaning:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            (ID, Meant(own_id=ID)),
            (f"see https://x.test/b/{ID.lower()}#top", Meant(own_id=ID)),
            (ID + "X", Meant(words=(ID + "X",))),
            ("pi_3MtwBw", Meant(provider_id="pi_3MtwBw")),
            ("charge ch_1 please", Meant(provider_id="ch_1")),
            ("seti_1NG8", Meant(provider_id="seti_1NG8")),
            ("happi_1", Meant(words=("happi_1",))),
            ("A@B.test", Meant(email="a@b.test")),
            (f"{ID}@B.test", Meant(email=f"{ID.lower()}@b.test")),
            (f"https://me@x.test/{ID}", Meant(own_id=ID)),
            ("212-555-0188", Meant(phones=("+2125550188", "+12125550188"))),
            ("k7pwq3xm", Meant(code="K7PWQ3XM", words=("k7pwq3xm",))),
            ("Maya  Okafor", Meant(words=("Maya", "Okafor"))),
        ],
    )
    def test_of_what_was_typed(self, typed: str, meant: Meant) -> None:
        assert naming.meant(typed) == meant


class TestBuckets:
    def test_are_cut_at_the_windows_ends(self) -> None:
        days = Days(date(2026, 1, 30), date(2026, 3, 2))
        months = buckets.course(days, Interval.MONTH)
        assert months.buckets == [
            Days(date(2026, 1, 30), date(2026, 2, 1)),
            Days(date(2026, 2, 1), date(2026, 3, 1)),
            Days(date(2026, 3, 1), date(2026, 3, 2)),
        ]

    def test_suit_the_window(self) -> None:
        first = date(2026, 1, 1)
        for count, interval in ((31, "day"), (32, "week"), (186, "week"), (187, "month")):
            found = buckets.course(Days(first, date.fromordinal(first.toordinal() + count)), None)
            assert (found.interval, found.was_widened) == (interval, False)

    def test_are_at_most_a_hundred(self) -> None:
        first = date(2026, 1, 1)
        hundred = Days(first, date.fromordinal(first.toordinal() + 100))
        assert len(buckets.course(hundred, Interval.DAY).buckets) == 100
        more = Days(first, date.fromordinal(first.toordinal() + 101))
        found = buckets.course(more, Interval.DAY)
        assert (found.interval, found.was_widened, len(found.buckets)) == (Interval.WEEK, True, 15)

    def test_of_months_go_over_the_year(self) -> None:
        assert buckets.months_before(date(2026, 1, 31), 0) == date(2026, 1, 1)
        assert buckets.months_before(date(2026, 1, 31), 1) == date(2025, 12, 1)
        assert buckets.months_before(date(2026, 12, 31), -1) == date(2027, 1, 1)


class TestPosition:
    def test_of_nothing_is_nothing(self) -> None:
        assert position([]) == Position()

    def test_of_credit_that_paid_and_came_back(self) -> None:
        """5,000 of credit and 8,440 of the card paid; half of the credit came back."""
        found = position(
            [
                ("captured", AccountKind.HELD, -8_440),
                ("credit_consumed", AccountKind.HELD, -5_000),
                ("credit_consumed", AccountKind.CREDITS_LIABILITY, 5_000),
                ("settled_x", AccountKind.HELD, 13_440),
                ("settled_x", AccountKind.INSTRUCTOR_PAYABLE, -10_560),
                ("settled_x", AccountKind.PLATFORM_REVENUE, -2_880),
                ("transferred", AccountKind.INSTRUCTOR_PAYABLE, 10_000),
                ("refund_ordered", AccountKind.HELD, -2_500),
                ("refund_ordered", AccountKind.PLATFORM_REVENUE, 2_500),
                ("credit_reinstated", AccountKind.HELD, 2_500),
                ("credit_reinstated", AccountKind.CREDITS_LIABILITY, -2_500),
            ]
        )
        assert found == Position(
            charged=8_440,
            credit_used=2_500,
            instructor_owed=10_560,
            instructor_sent=10_000,
            platform=380,
        )

    def test_of_a_chargeback_has_the_fee_in_it(self) -> None:
        found = position(
            [
                ("chargeback_withdrawn", AccountKind.STRIPE_CLEARING, -14_940),
                ("chargeback_withdrawn", AccountKind.DISPUTE_LOSSES, 14_940),
            ]
        )
        assert (found.charged_back, found.losses) == (14_940, 14_940)


class TestWords:
    def test_exist_for_everything_that_may_happen(self) -> None:
        assert set(telling.STEPS) == set(Step)
        assert set(telling.WAITS) == set(DueKind)
        assert set(telling.CALLS) == set(Action)
        assert set(telling.OUTCOMES) == set(Outcome)

    def test_say_what_blocks_before_what_is_over(self) -> None:
        def said(*moves: StaffMove, under_way: bool = False) -> str:
            return telling.outlook(
                step=None,
                due_kind=None,
                due_at=None,
                hold_at=None,
                charge_at=None,
                is_under_way=under_way,
                staff_may=list(moves),
            )

        assert said() == telling.OVER
        assert said(StaffMove.RELEASE_REVIEW) == telling.IN_REVIEW
        assert said(StaffMove.RESOLVE_REPORT, StaffMove.RELEASE_REVIEW) == telling.REPORTED
        assert said(under_way=True) == telling.UNDER_WAY

    def test_of_an_unknown_failure_name_its_code(self) -> None:
        assert telling.failure("payments.new") == "The provider said no (payments.new)."

    def test_of_instants_are_new_yorks(self) -> None:
        assert telling.moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-01 22:04"
