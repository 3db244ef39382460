"""Calendars that several change at the same instant, with real commits."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import TypeAlias

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import sessionmaker

from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import BlackedOut, SlotTaken, WeekChanged
from instainstru_core.domains.availability.models import (
    AvailabilityDay,
    AvailabilityWeek,
    OccupiedTime,
)
from instainstru_core.domains.availability.schemas import (
    AddBlackouts,
    AddedBlackoutsView,
    ApplyPattern,
    DayHours,
    FilledView,
    Hours,
    SavedWeekView,
    SaveWeek,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow, begin_with
from instainstru_core.runtime import Runtime
from tests.factories import availability, instructors
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.together import at_once

NEXT_MONDAY = date(2026, 6, 22)
NOON = datetime(2026, 6, 16, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
HELD, TAUGHT = "booking:held", "booking:taught"
Begins: TypeAlias = Callable[[timedelta], AbstractContextManager[Uow]]


@dataclass(frozen=True, slots=True)
class Sides:
    """Nina, who learns with Maya and teaches somebody else."""

    begins: Begins
    maya: str
    nina: str
    learner: str

    def occupy(self, uow: Uow, teacher: str, learner: str, name: str, **more: datetime) -> None:
        service.occupy(
            uow,
            instructor_id=teacher,
            student_id=learner,
            span=Span(NOON, NOON + HOUR),
            travels=False,
            chain_id=new_id(),
            reference=name,
            **more,
        )

    def book(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Book Nina as a teacher, at the very end of the hold; in between, something happens."""
        span = Span(NOON, NOON + HOUR)
        with self.begins(timedelta(0)) as uow:
            service.require_open(
                uow, self.nina, span, lesson_format=LessonFormat.ONLINE, student_id=self.learner
            )
            meanwhile()
            self.occupy(uow, self.nina, self.learner, TAUGHT)


def somebody_waits(runtime: Runtime) -> bool:
    """Whether a connection waits for a lock that another one has."""
    with runtime.engine.connect() as connection:
        query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(connection.execute(query).scalar_one())


def saving(runtime: Runtime, actor: Actor, day: date, version: int) -> Callable[[], SavedWeekView]:
    hours = [Hours(start="09:00", end="12:00")]
    command = SaveWeek(version=version, days=[DayHours(day=day, hours=hours)], clear_existing=False)

    def save() -> SavedWeekView:
        with runtime.begin(actor) as uow:
            return service.save_week(uow, NEXT_MONDAY, command)

    return save


def occupying(
    runtime: Runtime, instructor_id: str, student_id: str, start: datetime, *, asks: bool
) -> Callable[[], str]:
    span, reference = Span(start, start + HOUR), f"booking:{new_id()}"

    def occupy() -> str:
        with runtime.begin(SYSTEM) as uow:
            if asks:
                service.require_open(
                    uow,
                    instructor_id,
                    span,
                    lesson_format=LessonFormat.ONLINE,
                    student_id=student_id,
                )
            service.occupy(
                uow,
                instructor_id=instructor_id,
                student_id=student_id,
                span=span,
                travels=False,
                chain_id=new_id(),
                reference=reference,
            )
        return reference

    return occupy


def references(runtime: Runtime) -> list[str]:
    with runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(select(OccupiedTime.reference)))


class TestTwoWeekSaves:
    @pytest.mark.parametrize("version", [0, 1])
    def test_end_in_one_refusal_and_nothing_lost(
        self, committed_runtime: Runtime, version: int
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = instructors.instructor_actor(instructors.profile(uow))
        sunday = NEXT_MONDAY + timedelta(days=6)
        for before in range(version):
            saving(committed_runtime, maya, sunday, before)()
        days = [NEXT_MONDAY + timedelta(days=offset) for offset in range(4)]
        answers = at_once([saving(committed_runtime, maya, day, version) for day in days])
        (won,) = [each for each in answers if isinstance(each, SavedWeekView)]
        assert won.version == version + 1
        refused = [each for each in answers if isinstance(each, WeekChanged)]
        told = {"monday": "2026-06-22", "current_version": version + 1}
        assert [each.facts for each in refused] == [told] * 3
        with committed_runtime.begin(SYSTEM) as uow:
            query = select(AvailabilityDay.day, AvailabilityDay.bits)
            stored = {row.day: row.bits for row in uow.session.execute(query)}
            assert uow.session.scalars(select(AvailabilityWeek.version)).one() == version + 1
        kept = [sunday] * version
        assert stored == dict.fromkeys([*won.changed_days, *kept], availability.bits("09:00-12:00"))


class TestTwoWaysToChangeDays:
    """Whichever comes second is refused and loses nothing of the first, or sees all of it."""

    @pytest.fixture
    def maya(self, committed_runtime: Runtime) -> Actor:
        with committed_runtime.begin(SYSTEM) as uow:
            actor = instructors.instructor_actor(instructors.profile(uow))
            availability.open_day(uow, actor.id or "", NEXT_MONDAY, "09:00-12:00")
        return actor

    def stored(self, runtime: Runtime) -> tuple[dict[date, bytes], dict[date, int]]:
        with runtime.begin(SYSTEM) as uow:
            days = uow.session.execute(select(AvailabilityDay.day, AvailabilityDay.bits))
            weeks = uow.session.execute(select(AvailabilityWeek.monday, AvailabilityWeek.version))
            return {row.day: row.bits for row in days}, {row.monday: row.version for row in weeks}

    def test_a_sunday_night_and_a_save_of_the_week_after(
        self, committed_runtime: Runtime, maya: Actor
    ) -> None:
        sunday, after = NEXT_MONDAY + timedelta(days=6), NEXT_MONDAY + timedelta(days=7)
        night = [DayHours(day=sunday, hours=[Hours(start="23:00", end="01:00")])]
        morning = [DayHours(day=after, hours=[Hours(start="09:00", end="12:00")])]

        def save(monday: date, days: list[DayHours]) -> Callable[[], SavedWeekView]:
            command = SaveWeek(version=0, days=days, clear_existing=False)

            def run() -> SavedWeekView:
                with committed_runtime.begin(maya) as uow:
                    return service.save_week(uow, monday, command)

            return run

        answers = at_once([save(NEXT_MONDAY, night), save(after, morning)])
        won = [each for each in answers if isinstance(each, SavedWeekView)]
        refused = [each for each in answers if isinstance(each, WeekChanged)]
        days, versions = self.stored(committed_runtime)
        if refused:
            (kept,) = won
            assert versions == dict.fromkeys({kept.monday, after}, 1)
        else:
            assert days[after] == availability.bits("00:00-01:00", "09:00-12:00")
            assert versions == {NEXT_MONDAY: 1, after: 2}

    def test_a_pattern_and_a_save_of_a_week_in_it(
        self, committed_runtime: Runtime, maya: Actor
    ) -> None:
        after = NEXT_MONDAY + timedelta(days=7)
        pattern = ApplyPattern(monday=NEXT_MONDAY, first=after, last=after + timedelta(days=20))

        def fill() -> FilledView:
            with committed_runtime.begin(maya) as uow:
                return service.apply_pattern(uow, pattern)

        def save() -> SavedWeekView:
            tuesday = DayHours(
                day=after + timedelta(days=1), hours=[Hours(start="14:00", end="15:00")]
            )
            command = SaveWeek(version=0, days=[tuesday], clear_existing=False)
            with committed_runtime.begin(maya) as uow:
                return service.save_week(uow, after, command)

        answers = at_once([fill, save])
        refused = [each for each in answers if isinstance(each, WeekChanged)]
        days, versions = self.stored(committed_runtime)
        filled = any(isinstance(each, FilledView) for each in answers)
        saved = any(isinstance(each, SavedWeekView) for each in answers)
        assert filled + saved + len(refused) == 2
        assert filled or saved
        assert versions[after] == filled + saved
        if filled:
            assert days[after] == days[after + timedelta(days=14)] == days[NEXT_MONDAY]
        else:
            assert after + timedelta(days=7) not in versions

    def test_a_blackout_names_the_lesson_that_is_being_booked(
        self, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
            learner = instructors.person(uow)

        def black_out() -> AddedBlackoutsView:
            with committed_runtime.begin(teacher.actor) as uow:
                return service.add_blackouts(uow, AddBlackouts(first=NOON.date()))

        book = occupying(committed_runtime, teacher.id, learner, NOON, asks=True)
        view, booked = at_once([black_out, book])
        assert isinstance(view, AddedBlackoutsView)
        if isinstance(booked, str):
            assert [f"booking:{each.booking_id}" for each in view.staying] == [booked]
        else:
            assert isinstance(booked, BlackedOut)
            assert view.staying == []


class TestOneSlot:
    @pytest.mark.parametrize("asks", [True, False])
    def test_goes_to_one_of_five_students(self, committed_runtime: Runtime, asks: bool) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
            learners = [instructors.person(uow) for _ in range(5)]
        answers = at_once(
            [
                occupying(committed_runtime, teacher.id, learner, NOON, asks=asks)
                for learner in learners
            ]
        )
        (won,) = [each for each in answers if isinstance(each, str)]
        assert sum(isinstance(each, SlotTaken) for each in answers) == 4
        assert references(committed_runtime) == [won]

    @pytest.mark.parametrize("asks", [True, False])
    def test_of_one_student_goes_to_one_of_five_instructors(
        self, committed_runtime: Runtime, asks: bool
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            teachers = [instructors.live_instructor(uow).id for _ in range(5)]
            learner = instructors.person(uow)
        answers = at_once(
            [
                occupying(committed_runtime, teacher, learner, NOON, asks=asks)
                for teacher in teachers
            ]
        )
        (won,) = [each for each in answers if isinstance(each, str)]
        assert sum(isinstance(each, SlotTaken) for each in answers) == 4
        assert references(committed_runtime) == [won]


class TestNeighboringSlots:
    def test_cannot_both_be_taken_inside_the_pause(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
            one, other = instructors.person(uow), instructors.person(uow)
        close = NOON + HOUR + timedelta(minutes=14)
        answers = at_once(
            [
                occupying(committed_runtime, teacher.id, one, NOON, asks=True),
                occupying(committed_runtime, teacher.id, other, close, asks=True),
            ]
        )
        (won,) = [each for each in answers if isinstance(each, str)]
        assert sum(isinstance(each, SlotTaken) for each in answers) == 1
        assert references(committed_runtime) == [won]


class TestAHoldThatIsKeptAsItEnds:
    """Nina learns with Maya; the hold of her checkout ends, and somebody books Nina as a teacher.

    The constraints of the database do not compare somebody's sides, nor do they know pauses.
    """

    ENDS_AT = NOON - timedelta(hours=20)

    @pytest.fixture
    def begins(self, committed_runtime: Runtime) -> Begins:
        """Begins a transaction, on a connection of its own, so long after the hold's end."""
        sessions = sessionmaker(committed_runtime.engine, expire_on_commit=False)
        return lambda after: begin_with(sessions, lambda: self.ENDS_AT + after)(SYSTEM)

    @pytest.fixture
    def nina(self, committed_runtime: Runtime, begins: Begins) -> Sides:
        with committed_runtime.begin(SYSTEM) as uow:
            maya, nina = (instructors.live_instructor(uow).id for _ in range(2))
            sides = Sides(begins, maya, nina, instructors.person(uow))
        with begins(-HOUR) as uow:
            sides.occupy(uow, maya, nina, HELD, expires_at=self.ENDS_AT)
        return sides

    def test_is_seen_by_whoever_books_in_that_instant(
        self, committed_runtime: Runtime, nina: Sides
    ) -> None:
        booked: list[object] = []

        def book() -> None:
            try:
                nina.book()
            except SlotTaken as refusal:
                booked.append(refusal)

        other = Thread(target=book)
        with nina.begins(-TICK) as uow:
            assert service.keep(uow, HELD, people=(nina.maya, nina.nina))
            other.start()
            wait_until(lambda: somebody_waits(committed_runtime))
        other.join(PATIENCE_SECONDS)

        assert [type(one) for one in booked] == [SlotTaken]
        assert references(committed_runtime) == [HELD]

    def test_is_gone_where_somebody_booked_first(
        self, committed_runtime: Runtime, nina: Sides
    ) -> None:
        kept: list[bool] = []

        def keep() -> None:
            with nina.begins(-TICK) as uow:
                kept.append(service.keep(uow, HELD, people=(nina.maya, nina.nina)))

        other = Thread(target=keep)

        def meanwhile() -> None:
            other.start()
            wait_until(lambda: somebody_waits(committed_runtime))

        nina.book(meanwhile)
        other.join(PATIENCE_SECONDS)

        assert kept == [False]
        assert references(committed_runtime) == [TAUGHT]
