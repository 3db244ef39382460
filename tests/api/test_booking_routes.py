"""Quotes and bookings over HTTP."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, Shop, SignIn, headers_for
from tests.factories.instructors import LiveInstructor, live_instructor

Counting = Callable[[], AbstractContextManager[list[str]]]

BOOKINGS = "/api/v1/bookings"
QUOTE = "/api/v1/pricing/quote"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


@pytest.fixture
def teacher(runtime: Runtime) -> LiveInstructor:
    with runtime.begin(SYSTEM) as uow:
        return live_instructor(uow)


def wish(teacher: LiveInstructor, **changes: Any) -> dict[str, Any]:
    return {
        "offering_id": teacher.offering_id,
        "format": "online",
        "starts_local": "2026-06-18T16:00:00",
        "duration_minutes": 60,
    } | changes


class TestBooking:
    def test_is_made_looked_at_listed_and_cancelled(
        self, client: TestClient, student: Headers, teacher: LiveInstructor
    ) -> None:
        made = client.post(BOOKINGS, json=wish(teacher), headers=student)
        assert made.status_code == 201
        body = made.json()
        assert (body["status"], body["payment_status"]) == ("PENDING", "none")
        assert body["money"]["checkout_expires_at"] == "2026-06-15T14:30:00Z"
        assert (body["starts_at"], body["starts_local"]) == (
            "2026-06-18T20:00:00Z",
            "2026-06-18T16:00:00",
        )
        assert (body["lesson_price_cents"], body["total_cents"]) == (8000, 8960)
        assert (body["student_name"], body["instructor_name"]) == ("Zoe M.", "Maya O.")

        one = client.get(f"{BOOKINGS}/{body['id']}", headers=student)
        assert (one.status_code, one.json()) == (200, body)
        (listed,) = client.get(BOOKINGS, headers=student).json()["items"]
        assert listed == {name: body[name] for name in listed}

        reason = {"reason": "I am ill."}
        done = client.post(f"{BOOKINGS}/{body['id']}/cancel", json=reason, headers=student)
        assert (done.status_code, done.json()["status"]) == (200, "CANCELLED")
        again = client.post(f"{BOOKINGS}/{body['id']}/cancel", json=reason, headers=student)
        assert (again.status_code, again.json()) == (200, done.json())
        upcoming = client.get(BOOKINGS, params={"when": "upcoming"}, headers=student).json()
        assert upcoming == {"items": [], "next_cursor": None}

    def test_takes_twelve_statements_with_signing_in_and_a_key(
        self,
        client: TestClient,
        student: Headers,
        teacher: LiveInstructor,
        count_statements: Counting,
    ) -> None:
        at_the_studio = wish(teacher, format="instructor_location")
        with count_statements() as seen:
            made = client.post(
                BOOKINGS, json=at_the_studio, headers=student | {"Idempotency-Key": "k"}
            )

        assert (made.status_code, len(seen)) == (201, 12)

    def test_is_answered_again_for_its_key_and_for_nothing_else(
        self, client: TestClient, student: Headers, teacher: LiveInstructor
    ) -> None:
        keyed = student | {"Idempotency-Key": "k-1"}
        first = client.post(BOOKINGS, json=wish(teacher), headers=keyed)
        again = client.post(BOOKINGS, json=wish(teacher), headers=keyed)
        other = client.post(BOOKINGS, json=wish(teacher, duration_minutes=30), headers=keyed)

        assert (again.status_code, again.json()) == (201, first.json())
        assert (other.status_code, other.json()["code"]) == (409, "idempotency.key_reused")

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"offering_id": UNKNOWN_ID}, (404, "instructors.offering_not_found")),
            ({"starts_local": "2026-06-18T16:05:00"}, (422, "bookings.off_grid")),
            ({"starts_local": "2026-06-15T09:00:00"}, (422, "bookings.in_the_past")),
            ({"starts_local": "2027-03-14T02:30:00"}, (422, "bookings.nonexistent_time")),
            ({"starts_local": "2026-06-18T16:00:00Z"}, (422, "request.invalid")),
            ({"starts_local": "2026-06-15T10:45:00"}, (409, "availability.too_soon")),
            ({"starts_local": "2026-06-18T05:00:00"}, (409, "availability.not_open")),
            ({"duration_minutes": 45}, (422, "bookings.duration_not_offered")),
            ({"duration_minutes": 241}, (422, "request.invalid")),
            ({"format": "student_location"}, (422, "instructors.point_required")),
            ({"price_cents": 1}, (422, "request.invalid")),
        ],
    )
    def test_is_refused_with_a_code(
        self,
        client: TestClient,
        student: Headers,
        teacher: LiveInstructor,
        changes: dict[str, Any],
        expected: tuple[int, str],
    ) -> None:
        answer = client.post(BOOKINGS, json=wish(teacher, **changes), headers=student)

        assert (answer.status_code, answer.json()["code"]) == expected

    def test_of_a_taken_time_is_a_conflict(
        self,
        client: TestClient,
        student: Headers,
        teacher: LiveInstructor,
        new_user: NewUser,
        sign_in: SignIn,
    ) -> None:
        client.post(BOOKINGS, json=wish(teacher), headers=student)
        other = sign_in(new_user(Role.STUDENT))

        answer = client.post(BOOKINGS, json=wish(teacher), headers=other)

        assert (answer.status_code, answer.json()["code"]) == (409, "availability.slot_taken")
        assert answer.json()["facts"] == {"scope": "instructor"}


class TestSomeoneElsesBooking:
    def test_is_not_found(
        self,
        client: TestClient,
        student: Headers,
        teacher: LiveInstructor,
        new_user: NewUser,
        sign_in: SignIn,
    ) -> None:
        made = client.post(BOOKINGS, json=wish(teacher), headers=student).json()
        stranger = sign_in(new_user(Role.STUDENT))

        seen = client.get(f"{BOOKINGS}/{made['id']}", headers=stranger)
        cancelled = client.post(
            f"{BOOKINGS}/{made['id']}/cancel", json={"reason": "No."}, headers=stranger
        )

        for answer in (seen, cancelled):
            assert (answer.status_code, answer.json()["code"]) == (404, "bookings.not_found")
        assert client.get(BOOKINGS, headers=stranger).json()["items"] == []


class TestListing:
    def test_is_narrowed_and_paged(
        self,
        client: TestClient,
        student: Headers,
        teacher: LiveInstructor,
        count_statements: Counting,
    ) -> None:
        for hour in (10, 12, 14):
            local = f"2026-06-18T{hour}:00:00"
            client.post(BOOKINGS, json=wish(teacher, starts_local=local), headers=student)
        query: dict[str, Any] = {"when": "upcoming", "status": ["PENDING"], "limit": 2}

        with count_statements() as seen:
            first = client.get(BOOKINGS, params=query, headers=student).json()
        rest = client.get(
            BOOKINGS, params=query | {"cursor": first["next_cursor"]}, headers=student
        ).json()

        assert len(seen) == 2
        items = first["items"] + rest["items"]
        assert [item["starts_local"][11:13] for item in items] == ["10", "12", "14"]
        assert rest["next_cursor"] is None

    @pytest.mark.parametrize(
        "query", [{"side": "staff"}, {"when": "never"}, {"status": "LOST"}, {"limit": 101}]
    )
    def test_knows_its_filters(
        self, client: TestClient, student: Headers, query: dict[str, Any]
    ) -> None:
        assert client.get(BOOKINGS, params=query, headers=student).status_code == 422

    def test_of_the_other_side_is_the_instructors(
        self, client: TestClient, student: Headers, teacher: LiveInstructor, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            access.grant_role(uow, teacher.id, Role.INSTRUCTOR)
        made = client.post(BOOKINGS, json=wish(teacher), headers=student).json()

        (taught,) = client.get(
            BOOKINGS, params={"side": "instructor"}, headers=headers_for(runtime, teacher.id)
        ).json()["items"]

        assert (taught["id"], taught["seen_as"]) == (made["id"], "instructor")
        assert (taught["total_cents"], taught["payout_cents"]) == (None, 6800)


class TestQuote:
    def test_is_told_without_signing_in(self, client: TestClient, teacher: LiveInstructor) -> None:
        asked = {
            "offering_id": teacher.offering_id,
            "format": "online",
            "duration_minutes": 30,
        }

        answer = client.post(QUOTE, json=asked)

        assert answer.status_code == 200
        body = answer.json()
        assert (body["lesson_price_cents"], body["student_fee_cents"], body["total_cents"]) == (
            4000,
            480,
            4480,
        )
        assert body["payout_cents"] is None

    @pytest.mark.parametrize(
        ("has", "wish", "paid", "lines"),
        [
            (5_000, 3_000, (3_000, 10_440), [12_000, 1_440, -3_000]),
            (5_000, 9_000, (5_000, 8_440), [12_000, 1_440, -5_000]),
            (20_000, 20_000, (12_000, 1_440), [12_000, 1_440, -12_000]),
            (0, 9_000, (0, 13_440), [12_000, 1_440]),
            (5_000, 0, (0, 13_440), [12_000, 1_440]),
        ],
    )
    def test_tells_what_credit_would_pay(
        self, shop: Shop, has: int, wish: int, paid: tuple[int, int], lines: list[int]
    ) -> None:
        if has:
            shop.market.give_credit(has)
        asked = {
            "offering_id": shop.market.teacher.offering_id,
            "format": "online",
            "duration_minutes": 60,
            "credit_cents": wish,
        }

        body = shop.post("pricing/quote", asked, by="student").json()

        assert (body["credit_cents"], body["card_cents"]) == paid
        assert [line["amount_cents"] for line in body["lines"]] == lines
        assert body["total_cents"] == 13_440
        assert (body["lines"][-1]["label"] == "Credit") is (paid[0] > 0)

    def test_counts_no_credit_for_whoever_has_no_wallet(self, shop: Shop) -> None:
        shop.market.give_credit(5_000)
        asked = {
            "offering_id": shop.market.teacher.offering_id,
            "format": "online",
            "duration_minutes": 60,
            "credit_cents": 5_000,
        }

        anybody = shop.client.post(QUOTE, json=asked).json()
        instructor = shop.post("pricing/quote", asked, by="instructor").json()

        assert (anybody["credit_cents"], anybody["card_cents"]) == (0, 13_440)
        assert (instructor["credit_cents"], instructor["payout_cents"]) == (0, 10_560)

    def test_refuses_negative_credit(self, client: TestClient, teacher: LiveInstructor) -> None:
        asked = {
            "offering_id": teacher.offering_id,
            "format": "online",
            "duration_minutes": 30,
            "credit_cents": -1,
        }

        answer = client.post(QUOTE, json=asked)

        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
        (error,) = answer.json()["errors"]
        assert (error["field"], error["message"]) == ("credit_cents", "Send 0 or more.")

    def test_of_an_unknown_offering_is_not_found(self, client: TestClient) -> None:
        asked = {"offering_id": UNKNOWN_ID, "format": "online", "duration_minutes": 30}

        assert client.post(QUOTE, json=asked).status_code == 404
