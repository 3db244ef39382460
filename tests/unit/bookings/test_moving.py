"""Whether a lesson may be moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.bookings.policy import moving
from instainstru_core.domains.bookings.policy.moving import MoveVerdict
from instainstru_core.domains.bookings.types import BookingStatus

STARTS_AT = datetime(2026, 6, 18, 20, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MIDDLE = STARTS_AT - timedelta(hours=12)
LATE = MIDDLE + TICK


def verdict(**changes: Any) -> MoveVerdict:
    facts: dict[str, Any] = {
        "status": BookingStatus.CONFIRMED,
        "starts_at": STARTS_AT,
        "now": STARTS_AT - timedelta(hours=30),
        "is_locked": False,
        "late_move_used": False,
        "is_moving": False,
    }
    return moving.verdict(**(facts | changes))


class TestVerdict:
    def test_is_allowed_until_exactly_twelve_hours_before(self) -> None:
        assert verdict() is MoveVerdict.ALLOWED
        assert verdict(now=MIDDLE) is MoveVerdict.ALLOWED
        assert verdict(now=LATE) is MoveVerdict.WINDOW_CLOSED

    def test_limits_later_moves_once_a_late_one_was_used_however_early(self) -> None:
        assert verdict(late_move_used=True) is MoveVerdict.LIMIT_REACHED

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"is_locked": True, "now": LATE, "late_move_used": True}, MoveVerdict.LOCKED),
            ({"now": LATE, "late_move_used": True}, MoveVerdict.WINDOW_CLOSED),
        ],
    )
    def test_refuses_in_order_locked_then_closed_then_limited(
        self, changes: dict[str, Any], expected: MoveVerdict
    ) -> None:
        assert verdict(**changes) is expected

    @pytest.mark.parametrize("status", sorted(set(BookingStatus) - {BookingStatus.CONFIRMED}))
    def test_is_impossible_for_what_is_not_confirmed(self, status: BookingStatus) -> None:
        assert verdict(status=status, is_locked=True) is MoveVerdict.IMPOSSIBLE

    def test_is_impossible_while_another_move_waits_for_its_money(self) -> None:
        assert verdict(is_moving=True) is MoveVerdict.IMPOSSIBLE
