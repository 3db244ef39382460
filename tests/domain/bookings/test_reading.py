"""Looking at bookings: whose, in what order, and what each side is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.errors import BookingNotFound
from instainstru_core.domains.bookings.schemas import BookingView
from instainstru_core.domains.bookings.types import BookingStatus, OwnSide, Side, When
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import Actor, ActorKind, Permission, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor, Page, encode_cursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import booking, student
from tests.factories.instructors import LiveInstructor, instructor_actor, live_instructor

Counting = Callable[[], AbstractContextManager[list[str]]]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STAFF = Actor(id=new_id(), permissions=frozenset({Permission.BOOKINGS_READ_ANY}))


def listed(
    begin: Begin,
    actor: Actor,
    *,
    side: OwnSide = Side.STUDENT,
    when: When = When.ALL,
    statuses: tuple[BookingStatus, ...] = (),
) -> list[str]:
    with begin(actor) as theirs:
        page = service.listing(theirs, side=side, when=when, statuses=statuses)
    return [item.id for item in page.items]


class TestListing:
    def test_shows_ones_own_lessons_of_one_side_only(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        mine = booking(uow, teacher=teacher, student_id=jonas.id)
        booking(uow, teacher=live_instructor(uow), starts_at=uow.now + 2 * DAY)

        assert listed(begin, jonas) == [mine.id]
        assert listed(begin, jonas, side=Side.INSTRUCTOR) == []
        assert listed(begin, teacher.actor, side=Side.INSTRUCTOR) == [mine.id]
        assert listed(begin, teacher.actor) == []

    def test_tells_upcoming_from_past_by_the_end(
        self, begin: Begin, uow: Uow, jonas: Actor
    ) -> None:
        ended = booking(uow, student_id=jonas.id, starts_at=uow.now - 2 * HOUR, minutes=120)
        running = booking(uow, student_id=jonas.id, starts_at=uow.now, minutes=30)
        coming = booking(uow, student_id=jonas.id, starts_at=uow.now + DAY)

        assert listed(begin, jonas, when=When.UPCOMING) == [running.id, coming.id]
        assert listed(begin, jonas, when=When.PAST) == [ended.id]
        assert listed(begin, jonas) == [coming.id, running.id, ended.id]

    def test_leaves_what_will_not_happen_out_of_what_is_to_come(
        self, begin: Begin, uow: Uow, jonas: Actor
    ) -> None:
        cancelled = booking(uow, student_id=jonas.id, status=BookingStatus.CANCELLED)
        coming = booking(uow, student_id=jonas.id, starts_at=uow.now + 2 * DAY)

        assert listed(begin, jonas, when=When.UPCOMING) == [coming.id]
        wanted = (BookingStatus.CANCELLED,)
        assert listed(begin, jonas, when=When.UPCOMING, statuses=wanted) == [cancelled.id]
        assert listed(begin, jonas, statuses=wanted) == [cancelled.id]

    @pytest.mark.parametrize("when", [When.UPCOMING, When.ALL])
    def test_pages_without_gap_or_repeat(
        self, begin: Begin, uow: Uow, jonas: Actor, when: When
    ) -> None:
        teachers = [live_instructor(uow) for _ in range(3)]
        rows = [
            booking(uow, teacher=one, student_id=new_student, starts_at=uow.now + days * DAY)
            for days in (1, 2)
            for one in teachers
            for new_student in [student(uow).id]
        ]
        for row in rows:
            row.student_id = jonas.id or ""
        uow.session.flush()
        key = sorted(rows, key=lambda row: (row.starts_at, row.id), reverse=when is When.ALL)

        found: list[str] = []
        cursor: str | None = None
        sizes: list[int] = []
        while cursor is not None or not sizes:
            with begin(jonas) as theirs:
                page = service.listing(theirs, side=Side.STUDENT, when=when, cursor=cursor, limit=4)
            found += [item.id for item in page.items]
            sizes.append(len(page.items))
            cursor = page.next_cursor
        assert found == [row.id for row in key]
        assert sizes == [4, 2]

    def test_takes_one_statement_however_long_it_is(
        self, begin: Begin, uow: Uow, jonas: Actor, count_statements: Counting
    ) -> None:
        for day in range(1, 6):
            booking(uow, student_id=jonas.id, starts_at=uow.now + day * DAY)

        with count_statements() as seen, begin(jonas) as theirs:
            page = service.listing(theirs, side=Side.STUDENT)

        assert (len(page.items), len(seen)) == (5, 1)

    def test_refuses_the_cursor_of_another_list(self, begin: Begin, uow: Uow, jonas: Actor) -> None:
        for day in (1, 2):
            booking(uow, student_id=jonas.id, starts_at=uow.now + day * DAY)
        with begin(jonas) as theirs:
            cursor = service.listing(theirs, side=Side.STUDENT, limit=1).next_cursor

        with begin(jonas) as theirs, pytest.raises(BadCursor):
            service.listing(theirs, side=Side.STUDENT, when=When.PAST, cursor=cursor)

    def test_refuses_a_cursor_that_holds_no_instant(self, begin: Begin, jonas: Actor) -> None:
        forged = encode_cursor(("yesterday", new_id()), scope=f"bookings:{jonas.id}:student:all:")

        with begin(jonas) as theirs, pytest.raises(BadCursor):
            service.listing(theirs, side=Side.STUDENT, cursor=forged)

    def test_is_for_people_with_bookings(self, begin: Begin) -> None:
        with begin(STAFF) as theirs, pytest.raises(PermissionMissing):
            service.listing(theirs, side=Side.STUDENT)

    def test_tells_each_side_its_own_money(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        booking(uow, teacher=teacher, student_id=jonas.id)

        def only(page: Page[BookingView]) -> BookingView:
            (item,) = page.items
            return item

        with begin(jonas) as theirs:
            paid = only(service.listing(theirs, side=Side.STUDENT))
        with begin(teacher.actor) as theirs:
            earned = only(service.listing(theirs, side=Side.INSTRUCTOR))
        assert (paid.lesson_price_cents, paid.student_fee_cents, paid.total_cents) == (
            12_000,
            1440,
            13_440,
        )
        assert (paid.instructor_fee_cents, paid.payout_cents) == (None, None)
        assert (earned.student_fee_cents, earned.total_cents) == (None, None)
        assert (earned.instructor_fee_cents, earned.payout_cents) == (1800, 10_200)


class TestDetail:
    @pytest.fixture
    def at_home(self, uow: Uow, teacher: LiveInstructor, jonas: Actor) -> str:
        return booking(
            uow,
            teacher=teacher,
            student_id=jonas.id,
            place="9 Fillmore Street",
            latitude=40.41,
            longitude=-73.79,
            student_note="The second bell.",
        ).id

    def test_shows_both_sides_the_address_and_the_other_by_first_name(
        self, begin: Begin, teacher: LiveInstructor, jonas: Actor, at_home: str
    ) -> None:
        for actor in (jonas, teacher.actor):
            with begin(actor) as theirs:
                seen = service.detail(theirs, at_home)
            assert (seen.student_name, seen.instructor_name) == ("Jonas L.", "Maya O.")
            assert (seen.place, seen.latitude, seen.longitude) == (
                "9 Fillmore Street",
                40.41,
                -73.79,
            )
            assert seen.student_note == "The second bell."

    def test_tells_the_instructor_the_tier_and_the_student_not(
        self, begin: Begin, teacher: LiveInstructor, jonas: Actor, at_home: str
    ) -> None:
        with begin(teacher.actor) as theirs:
            earned = service.detail(theirs, at_home)
        with begin(jonas) as theirs:
            paid = service.detail(theirs, at_home)

        assert (earned.instructor_tier, earned.instructor_fee_rate) == (Tier.ENTRY, 0.15)
        assert (paid.instructor_tier, paid.instructor_fee_rate) == (None, None)

    def test_shows_staff_all_the_money_and_no_address(self, begin: Begin, at_home: str) -> None:
        with begin(STAFF) as theirs:
            seen = service.detail(theirs, at_home)

        assert seen.seen_as is Side.STAFF
        assert (seen.total_cents, seen.payout_cents) == (13_440, 10_200)
        assert (seen.place, seen.latitude, seen.longitude, seen.student_note) == (None,) * 4

    def test_does_not_exist_for_others(self, begin: Begin, uow: Uow, at_home: str) -> None:
        with begin(student(uow)) as theirs, pytest.raises(BookingNotFound):
            service.detail(theirs, at_home)

    def test_does_not_exist_for_a_service_that_is_named_like_a_student(
        self, begin: Begin, jonas: Actor, at_home: str
    ) -> None:
        disguised = Actor(id=jonas.id, kind=ActorKind.SERVICE, permissions=jonas.permissions)

        with begin(disguised) as theirs, pytest.raises(BookingNotFound):
            service.detail(theirs, at_home)

    def test_takes_one_statement(
        self, begin: Begin, jonas: Actor, at_home: str, count_statements: Counting
    ) -> None:
        with count_statements() as seen, begin(jonas) as theirs:
            service.detail(theirs, at_home)

        assert len(seen) == 1


class TestACheckoutThatCameToNothing:
    def test_is_hidden_from_the_instructor_and_shown_to_the_student(
        self, uow: Uow, begin: Begin, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        booking(uow, teacher=teacher, student_id=jonas.id, status=BookingStatus.PAYMENT_FAILED)
        with begin(instructor_actor(teacher.id)) as theirs:
            hers = service.listing(theirs, side=Side.INSTRUCTOR).items
        with begin(jonas) as his:
            own = service.listing(his, side=Side.STUDENT).items
        assert (hers, [found.status for found in own]) == ([], [BookingStatus.PAYMENT_FAILED])
