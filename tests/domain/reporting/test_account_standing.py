"""What depends on an account, for whoever is about to suspend it."""

from datetime import datetime, timedelta

import pytest

from instainstru_core.domains.access.models import ProgramSession
from instainstru_core.domains.accounts.errors import PersonNotFound
from instainstru_core.domains.accounts.models import LoginSession
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.types import AsWhom
from instainstru_core.kernel.authority import PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import accounts, bookings
from tests.factories.bookings import student_actor
from tests.factories.instructors import live_instructor

HOUR = timedelta(hours=1)


def sign_in(
    uow: Uow, user_id: str, *, expires_at: datetime, ended_at: datetime | None = None
) -> None:
    uow.session.add(
        LoginSession(
            id=new_id(),
            user_id=user_id,
            refresh_digest=new_id(),
            created_at=uow.now - HOUR,
            used_at=uow.now - HOUR,
            expires_at=expires_at,
            ended_at=ended_at,
        )
    )


def program(
    uow: Uow, user_id: str, *, expires_at: datetime, ended_at: datetime | None = None
) -> None:
    uow.session.add(
        ProgramSession(
            id=new_id(),
            user_id=user_id,
            client_id="public_desktop",
            scopes=["mcp:read"],
            refresh_digest=new_id(),
            created_at=uow.now - HOUR,
            used_at=uow.now - HOUR,
            expires_at=expires_at,
            ended_at=ended_at,
        )
    )


class TestAccountStanding:
    def test_counts_what_goes_on_and_nothing_that_is_over(self, uow: Uow) -> None:
        maya = accounts.student(uow)
        for write in (sign_in, program):
            write(uow, maya.id, expires_at=uow.now + HOUR)
            write(uow, maya.id, expires_at=uow.now)
            write(uow, maya.id, expires_at=uow.now + HOUR, ended_at=uow.now)
        uow.session.flush()
        found = reporting.account_standing(uow, maya.id)
        assert (found.name, found.sign_ins, found.programs) == ("Maya O.", 1, 1)
        assert (found.is_shown, found.lessons_ahead, found.lessons) == (False, 0, [])

    def test_lists_the_lessons_ahead_of_both_sides_soonest_first(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        taught = bookings.booking(uow, teacher=teacher, starts_at=uow.now + 48 * HOUR)
        taken = bookings.booking(uow, student_id=teacher.id, starts_at=uow.now + 24 * HOUR)
        begun = bookings.booking(
            uow,
            teacher=teacher,
            starts_at=uow.now + 72 * HOUR,
            status=BookingStatus.PENDING,
        )
        bookings.booking(
            uow,
            teacher=teacher,
            starts_at=uow.now + 96 * HOUR,
            status=BookingStatus.CANCELLED,
        )
        bookings.booking(uow, teacher=teacher, starts_at=uow.now)
        found = reporting.account_standing(uow, teacher.id)
        assert [(one.booking_id, one.side) for one in found.lessons] == [
            (taken.id, AsWhom.STUDENT),
            (taught.id, AsWhom.INSTRUCTOR),
            (begun.id, AsWhom.INSTRUCTOR),
        ]
        assert found.lessons[1].other_id == taught.student_id
        assert found.lessons[1].other == "Jonas L."
        assert (found.lessons_ahead, found.is_shown) == (3, True)

    def test_lists_twenty_and_counts_all(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        for day in range(1, 22):
            bookings.booking(uow, teacher=teacher, starts_at=uow.now + timedelta(days=day))
        found = reporting.account_standing(uow, teacher.id)
        assert (len(found.lessons), found.lessons_ahead) == (20, 21)
        assert found.lessons[-1].starts_at == uow.now + timedelta(days=20)

    def test_is_for_staff_and_of_somebody_who_exists(self, begin: Begin, uow: Uow) -> None:
        maya = accounts.student(uow)
        with begin(student_actor(maya.id)) as asking, pytest.raises(PermissionMissing):
            reporting.account_standing(asking, maya.id)
        with pytest.raises(PersonNotFound):
            reporting.account_standing(uow, new_id())
