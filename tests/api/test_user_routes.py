"""Accounts that staff suspend and open again, over HTTP: what ends at once, and what stays."""

from typing import Any

import pytest

from instainstru_core.domains.access.types import Role
from tests.api.conftest import Shop, write_user

UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


def suspend(shop: Shop, whom: str, **body: Any) -> Any:
    wish = {"reason": "fraud"} | body
    return shop.post(f"users/{shop.ids[whom]}/suspend", wish, by="staff")


def test_an_account_is_suspended_with_all_that_depends_on_it_in_view(shop: Shop) -> None:
    booked = shop.market.confirmed()
    before = shop.get(f"users/{shop.ids['student']}/standing", by="staff").json()
    lesson = {
        "booking_id": booked.id,
        "starts_at": "2026-06-18T20:00:00Z",
        "status": "CONFIRMED",
        "side": "student",
        "other_id": shop.ids["instructor"],
        "other": booked.instructor_name,
        "service": booked.service_name,
        "lesson_price_cents": booked.lesson_price_cents,
    }
    assert (before["status"], before["suspension"], before["lessons_ahead"]) == ("active", None, 1)
    assert before["lessons"] == [lesson]

    student = shop.headers("student")
    note = "Three cards that were stolen."
    answer = suspend(shop, "student", note=note)
    assert answer.status_code == 200
    assert answer.json() == before | {
        "status": "suspended",
        "suspension": {
            "at": shop.market.clock.now.isoformat().replace("+00:00", "Z"),
            "reason": "fraud",
            "note": note,
            "by": shop.ids["staff"],
        },
        "sign_ins": 0,
    }
    for method, path in (("GET", "accounts/me"), ("POST", f"bookings/{booked.id}/cancel")):
        refused = shop.client.request(
            method, f"/api/v1/{path}", headers=student, json={"reason": "Ill."}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "accounts.suspended")
    assert shop.market.detail(booked.id).status == "CONFIRMED"

    again = suspend(shop, "student")
    assert (again.status_code, again.json()["code"]) == (409, "accounts.already_suspended")


def test_a_suspended_student_books_and_pays_nothing_and_is_let_in_anew(shop: Shop) -> None:
    begun = shop.market.book()
    suspend(shop, "student")
    signed_in = shop.headers("student")
    wish = {"offering_id": shop.market.teacher.offering_id, "format": "online"}
    for path, body in (
        ("bookings", wish | {"starts_local": "2026-06-19T16:00:00", "duration_minutes": 60}),
        (f"bookings/{begun.id}/checkout", {}),
    ):
        refused = shop.client.post(f"/api/v1/{path}", json=body, headers=signed_in)
        assert (refused.status_code, refused.json()["code"]) == (403, "accounts.suspended")
    back = shop.post(f"users/{shop.ids['student']}/restore", {"reason": "mistake"}, by="staff")
    assert (back.status_code, back.json()["status"]) == (200, "active")
    assert shop.get("accounts/me", by="student").status_code == 200
    twice = shop.post(f"users/{shop.ids['student']}/restore", {"reason": "mistake"}, by="staff")
    assert (twice.status_code, twice.json()["code"]) == (409, "accounts.not_suspended")


def test_a_suspended_instructor_is_found_no_more_at_once(shop: Shop) -> None:
    teacher = shop.ids["instructor"]
    public = f"/api/v1/instructors/{teacher}"
    asked = {"service": "test-theremin"}

    def found() -> list[str]:
        items = shop.client.get("/api/v1/search", params=asked).json()["items"]
        return [one["instructor_id"] for one in items]

    assert found() == [teacher]
    assert shop.client.get(public).status_code == 200
    told = suspend(shop, "instructor", reason="safety").json()
    assert (told["roles"], told["is_shown"]) == (["instructor"], False)
    assert found() == []
    assert shop.client.get(public).status_code == 404
    restored = shop.post(f"users/{teacher}/restore", {"reason": "resolved"}, by="staff").json()
    assert restored["is_shown"] is True
    assert found() == [teacher]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": "dislike"}, "reason"), ({"reason": "fraud", "until": 3}, "until")],
)
def test_a_suspension_says_why(shop: Shop, body: dict[str, Any], field: str) -> None:
    refused = shop.post(f"users/{shop.ids['student']}/suspend", body, by="staff")
    assert refused.status_code == 422
    assert field in str(refused.json()["errors"])


def test_suspending_is_for_staff_and_not_for_oneself(shop: Shop) -> None:
    staff, student = shop.ids["staff"], shop.ids["student"]
    body = {"reason": "fraud"}
    for by, whom, status, code in (
        ("stranger", student, 403, "access.permission_missing"),
        ("staff", staff, 403, "access.own_case"),
        ("staff", UNKNOWN_ID, 404, "accounts.not_found"),
        ("staff", "x", 404, "accounts.not_found"),
    ):
        for verb in ("suspend", "restore"):
            wish = body if verb == "suspend" else {"reason": "mistake"}
            refused = shop.post(f"users/{whom}/{verb}", wish, by=by)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert shop.get(f"users/{student}/standing", by="stranger").status_code == 403
    assert shop.client.get(f"/api/v1/users/{student}/standing").status_code == 401


def test_of_two_administrators_one_stays(shop: Shop) -> None:
    other = write_user(shop.market.runtime, Role.ADMIN)
    done = shop.post(f"users/{other}/suspend", {"reason": "compromised"}, by="staff")
    assert (done.status_code, done.json()["status"]) == (200, "suspended")
