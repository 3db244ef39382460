"""Lists of reviews, and what they come to."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from instainstru_core.domains.instructors.errors import InstructorNotFound
from instainstru_core.domains.instructors.schemas import ListingFilters
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.schemas import AnswerReview, ReviewFilters, WriteReview
from instainstru_core.domains.reviews.types import ReviewState
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock
from tests.factories import reviews
from tests.factories.bookings import student_actor
from tests.factories.instructors import LiveInstructor, live_instructor

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def maya(begin: Begin) -> LiveInstructor:
    with begin(SYSTEM) as uow:
        return live_instructor(uow, open_days=0)


class TestThePublicList:
    def test_goes_page_by_page_newest_first(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        ids: list[str] = []
        for place in range(5):
            ids.append(reviews.reviewed(begin, maya, 1 + place).id)
            if place % 2:
                clock.advance(timedelta(minutes=1))
        newest_first = ids[::-1]
        seen: list[str] = []
        cursor: str | None = None
        with begin(ANONYMOUS) as uow:
            for _ in range(3):
                page = service.public_list(uow, maya.id, cursor=cursor, limit=2)
                seen += [one.id for one in page.items]
                cursor = page.next_cursor
        assert (seen, cursor) == (newest_first, None)

    def test_repeats_and_skips_nothing_when_somebody_writes_meanwhile(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        old = [reviews.reviewed(begin, maya).id for _ in range(3)][::-1]
        with begin(ANONYMOUS) as uow:
            first = service.public_list(uow, maya.id, limit=2)
        clock.advance(timedelta(seconds=1))
        reviews.reviewed(begin, maya)
        with begin(ANONYMOUS) as uow:
            second = service.public_list(uow, maya.id, cursor=first.next_cursor, limit=2)
        assert [one.id for one in (*first.items, *second.items)] == old

    def test_takes_two_statements_however_many_there_are(
        self, begin: Begin, maya: LiveInstructor, count_statements: Counting
    ) -> None:
        for _ in range(7):
            reviews.reviewed(begin, maya)
        with begin(ANONYMOUS) as uow, count_statements() as statements:
            found = service.public_list(uow, maya.slug)
        assert len(found.items) == 7
        assert len(statements) == 2

    def test_tells_no_last_name_and_nothing_of_the_lesson_itself(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        reviews.reviewed(begin, maya)
        with begin(ANONYMOUS) as uow:
            (shown,) = service.public_list(uow, maya.id).items
        assert set(shown.model_dump()) == {
            "id",
            "stars",
            "text",
            "student_name",
            "service_id",
            "service_name",
            "written_at",
            "edited_at",
            "response",
        }
        assert "Marlow" not in shown.model_dump_json()

    def test_is_narrowed_by_stars_and_service(self, begin: Begin, maya: LiveInstructor) -> None:
        low, high = reviews.reviewed(begin, maya, 1), reviews.reviewed(begin, maya, 5)
        with begin(ANONYMOUS) as uow:
            page = service.public_list(uow, maya.id, limit=1)
            assert [one.id for one in service.public_list(uow, maya.id, stars=1).items] == [low.id]
            assert service.public_list(uow, maya.id, service_id=maya.service_id).items[0].id == (
                high.id
            )
            assert service.public_list(uow, maya.id, service_id=maya.id).items == []
            with pytest.raises(BadCursor):
                service.public_list(uow, maya.id, stars=1, cursor=page.next_cursor)

    def test_is_of_those_who_can_be_booked(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            hidden = live_instructor(uow, live=False, open_days=0)
        for call in (service.public_list, service.rating, service.rated_profile):
            with pytest.raises(InstructorNotFound), begin(ANONYMOUS) as uow:
                call(uow, hidden.id)


class TestOtherLists:
    def test_show_students_what_they_wrote(self, begin: Begin, maya: LiveInstructor) -> None:
        mine, other = reviews.reviewed(begin, maya), reviews.reviewed(begin, maya)
        with begin(reviews.author_of(begin, mine.id)) as uow:
            assert [one.id for one in service.written(uow).items] == [mine.id]
            assert service.written(uow, booking_id=mine.booking_id).items[0].id == mine.id
            assert service.written(uow, booking_id=other.booking_id).items == []
        with pytest.raises(PermissionMissing), begin(ANONYMOUS) as uow:
            service.written(uow)

    def test_show_instructors_what_they_have_to_answer(
        self, begin: Begin, maya: LiveInstructor, count_statements: Counting
    ) -> None:
        open_one, answered = reviews.reviewed(begin, maya), reviews.reviewed(begin, maya)
        with begin(maya.actor) as uow:
            service.answer(uow, answered.id, AnswerReview(text="Thank you!"))
        with begin(maya.actor) as uow, count_statements() as statements:
            assert [one.id for one in service.received(uow).items] == [answered.id, open_one.id]
        assert len(statements) == 1
        with begin(maya.actor) as uow:
            assert [one.id for one in service.received(uow, unanswered=True).items] == [open_one.id]
        with pytest.raises(PermissionMissing), begin(ANONYMOUS) as uow:
            service.received(uow)

    def test_show_staff_everything(
        self, begin: Begin, maya: LiveInstructor, count_statements: Counting
    ) -> None:
        with begin(SYSTEM) as uow:
            other = live_instructor(uow, open_days=0)
        gone, low = reviews.reviewed(begin, maya, 2), reviews.reviewed(begin, other, 1)
        author = reviews.author_of(begin, gone.id)
        with begin(author) as uow:
            service.withdraw(uow, gone.id)
        with begin(SYSTEM) as uow, count_statements() as statements:
            assert [one.id for one in service.listing(uow, ReviewFilters()).items] == [
                low.id,
                gone.id,
            ]
        assert len(statements) == 1
        for filters, expected in (
            (ReviewFilters(state=ReviewState.WITHDRAWN), gone),
            (ReviewFilters(instructor_id=other.id), low),
            (ReviewFilters(student_id=author.id), gone),
            (ReviewFilters(booking_id=low.booking_id), low),
            (ReviewFilters(stars=1), low),
        ):
            with begin(SYSTEM) as uow:
                (found,) = service.listing(uow, filters).items
                assert found == service.review(uow, expected.id)
        with pytest.raises(PermissionMissing), begin(author) as uow:
            service.listing(uow, ReviewFilters())
        with pytest.raises(PermissionMissing), begin(author) as uow:
            service.review(uow, low.id)


class TestRating:
    def test_sums_up_stars_and_services(
        self, begin: Begin, maya: LiveInstructor, count_statements: Counting
    ) -> None:
        for number in (5, 5, 4):
            reviews.reviewed(begin, maya, number)
        with begin(ANONYMOUS) as uow, count_statements() as statements:
            found = service.rating(uow, maya.id)
        assert len(statements) == 4
        assert (found.count, found.mean) == (3, 4.67)
        assert found.weighted_mean == 4.67
        assert [(one.stars, one.count) for one in found.distribution] == [
            (5, 2),
            (4, 1),
            (3, 0),
            (2, 0),
            (1, 0),
        ]
        (only,) = found.services
        assert (only.service_id, only.count, only.mean) == (maya.service_id, 3, 4.67)

    def test_is_pulled_towards_what_everybody_gets(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        with begin(SYSTEM) as uow:
            other = live_instructor(uow, open_days=0)
            assert service.overall_mean(uow) == 4.2
            assert service.rating(uow, maya.id).weighted_mean == 4.2
        for number in (1, 2, 3):
            reviews.reviewed(begin, other, number)
        reviews.reviewed(begin, maya, 4)
        with begin(SYSTEM) as uow:
            assert service.overall_mean(uow) == 2.5
            assert service.rating(uow, maya.id).weighted_mean == 2.75
            assert service.rating(uow, other.id).weighted_mean == 2.31

    def test_stands_beside_what_instructors_teach(
        self, begin: Begin, maya: LiveInstructor, count_statements: Counting
    ) -> None:
        with begin(SYSTEM) as uow:
            new = live_instructor(uow, open_days=0)
        reviews.reviewed(begin, maya, 3)
        with begin(ANONYMOUS) as uow, count_statements() as statements:
            page = service.rated_listing(uow, ListingFilters())
        assert len(statements) == 4
        assert {card.id: card.rating.model_dump() for card in page.items} == {
            maya.id: {"count": 1, "mean": 3.0},
            new.id: {"count": 0, "mean": None},
        }
        with begin(ANONYMOUS) as uow, count_statements() as statements:
            profile = service.rated_profile(uow, maya.slug)
        assert len(statements) == 5
        assert (profile.rating.mean, profile.timezone) == (3.0, "America/New_York")

    def test_counts_each_student_as_often_as_they_took_a_lesson(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        with begin(SYSTEM) as uow:
            first = reviews.taken(uow, maya, ago=timedelta(days=3))
            second = reviews.taken(uow, maya, student_id=first.student_id)
            ids, author = (first.id, second.id), student_actor(first.student_id)
        with begin(author) as uow:
            for booking_id in ids:
                service.publish(uow, WriteReview(booking_id=booking_id, stars=5))
            assert service.rating(uow, maya.id).count == 2
