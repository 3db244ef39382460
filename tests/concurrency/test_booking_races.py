"""Bookings at the same instant: a real server on a socket, real commits, many people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from api.app import create_app
from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, headers_for, write_user
from tests.factories.instructors import LiveInstructor, live_instructor
from tests.serving import serving
from tests.together import at_once

PATH = "/api/v1/bookings"
ILL = {"reason": "I am ill."}
NOWHERE = "redis://127.0.0.1:1/0"


@dataclass(frozen=True)
class Market:
    """A server, and people who ask it things."""

    runtime: Runtime
    url: str

    def student(self) -> Headers:
        return headers_for(self.runtime, write_user(self.runtime, Role.STUDENT))

    def teacher(self) -> LiveInstructor:
        with self.runtime.begin(SYSTEM) as uow:
            return live_instructor(uow)

    def posting(
        self, path: str, body: dict[str, Any], headers: Headers
    ) -> Callable[[], httpx.Response]:
        return lambda: httpx.post(f"{self.url}{path}", json=body, headers=headers)

    def booking(
        self, teacher: LiveInstructor, who: Headers, **changes: Any
    ) -> Callable[[], httpx.Response]:
        wish = {
            "offering_id": teacher.offering_id,
            "format": "online",
            "starts_local": "2026-06-18T16:00:00",
            "duration_minutes": 60,
        }
        return self.posting(PATH, wish | changes, who)

    def booked(self, teacher: LiveInstructor, who: Headers) -> str:
        answer = self.booking(teacher, who)()
        assert answer.status_code == 201
        booking_id: str = answer.json()["id"]
        return booking_id

    def cancelling(self, booking_id: str, who: Headers) -> Callable[[], httpx.Response]:
        return self.posting(f"{PATH}/{booking_id}/cancel", ILL, who)

    def bookings(self) -> dict[BookingStatus, int]:
        query = select(Booking.status, func.count()).group_by(Booking.status)
        with self.runtime.begin(SYSTEM) as uow:
            return {row.status: row[1] for row in uow.session.execute(query)}

    def occupied(self) -> list[str]:
        with self.runtime.begin(SYSTEM) as uow:
            return list(uow.session.scalars(select(OccupiedTime.reference)))

    def facts(self) -> list[str]:
        with self.runtime.begin(SYSTEM) as uow:
            return list(uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id)))


@pytest.fixture
def market(committed_runtime: Runtime) -> Iterator[Market]:
    with serving(create_app(committed_runtime)) as url:
        yield Market(committed_runtime, url)


@pytest.fixture(params=["redis up", "redis down"])
def either_market(request: pytest.FixtureRequest, committed_runtime: Runtime) -> Iterator[Market]:
    """With the mutex that keeps others away early, and with the database alone."""
    runtime = committed_runtime
    if request.param == "redis down":
        runtime = replace(runtime, mutex=RedisMutex(NOWHERE))
    with serving(create_app(runtime)) as url:
        yield Market(runtime, url)


def together(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The answers, in the order of the calls."""
    answers = at_once(calls)
    assert not any(isinstance(answer, Refusal) for answer in answers)
    return [answer for answer in answers if isinstance(answer, httpx.Response)]


def outcomes(answers: list[httpx.Response]) -> list[tuple[int, str | None]]:
    """Statuses and codes, lowest first."""
    return sorted((answer.status_code, answer.json().get("code")) for answer in answers)


def finished(answer: httpx.Response, again: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer; whoever was told that somebody else is at it asks again, as told."""
    if answer.status_code == 409 and answer.json()["code"] == "in_progress":
        assert int(answer.headers["Retry-After"]) >= 1
        return again()
    return answer


class TestOneSlot:
    def test_goes_to_one_of_two_students(self, market: Market) -> None:
        teacher = market.teacher()
        students = [market.student(), market.student()]

        answers = together(*(market.booking(teacher, who) for who in students))

        assert outcomes(answers) == [(201, None), (409, "availability.slot_taken")]
        (won,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert market.bookings() == {BookingStatus.PENDING: 1}
        assert market.occupied() == [f"booking:{won}"]
        assert market.facts() == ["BookingCreated"]

    def test_goes_to_one_of_eight_who_want_parts_of_it(self, market: Market) -> None:
        teacher = market.teacher()
        starts = [f"2026-06-18T{hour}:{minute}:00" for hour in (14, 15) for minute in (30, 45)]
        calls = [
            market.booking(teacher, market.student(), starts_local=start, duration_minutes=90)
            for start in starts
            for _ in range(2)
        ]

        answers = together(*calls)

        assert outcomes(answers) == [(201, None), *[(409, "availability.slot_taken")] * 7]
        assert market.bookings() == {BookingStatus.PENDING: 1}

    def test_keeps_the_pause_after_it_free(self, market: Market) -> None:
        teacher = market.teacher()

        answers = together(
            market.booking(teacher, market.student()),
            market.booking(teacher, market.student(), starts_local="2026-06-18T17:00:00"),
        )

        assert outcomes(answers) == [(201, None), (409, "availability.slot_taken")]


class TestOneStudent:
    def test_is_at_one_of_two_lessons(self, market: Market) -> None:
        who = market.student()

        answers = together(*(market.booking(market.teacher(), who) for _ in range(2)))

        assert outcomes(answers) == [(201, None), (409, "availability.slot_taken")]
        (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
        assert lost["facts"] == {"scope": "student"}

    def test_gets_one_booking_for_one_key(self, market: Market) -> None:
        teacher, who = market.teacher(), market.student() | {"Idempotency-Key": "k-1"}

        answers = together(*[market.booking(teacher, who)] * 5)

        assert outcomes(answers) == [(201, None)] * 5
        assert len({answer.text for answer in answers}) == 1
        assert market.bookings() == {BookingStatus.PENDING: 1}
        assert market.facts() == ["BookingCreated"]

    def test_uses_a_key_for_one_of_two_lessons(self, market: Market) -> None:
        teacher, who = market.teacher(), market.student() | {"Idempotency-Key": "k-1"}

        answers = together(
            market.booking(teacher, who),
            market.booking(teacher, who, starts_local="2026-06-18T12:00:00"),
        )

        assert outcomes(answers) == [(201, None), (409, "idempotency.key_reused")]
        assert market.bookings() == {BookingStatus.PENDING: 1}


class TestCancelling:
    def test_twice_at_once_happens_once(self, either_market: Market) -> None:
        market = either_market
        who = market.student()
        booking_id = market.booked(market.teacher(), who)

        answers = together(*[market.cancelling(booking_id, who)] * 4)

        settled = [finished(answer, market.cancelling(booking_id, who)) for answer in answers]
        assert outcomes(settled) == [(200, None)] * 4
        assert len({answer.text for answer in settled}) == 1
        assert market.facts() == ["BookingCreated", "BookingCancelled", "LessonSettled"]

    def test_from_both_sides_is_one_sides(self, either_market: Market) -> None:
        market = either_market
        teacher, who = market.teacher(), market.student()
        booking_id = market.booked(teacher, who)
        with market.runtime.begin(SYSTEM) as uow:
            access.grant_role(uow, teacher.id, Role.INSTRUCTOR)
        theirs = headers_for(market.runtime, teacher.id)

        calls = [market.cancelling(booking_id, who), market.cancelling(booking_id, theirs)]

        answers = together(*calls)

        settled = [finished(*each) for each in zip(answers, calls, strict=True)]
        assert outcomes(settled) == [(200, None), (409, "bookings.already_cancelled")]
        assert market.facts() == ["BookingCreated", "BookingCancelled", "LessonSettled"]

    @pytest.mark.parametrize("attempt", range(3))
    def test_frees_the_slot_for_whoever_asks_then(self, market: Market, attempt: int) -> None:
        teacher, first, second = market.teacher(), market.student(), market.student()
        booking_id = market.booked(teacher, first)

        cancelled, rebooked = together(
            market.cancelling(booking_id, first), market.booking(teacher, second)
        )

        assert cancelled.status_code == 200, attempt
        if rebooked.status_code == 409:
            assert rebooked.json()["code"] == "availability.slot_taken"
            assert market.occupied() == []
            rebooked = market.booking(teacher, second)()
        assert rebooked.status_code == 201
        assert market.occupied() == [f"booking:{rebooked.json()['id']}"]
        assert market.bookings() == {BookingStatus.CANCELLED: 1, BookingStatus.PENDING: 1}
