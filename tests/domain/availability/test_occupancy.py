"""What takes time up: who may, who may not, and what the database refuses by itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import (
    CalendarNotFound,
    FormatClosed,
    NightProtected,
    NotOpen,
    SlotTaken,
    TooSoon,
)
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors
from tests.factories.instructors import LiveInstructor

ONLINE, TRAVEL = LessonFormat.ONLINE, LessonFormat.STUDENT_LOCATION
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def lesson(start: datetime, length: timedelta = HOUR) -> Span:
    return Span(start, start + length)


NOON = lesson(at(16, 16))


def occupy(
    uow: Uow,
    instructor_id: str,
    span: Span,
    *,
    student_id: str | None = None,
    chain_id: str | None = None,
    reference: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    reference = reference or f"booking:{new_id()}"
    service.occupy(
        uow,
        instructor_id=instructor_id,
        student_id=student_id,
        span=span,
        travels=False,
        chain_id=chain_id or new_id(),
        reference=reference,
        expires_at=expires_at,
    )
    return reference


def references(uow: Uow) -> set[str]:
    return set(uow.session.scalars(select(OccupiedTime.reference)))


def ask(
    uow: Uow,
    teacher: LiveInstructor,
    span: Span,
    lesson_format: LessonFormat = ONLINE,
    *,
    student_id: str | None = None,
    chain_id: str | None = None,
) -> None:
    service.require_open(
        uow,
        teacher.id,
        span,
        lesson_format=lesson_format,
        student_id=student_id,
        chain_id=chain_id,
    )


class TestRequireOpen:
    def test_lets_the_whole_open_day_through_to_the_minute(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("09:01-18:01",))
        ask(uow, teacher, Span(at(16, 13, 1), at(16, 22, 1)))
        for span in (Span(at(16, 13), at(16, 15)), Span(at(16, 21), at(16, 22, 2))):
            with pytest.raises(NotOpen):
                ask(uow, teacher, span)

    def test_crosses_midnight_where_both_days_are_open(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("00:00-00:30", "23:30-24:00"))
        ask(uow, teacher, lesson(at(17, 3, 30)))
        with pytest.raises(NotOpen):
            ask(uow, teacher, lesson(at(17, 3, 45)))

    def test_is_exact_on_the_day_the_clocks_skip_an_hour(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        availability.open_day(uow, teacher.id, date(2026, 3, 8), "01:30-03:30")
        early = Uow(session=uow.session, now=datetime(2026, 3, 6, 15, tzinfo=UTC), actor=uow.actor)
        start = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
        ask(early, teacher, lesson(start))
        with pytest.raises(NotOpen):
            ask(early, teacher, lesson(start, timedelta(minutes=61)))

    def test_is_exact_on_the_day_an_hour_happens_twice(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        availability.open_day(uow, teacher.id, date(2026, 11, 1), "01:00-02:00")
        early = Uow(session=uow.session, now=datetime(2026, 10, 30, tzinfo=UTC), actor=uow.actor)
        start = datetime(2026, 11, 1, 5, tzinfo=UTC)
        ask(early, teacher, lesson(start, timedelta(minutes=120)))
        with pytest.raises(NotOpen):
            ask(early, teacher, lesson(start, timedelta(minutes=121)))

    @pytest.mark.parametrize(
        ("lesson_format", "notice"),
        [(ONLINE, 60), (LessonFormat.INSTRUCTOR_LOCATION, 60), (TRAVEL, 180)],
    )
    def test_asks_for_notice(self, uow: Uow, lesson_format: LessonFormat, notice: int) -> None:
        teacher = instructors.live_instructor(uow)
        exact = uow.now + timedelta(minutes=notice)
        ask(uow, teacher, lesson(exact), lesson_format)
        with pytest.raises(TooSoon) as refusal:
            ask(uow, teacher, lesson(exact - timedelta(microseconds=1)), lesson_format)
        assert refusal.value.facts == {"notice_minutes": notice}

    def test_protects_tomorrow_morning_from_20_o_clock_on(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("08:00-18:00",))
        late = Uow(session=uow.session, now=at(16, 0), actor=uow.actor)
        ask(late, teacher, lesson(at(16, 13)))
        with pytest.raises(NightProtected):
            ask(late, teacher, lesson(at(16, 12, 45)))

    @pytest.mark.parametrize(("travels", "pause"), [(False, 15), (True, 60)])
    def test_keeps_the_pause_to_other_lessons(self, uow: Uow, travels: bool, pause: int) -> None:
        teacher = instructors.live_instructor(uow)
        availability.occupied(uow, teacher.id, at(16, 16), at(16, 17), travels=travels)
        gap = timedelta(minutes=pause)
        ask(uow, teacher, lesson(at(16, 17) + gap))
        ask(uow, teacher, lesson(at(16, 15) - gap))
        for start in (at(16, 17) + gap, at(16, 15) - gap + timedelta(minutes=2)):
            with pytest.raises(SlotTaken) as refusal:
                ask(uow, teacher, lesson(start - timedelta(minutes=1)))
            assert refusal.value.facts == {"scope": "instructor"}

    def test_keeps_the_pause_over_midnight(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("00:00-24:00",))
        availability.occupied(uow, teacher.id, at(17, 3), at(17, 4))
        with pytest.raises(SlotTaken):
            ask(uow, teacher, lesson(at(17, 4, 14)))
        ask(uow, teacher, lesson(at(17, 4, 15)))

    def test_refuses_a_student_who_is_elsewhere_but_asks_no_pause(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        other = instructors.live_instructor(uow)
        learner = instructors.person(uow)
        availability.occupied(uow, other.id, at(16, 16), at(16, 17), student_id=learner)
        ask(uow, teacher, lesson(at(16, 17)), student_id=learner)
        with pytest.raises(SlotTaken) as refusal:
            ask(uow, teacher, lesson(at(16, 16, 45)), student_id=learner)
        assert refusal.value.facts == {"scope": "student"}

    def test_does_not_hold_a_lesson_against_itself(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        learner, chain = instructors.person(uow), new_id()
        availability.occupied(
            uow, teacher.id, at(16, 16), at(16, 17), student_id=learner, chain_id=chain
        )
        ask(uow, teacher, lesson(at(16, 16, 30)), student_id=learner, chain_id=chain)

    def test_forgets_holds_that_ended(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        availability.occupied(uow, teacher.id, at(16, 16), at(16, 17), expires_at=uow.now)
        ask(uow, teacher, NOON)

    def test_does_not_know_strangers(self, uow: Uow) -> None:
        with pytest.raises(CalendarNotFound):
            service.require_open(uow, new_id(), NOON, lesson_format=ONLINE)

    def test_takes_two_statements_and_occupying_one_more(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        teacher, learner = instructors.live_instructor(uow), instructors.person(uow)
        with count_statements() as statements:
            ask(uow, teacher, NOON, student_id=learner)
            occupy(uow, teacher.id, NOON, student_id=learner)
        assert len(statements) == 3


class TestTags:
    HOURS = (
        "09:00-12:00",
        "12:00-13:00 online_only",
        "13:00-14:00 no_travel",
        "14:00-15:00 closed",
    )

    @pytest.mark.parametrize(
        ("lesson_format", "start", "formats"),
        [
            (LessonFormat.STUDENT_LOCATION, at(16, 16), ["online"]),
            (LessonFormat.INSTRUCTOR_LOCATION, at(16, 16), ["online"]),
            (LessonFormat.NEUTRAL_LOCATION, at(16, 17), ["instructor_location", "online"]),
            (LessonFormat.INSTRUCTOR_LOCATION, at(16, 15, 1), ["online"]),
            (LessonFormat.ONLINE, at(16, 18), []),
            (LessonFormat.ONLINE, at(16, 17, 1), []),
        ],
    )
    def test_refuse_a_format_with_a_code_of_their_own_and_say_which_would_do(
        self, uow: Uow, lesson_format: LessonFormat, start: datetime, formats: list[str]
    ) -> None:
        teacher = instructors.live_instructor(uow, hours=self.HOURS)
        with pytest.raises(FormatClosed) as refusal:
            ask(uow, teacher, lesson(start), lesson_format)
        assert refusal.value.code == "availability.format_closed"
        assert refusal.value.facts == {"formats": formats}

    @pytest.mark.parametrize(
        ("lesson_format", "start"),
        [
            (LessonFormat.STUDENT_LOCATION, at(16, 15)),
            (LessonFormat.INSTRUCTOR_LOCATION, at(16, 17)),
            (LessonFormat.ONLINE, at(16, 17)),
            (LessonFormat.ONLINE, at(16, 16, 30)),
        ],
    )
    def test_let_a_format_through_to_the_minute(
        self, uow: Uow, lesson_format: LessonFormat, start: datetime
    ) -> None:
        teacher = instructors.live_instructor(uow, hours=self.HOURS)
        ask(uow, teacher, lesson(start), lesson_format)

    def test_say_nothing_of_hours_that_are_closed(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=self.HOURS)
        with pytest.raises(NotOpen) as refusal:
            ask(uow, teacher, lesson(at(16, 18, 15)))
        assert refusal.value.code == "availability.not_open"


class TestOccupy:
    def test_writes_the_span_half_open(self, uow: Uow) -> None:
        teacher, learner = instructors.live_instructor(uow), instructors.person(uow)
        reference = occupy(uow, teacher.id, NOON, student_id=learner)
        row = uow.session.scalars(select(OccupiedTime).filter_by(reference=reference)).one()
        assert (row.span.lower, row.span.upper) == (NOON.start, NOON.end)
        assert (row.span.lower_inc, row.span.upper_inc) == (True, False)
        assert (row.instructor_id, row.student_id) == (teacher.id, learner)
        assert (row.travels, row.expires_at) == (False, None)

    @pytest.mark.parametrize("party", ["instructor", "student"])
    def test_is_refused_by_the_database_for_either_side(self, begin: Begin, party: str) -> None:
        with begin(SYSTEM) as uow:
            teacher, other = instructors.live_instructor(uow), instructors.live_instructor(uow)
            learner, someone = instructors.person(uow), instructors.person(uow)
            kept = occupy(uow, teacher.id, NOON, student_id=learner)
        again = (teacher.id, someone) if party == "instructor" else (other.id, learner)
        with pytest.raises(SlotTaken) as refusal, begin(SYSTEM) as uow:
            occupy(uow, again[0], lesson(at(16, 16, 59)), student_id=again[1])
        assert refusal.value.code == "availability.slot_taken"
        assert refusal.value.facts == {"scope": party}
        with begin(SYSTEM) as uow:
            assert references(uow) == {kept}
            occupy(uow, again[0], lesson(at(16, 17)), student_id=again[1])

    def test_replaces_holds_that_ended(self, uow: Uow) -> None:
        teacher, learner = instructors.live_instructor(uow), instructors.person(uow)
        occupy(uow, teacher.id, NOON, expires_at=uow.now)
        apart = occupy(uow, teacher.id, lesson(at(16, 20)), expires_at=uow.now)
        reference = occupy(uow, teacher.id, NOON, student_id=learner)
        assert references(uow) == {apart, reference}

    def test_lets_a_lesson_move_over_itself(self, uow: Uow) -> None:
        teacher, chain = instructors.live_instructor(uow), new_id()
        occupy(uow, teacher.id, NOON, chain_id=chain)
        occupy(uow, teacher.id, lesson(at(16, 16, 30)), chain_id=chain)

    def test_can_be_taken_back(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        reference = occupy(uow, teacher.id, NOON)
        service.release(uow, reference)
        service.release(uow, reference)
        assert references(uow) == set()
        occupy(uow, teacher.id, NOON)
