"""Which charges may be one too many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from instainstru_core.domains.payments.types import Purpose
from instainstru_core.domains.reporting.policy.doubles import Taken, pairs

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
ONE = Taken("a", "booking:1", Purpose.LESSON, 13_440, 0, NOON)
FIVE = timedelta(minutes=5)


def other(**changes: object) -> Taken:
    given = {"id": "b", "reference": "booking:2", "at": NOON + FIVE} | changes
    return replace(ONE, **given)  # type: ignore[arg-type]


def seen(*charges: Taken) -> list[tuple[str, str, bool]]:
    return [(pair.first.id, pair.second.id, pair.is_certain) for pair in pairs(charges)]


class TestTwoCharges:
    def test_of_one_lesson_are_one_too_many_whenever_they_were(self) -> None:
        late = other(reference="booking:1", cents=1, at=NOON + timedelta(days=9))
        assert seen(late, ONE) == [("a", "b", True)]

    def test_of_one_amount_are_suspicious_up_to_five_minutes(self) -> None:
        assert seen(ONE, other()) == [("a", "b", False)]
        assert seen(ONE, other(at=NOON + FIVE + timedelta(microseconds=1))) == []
        assert seen(ONE, other(at=NOON - FIVE)) == [("b", "a", False)]

    def test_of_other_amounts_are_not(self) -> None:
        assert seen(ONE, other(cents=13_441)) == []

    def test_are_no_matter_when_one_went_back_whole(self) -> None:
        assert seen(ONE, other(refunded_cents=13_440)) == []
        assert seen(ONE, other(refunded_cents=13_439)) == [("a", "b", False)]

    def test_of_a_lesson_and_its_tip_are_only_suspicious_when_equal(self) -> None:
        tip = other(reference="booking:1", purpose=Purpose.TIP)
        assert seen(ONE, tip) == [("a", "b", False)]
        assert seen(ONE, replace(tip, cents=1_000)) == []
