"""Lookups that never guess, lists of instructors, and where supply is short."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.instructors import service as of_instructors
from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.reporting import service
from instainstru_core.domains.reporting.errors import AreaUnknown, CategoryUnknown, LookupUnusable
from instainstru_core.domains.reporting.service import people
from instainstru_core.domains.reporting.types import Catalogued, GroupBy, Most, PersonMatch
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors
from tests.factories.bookings import booking
from tests.factories.reviews import reviewed

Counting = Callable[[], AbstractContextManager[list[str]]]


class TestLookup:
    def test_ranks_and_says_that_it_is_not_sure(self, uow: Uow) -> None:
        exact = instructors.person(uow, first_name="Zora", last_name="Quill")
        part = instructors.person(uow, first_name="Zora", last_name="Quillfeather")
        found = service.users_lookup(uow, "zora quill")
        assert [(one.user_id, one.matched_by) for one in found.data.people] == [
            (exact, PersonMatch.NAME),
            (part, PersonMatch.NAME_START),
        ]
        assert found.data.ambiguous

    def test_says_when_more_fit_than_are_shown(self, uow: Uow) -> None:
        for _ in range(3):
            instructors.person(uow, first_name="Zora", last_name="Quill")
        found = service.users_lookup(uow, "Zora Quill", limit=2)
        assert (len(found.data.people), found.total, found.data.ambiguous) == (2, None, True)
        assert found.warnings[-1] == "More than 2 people fit: be more precise, or raise `limit`."

    def test_counts_what_someone_taught(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, first_name="Zora", last_name="Quill")
        hour = timedelta(hours=1)
        for place, status in enumerate(
            [BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.CONFIRMED]
        ):
            starts_at = uow.now + (5 * place - 7) * hour
            booking(uow, teacher=teacher, starts_at=starts_at, status=status)
        (person,) = service.users_lookup(uow, teacher.id).data.people
        assert person.as_instructor is not None
        figures = person.as_instructor
        assert (figures.lessons, figures.upcoming, figures.completed, figures.cancelled) == (
            3,
            1,
            1,
            1,
        )
        assert figures.earned_cents == 0
        assert (figures.rating, figures.stripe_account_id) == (None, None)

    @pytest.mark.parametrize("text", ["", "   ", "?!", "@", "x" * 201])
    def test_refuses_what_names_nobody(self, uow: Uow, text: str) -> None:
        with pytest.raises(LookupUnusable):
            service.users_lookup(uow, text)

    def test_needs_as_many_statements_for_many_as_for_one(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        for _ in range(5):
            instructors.live_instructor(uow, first_name="Zora", last_name="Quill", open_days=0)
        used: list[int] = []
        for limit in (1, 20):
            with count_statements() as seen:
                service.users_lookup(uow, "Zora Quill", limit=limit)
            used.append(len(seen))
        assert used == [8, 8]


class TestDetail:
    def test_asks_which_instructor_is_meant(self, uow: Uow) -> None:
        instructors.person(uow, first_name="Zora", last_name="Quill")
        one, two = (
            instructors.profile(uow, first_name="Zora", last_name="Quill") for _ in range(2)
        )
        found = service.instructors_detail(uow, "Zora Quill")
        assert found.data.instructor is None
        assert {candidate.user_id for candidate in found.data.candidates} == {one, two}

    def test_finds_the_only_one_who_teaches(self, uow: Uow) -> None:
        instructors.person(uow, first_name="Zora", last_name="Quill")
        teacher = instructors.profile(uow, first_name="Zora", last_name="Quill")
        found = service.instructors_detail(uow, "Zora Quill").data.instructor
        assert found is not None
        assert (found.instructor_id, found.status) == (teacher, InstructorStatus.REGISTERED)

    def test_says_that_more_people_fit_than_it_shows(self, uow: Uow) -> None:
        for _ in range(11):
            instructors.person(uow, first_name="Zora", last_name="Quill")
        found = service.users_booking_history(uow, "Zora")
        assert len(found.data.candidates) == 10
        assert found.warnings[0].startswith("More than 10 people fit and only 10 are shown")

    def test_does_not_take_the_first_of_many_for_the_only_one(self, uow: Uow) -> None:
        for _ in range(people.SEARCHED - 1):
            instructors.person(uow, first_name="Zora", last_name="Quill")
        teacher = instructors.profile(uow, first_name="Zora", last_name="Quill")
        instructors.profile(uow, first_name="Zorah", last_name="Quillon")
        found = service.instructors_detail(uow, "Zora Quill")
        assert found.data.instructor is None
        assert [one.user_id for one in found.data.candidates] == [teacher]
        assert found.warnings[0].startswith("50 people or more fit and not all of them")

    def test_says_when_nobody_who_fits_teaches(self, uow: Uow) -> None:
        instructors.person(uow, first_name="Zora", last_name="Quill")
        found = service.instructors_detail(uow, "Zora Quill")
        assert found.warnings == ["Nobody who fits teaches. Look them up as users instead."]

    def test_tells_who_cancelled(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        for place, by in enumerate([CancelledBy.INSTRUCTOR, CancelledBy.STUDENT]):
            booking(
                uow,
                teacher=teacher,
                starts_at=uow.now + timedelta(days=1 + place),
                status=BookingStatus.CANCELLED,
                cancelled_by=by,
            )
        found = service.instructors_detail(uow, teacher.id).data.instructor
        assert found is not None
        assert found.figures.cancelled_by_instructor == 1
        assert found.figures.cancelled_by_others == 1
        assert found.figures.gmv_cents == 0


class TestRatings:
    def test_are_the_mean_of_published_stars_everywhere(self, begin: Begin, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        for stars, days in ((5, 1), (4, 2), (4, 3)):
            reviewed(begin, teacher, stars, ago=timedelta(days=days))
        found = service.instructors_detail(uow, teacher.id).data.instructor
        assert found is not None
        assert (found.rating, found.reviews) == (4.33, 3)
        (row,) = service.instructors_list(uow, limit=1).data.instructors
        assert row.rating == 4.33
        (person,) = service.users_lookup(uow, teacher.id).data.people
        assert person.as_instructor is not None
        assert person.as_instructor.rating == 4.33

    def test_are_unknown_without_reviews(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        found = service.instructors_detail(uow, teacher.id).data.instructor
        assert found is not None
        assert (found.rating, found.reviews) == (None, 0)


class TestInstructorsList:
    def test_pages_from_the_newest_without_gaps(self, uow: Uow, count_statements: Counting) -> None:
        expected = [instructors.profile(uow) for _ in range(5)][::-1]
        seen: list[str] = []
        cursor = None
        while True:
            with count_statements() as statements:
                page = service.instructors_list(uow, limit=2, cursor=cursor)
            assert len(statements) == 5
            seen += [row.instructor_id for row in page.data.instructors]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == sorted(expected, reverse=True)
        assert page.total == 5

    @pytest.mark.parametrize("status", list(InstructorStatus))
    def test_filters_by_the_status_that_it_shows(self, uow: Uow, status: InstructorStatus) -> None:
        instructors.profile(uow)
        onboarding = instructors.profile(uow)
        taught = instructors.catalog_service(uow)
        instructors.offering(uow, onboarding, taught.id)
        live = instructors.live_instructor(uow, open_days=0)
        paused = instructors.live_instructor(uow, open_days=0)
        uow.session.execute(
            instructors.Instructor.__table__.update()
            .where(instructors.Instructor.id == paused.id)
            .values(is_live=False)
        )
        uow.session.expire_all()
        rows = service.instructors_list(uow, status=status).data.instructors
        assert [row.status for row in rows] == [status]
        assert service.instructors_list(uow).total == 4
        assert live.id != paused.id

    def test_calls_nobody_live_whose_account_is_suspended(self, uow: Uow) -> None:
        closed = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        shown = instructors.live_instructor(uow)
        live = service.instructors_list(uow, status=InstructorStatus.LIVE).data.instructors
        assert [one.instructor_id for one in live] == [shown.id]
        paused = service.instructors_list(uow, status=InstructorStatus.PAUSED).data.instructors
        assert [(one.instructor_id, one.status) for one in paused] == [
            (closed.id, InstructorStatus.PAUSED)
        ]
        assert service.instructors_coverage(uow).data.total_instructors == 1
        staff = of_instructors.staff_profile(uow, closed.id)
        assert (staff.status, staff.is_live) == (InstructorStatus.PAUSED, True)

    def test_refuses_names_that_there_are_not(self, uow: Uow) -> None:
        with pytest.raises(CategoryUnknown) as category:
            service.instructors_list(uow, category="musik")
        assert "music" in str(category.value.facts["allowed"])
        instructors.area(uow)
        with pytest.raises(AreaUnknown) as area:
            service.instructors_list(uow, area="Test Sqare")
        assert "Test Square" in str(area.value.facts["allowed"])

    def test_finds_by_any_name_of_an_area(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        area = uow.session.scalars(
            select(DisplayArea).where(DisplayArea.key == instructors.SQUARE)
        ).one()
        for name in (area.key, area.name.upper(), area.borough):
            rows = service.instructors_list(uow, area=name).data.instructors
            assert [row.instructor_id for row in rows] == [teacher.id]


class TestCoverage:
    def test_counts_people_once_and_offerings_each(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        other = instructors.catalog_service(uow, "test-oboe")
        instructors.offering(uow, teacher.id, other.id)
        instructors.live_instructor(uow, open_days=0, live=False)
        found = service.instructors_coverage(uow, limit=1)
        (group,) = found.data.groups
        assert (group.key, group.instructors, group.offerings) == ("test-arts", 1, 2)
        assert (found.data.total_instructors, found.data.total_offerings) == (1, 2)
        everybody = service.instructors_coverage(uow, status=None, limit=1)
        assert everybody.data.groups[0].instructors == 2

    def test_begins_with_the_least(self, uow: Uow) -> None:
        instructors.live_instructor(uow, open_days=0)
        found = service.instructors_coverage(uow, order=Most.LEAST, limit=200)
        assert found.data.groups[-1].key == "test-arts"
        assert found.data.groups[0].instructors == 0
        assert found.data.groups_without_supply == len(found.data.groups) - 1

    @pytest.mark.parametrize("group_by", list(GroupBy))
    def test_needs_two_statements(
        self, uow: Uow, count_statements: Counting, group_by: GroupBy
    ) -> None:
        instructors.live_instructor(uow, open_days=0)
        with count_statements() as seen:
            service.instructors_coverage(uow, group_by=group_by)
        assert len(seen) == 2


class TestCatalogue:
    def test_shows_inactive_services_when_asked(self, uow: Uow) -> None:
        taught = instructors.catalog_service(uow)
        uow.session.get_one(Service, taught.id).is_active = False
        uow.session.flush()
        shown = {
            which: [
                row.slug
                for row in service.services_catalog(
                    uow, category="test-arts", which=which
                ).data.services
            ]
            for which in Catalogued
        }
        assert shown == {
            Catalogued.ACTIVE: [],
            Catalogued.INACTIVE: ["test-theremin"],
            Catalogued.ALL: ["test-theremin"],
        }

    def test_counts_live_instructors_only(self, uow: Uow) -> None:
        instructors.live_instructor(uow, open_days=0)
        instructors.live_instructor(uow, open_days=0, live=False)
        (row,) = service.services_catalog(uow, category="Test-Arts").data.services
        assert row.live_instructors == 1

    def test_needs_few_statements(self, uow: Uow, count_statements: Counting) -> None:
        with count_statements() as seen:
            service.services_catalog(uow, limit=100)
        assert len(seen) == 3
