"""Invites, payouts and the like by any of their names; turnover by borough and category."""

from datetime import UTC, datetime

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.payments.models import Payout
from instainstru_core.domains.payments.types import PayoutStatus
from instainstru_core.domains.reporting import service
from instainstru_core.domains.reporting.types import FoundKind, RevenueGroup
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories import onboarding
from tests.factories.bookings import AT_HOME, booking
from tests.factories.instructors import live_instructor


def found(uow: Uow, text: str) -> list[tuple[FoundKind, str, float]]:
    return [(one.kind, one.id, one.score) for one in service.find(uow, text).data.found]


class TestInvites:
    def test_are_found_by_code_id_and_address(self, uow: Uow) -> None:
        invite = onboarding.invite(uow, email="li.wei@example.org", code="K7PWQ3XM")
        exact = [(FoundKind.INVITE, invite.id, 1.0)]
        for text in ("k7pwq3xm", invite.id, "Li.Wei@example.org"):
            assert found(uow, text) == exact
        (one,) = service.find(uow, invite.id).data.found
        assert one.label == "l…@example.org, until 2026-06-29 10:00, open"

    def test_and_the_person_who_used_one_are_both_told(self, uow: Uow) -> None:
        teacher = live_instructor(uow, first_name="Li", last_name="Wei", open_days=0)
        invite = onboarding.invite(
            uow, email=f"{teacher.id.lower()}@example.org", used_at=uow.now, used_by=teacher.id
        )
        assert found(uow, invite.email) == [
            (FoundKind.INSTRUCTOR, teacher.id, 1.0),
            (FoundKind.INVITE, invite.id, 1.0),
        ]
        report = service.find(uow, invite.email)
        assert report.warnings == ["Several fit equally well: ask which is meant."]


class TestPayouts:
    def test_are_found_by_both_their_ids(self, uow: Uow) -> None:
        teacher = live_instructor(uow, open_days=0)
        row = Payout(
            id=new_id(),
            instructor_id=teacher.id,
            vendor_id="po_1Nabc",
            cents=10_560,
            status=PayoutStatus.PAID,
            is_instant=False,
            created_at=uow.now,
            updated_at=uow.now,
        )
        uow.session.add(row)
        uow.session.flush()
        for text in (row.id, "po_1Nabc"):
            (one,) = service.find(uow, text).data.found
            assert (one.kind, one.user_id, one.score) == (FoundKind.PAYOUT, teacher.id, 1.0)
            assert one.label == "Maya O., $105.60, 2026-06-15 10:00, paid"


class TestTurnover:
    def test_is_by_borough_where_a_lesson_has_one(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        at = datetime(2026, 6, 12, 16, tzinfo=UTC)
        home = AT_HOME | {"area_key": teacher.area_keys[0]}
        for hour, more in enumerate(({}, {}, home)):
            booking(
                uow,
                teacher=teacher,
                starts_at=at.replace(hour=16 + 2 * hour),
                status=BookingStatus.COMPLETED,
                **more,
            )
        report = service.revenue_report(uow, "2026-06-12", group_by=RevenueGroup.BOROUGH)
        assert [(one.group, one.lessons, one.gmv_cents) for one in report.data.groups] == [
            ("online", 2, 24_000),
            ("Brooklyn", 1, 12_000),
        ]
        assert report.warnings == [
            "There is no money fact on record yet: only GMV and lessons are known."
        ]
        assert [bucket.figures for bucket in report.data.series] == [None]
