"""What becomes of a lesson, over HTTP: cancelled, moved, completed, missed, noted, refunded."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.kernel.authority import SYSTEM
from tests.api.conftest import Shop
from tests.factories.bookings import AT_HOME

Counting = Callable[[], AbstractContextManager[list[str]]]

FRIDAY = {"starts_local": "2026-06-19T16:00:00"}
ILL = {"reason": "I am ill."}
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
PAYERS_BUSINESS = (
    "checkout_expires_at",
    "hold_due_at",
    "authorized_at",
    "credit_cents",
    "card_cents",
    "captured_cents",
    "refunded_cents",
    "credit_back_cents",
)


def taken(shop: Shop) -> BookingDetailView:
    """A lesson that took place and was paid out."""
    booked = shop.market.confirmed()
    shop.market.at(shop.market.after(booked, hours=25))
    shop.market.run_jobs()
    return booked


class TestCancelling:
    def test_late_costs_the_student_half(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.before(booked, hours=6))

        body = shop.post(f"bookings/{booked.id}/cancel", ILL, by="student").json()

        assert (body["status"], body["payment_status"]) == ("CANCELLED", "settled")
        assert body["money"]["outcome"] == "student_cancel_lt12_split_50_50"
        assert (body["money"]["captured_cents"], body["money"]["credit_back_cents"]) == (
            13_440,
            6_000,
        )

    def test_by_the_instructor_costs_the_student_nothing(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.before(booked, hours=6))

        body = shop.post(f"bookings/{booked.id}/cancel", ILL, by="instructor").json()

        assert (body["cancelled_by"], body["money"]["outcome"]) == (
            "instructor",
            "instructor_cancel_full_refund",
        )
        assert (body["money"]["owed_cents"], body["money"]["paid_cents"]) == (0, 0)
        assert shop.market.intents("canceled") == [13_440]

    def test_by_staff_may_keep_the_payment(self, shop: Shop) -> None:
        booked = shop.market.confirmed()

        body = shop.post(
            f"bookings/{booked.id}/cancel", ILL | {"keep_payment": True}, by="staff"
        ).json()

        assert (body["cancelled_by"], body["money"]["outcome"]) == ("admin", "admin_no_refund")
        assert (body["money"]["captured_cents"], body["money"]["paid_cents"]) == (13_440, 10_560)

    def test_after_the_start_is_too_late(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(booked.starts_at)

        answer = shop.post(f"bookings/{booked.id}/cancel", ILL, by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "bookings.already_started")


class TestMoving:
    def test_early_answers_with_the_booking_that_takes_its_place(self, shop: Shop) -> None:
        booked = shop.market.confirmed()

        moved = shop.post(f"bookings/{booked.id}/reschedule", FRIDAY, by="student").json()
        old = shop.get(f"bookings/{booked.id}", by="student").json()

        assert (moved["status"], moved["starts_local"]) == ("CONFIRMED", "2026-06-19T16:00:00")
        assert (moved["moved_from_id"], moved["chain_id"]) == (booked.id, booked.chain_id)
        assert (old["status"], old["moved_to_id"]) == ("CANCELLED", moved["id"])
        assert (moved["money"]["moves"], moved["money"]["is_locked"]) == (1, False)

    def test_in_the_last_day_takes_the_whole_amount_first(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.before(booked, hours=18))

        moved = shop.post(f"bookings/{booked.id}/reschedule", FRIDAY, by="student").json()
        again = shop.post(f"bookings/{moved['id']}/reschedule", FRIDAY, by="student")

        assert (moved["payment_status"], moved["money"]["is_locked"]) == ("locked", True)
        assert moved["money"]["captured_cents"] == 13_440
        assert (again.status_code, again.json()["code"]) == (409, "bookings.reschedule_locked")

    def test_with_a_refused_card_leaves_everything_as_it_was(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.change_card(decline="generic_decline")
        shop.market.at(shop.market.before(booked, hours=18), run=False)

        answer = shop.post(f"bookings/{booked.id}/reschedule", FRIDAY, by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "bookings.move_failed")
        assert shop.market.detail(booked.id).status == "CONFIRMED"

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ({"starts_local": "2026-06-19T16:05:00"}, (422, "bookings.off_grid")),
            ({"starts_local": "2026-06-19T05:00:00"}, (409, "availability.not_open")),
            ({"starts_local": "2026-06-19T16:00:00Z"}, (422, "request.invalid")),
            (FRIDAY | {"duration_minutes": 45}, (422, "bookings.duration_not_offered")),
            ({}, (422, "request.invalid")),
        ],
    )
    def test_is_refused_with_a_code(
        self, shop: Shop, command: dict[str, object], expected: tuple[int, str]
    ) -> None:
        booked = shop.market.confirmed()

        answer = shop.post(f"bookings/{booked.id}/reschedule", command, by="student")

        assert (answer.status_code, answer.json()["code"]) == expected


class TestCompleting:
    def test_is_the_instructors_once_it_is_over(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        path = f"bookings/{booked.id}/complete"

        early = shop.post(path, by="instructor")
        shop.market.at(booked.ends_at)
        done = shop.post(path, by="instructor")
        again = shop.post(path, by="instructor")
        theirs = shop.post(path, by="student")

        assert (early.status_code, early.json()["code"]) == (409, "bookings.not_over_yet")
        assert (done.status_code, done.json()["status"]) == (200, "COMPLETED")
        assert again.json() == done.json()
        assert (theirs.status_code, theirs.json()["code"]) == (403, "access.permission_missing")


class TestANoShow:
    def test_is_reported_disputed_and_resolved(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.after(booked, hours=2))
        path = f"bookings/{booked.id}/no-show"

        reported = shop.post(path, {"absent": "instructor", "reason": "Nobody."}, by="student")
        again = shop.post(path, {"absent": "instructor"}, by="student")
        disputed = shop.post(f"{path}/dispute", {"reason": "I was there at 4."}, by="instructor")
        resolved = shop.post(f"{path}/resolve", {"resolution": "dispute_upheld"}, by="staff")

        assert (reported.status_code, reported.json()["status"]) == (200, "NO_SHOW")
        assert reported.json()["payment_status"] == "manual_review"
        assert (again.status_code, again.json()["code"]) == (409, "bookings.reported_before")
        assert (disputed.status_code, disputed.json()["payment_status"]) == (200, "manual_review")
        assert (resolved.json()["status"], resolved.json()["money"]["paid_cents"]) == (
            "COMPLETED",
            10_560,
        )

    def test_that_stands_gives_the_student_everything_back(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.after(booked, hours=2))
        path = f"bookings/{booked.id}/no-show"
        shop.post(path, {"absent": "instructor"}, by="student")

        body = shop.post(
            f"{path}/resolve", {"resolution": "confirmed_after_review"}, by="staff"
        ).json()

        assert (body["status"], body["money"]["outcome"]) == (
            "NO_SHOW",
            "instructor_no_show_full_refund",
        )
        assert shop.market.intents("canceled") == [13_440]

    @pytest.mark.parametrize(
        ("who", "verb", "body", "expected"),
        [
            ("student", "", {"absent": "student"}, (409, "bookings.not_reportable")),
            ("student", "", {"absent": "everybody"}, (422, "request.invalid")),
            ("student", "/dispute", {"reason": "It is wrong."}, (409, "bookings.not_disputable")),
            ("student", "/dispute", {"reason": "Wrong."}, (422, "request.invalid")),
            (
                "student",
                "/resolve",
                {"resolution": "dismissed"},
                (403, "access.permission_missing"),
            ),
            (
                "staff",
                "/resolve",
                {"resolution": "dismissed"},
                (409, "bookings.nothing_to_resolve"),
            ),
            (
                "staff",
                "/resolve",
                {"resolution": "confirmed_no_dispute"},
                (422, "request.invalid"),
            ),
            ("stranger", "", {"absent": "instructor"}, (404, "bookings.not_found")),
        ],
    )
    def test_is_refused_with_a_code(
        self,
        shop: Shop,
        who: str,
        verb: str,
        body: dict[str, object],
        expected: tuple[int, str],
    ) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.after(booked, hours=2))

        answer = shop.post(f"bookings/{booked.id}/no-show{verb}", body, by=who)

        assert (answer.status_code, answer.json()["code"]) == expected
        assert shop.market.detail(booked.id).status == "CONFIRMED"


class TestNotes:
    def test_are_written_by_staff_for_whom_they_say(self, shop: Shop) -> None:
        booked = shop.market.book()
        path = f"bookings/{booked.id}/notes"
        for visibility in ("internal", "shared", "shared_with_student", "shared_with_instructor"):
            written = shop.post(path, {"words": visibility, "visibility": visibility}, by="staff")
            assert written.status_code == 201

        seen = {
            who: [note["words"] for note in shop.get(path, by=who).json()["items"]]
            for who in ("staff", "student", "instructor")
        }
        refused = shop.post(path, {"words": "Mine."}, by="student")

        assert seen == {
            "staff": ["internal", "shared", "shared_with_student", "shared_with_instructor"],
            "student": ["shared", "shared_with_student"],
            "instructor": ["shared", "shared_with_instructor"],
        }
        assert (refused.status_code, refused.json()["code"]) == (403, "access.permission_missing")
        assert shop.get(path, by="stranger").status_code == 404

    def test_of_the_instructor_are_read_by_both_sides(self, shop: Shop) -> None:
        booked = shop.market.book()
        path = f"/api/v1/bookings/{booked.id}"
        note = {"instructor_note": "Bring the blue book."}

        edited = shop.client.patch(path, json=note, headers=shop.headers("instructor"))
        theirs = shop.client.patch(path, json=note, headers=shop.headers("student"))

        assert (edited.status_code, edited.json()["instructor_note"]) == (
            200,
            "Bring the blue book.",
        )
        assert (theirs.status_code, theirs.json()["code"]) == (403, "access.permission_missing")
        read = {
            who: shop.get(f"bookings/{booked.id}", by=who).json()["instructor_note"]
            for who in ("student", "staff")
        }
        assert read == {"student": "Bring the blue book.", "staff": None}


class TestARefund:
    def test_is_shown_first_then_made_once(self, shop: Shop) -> None:
        path = f"bookings/{taken(shop).id}/refunds"
        wish = {"cents": 6_720, "reason": "service_issue"}

        shown = shop.post(f"{path}/preview", wish, by="staff").json()
        order = wish | {"confirm": shown["confirm"]}
        made = shop.post(path, order, by="staff", key="k-1")
        again = shop.post(path, order, by="staff", key="k-1")
        outdated = shop.post(path, order, by="staff")

        assert (shown["action"], shown["refund_cents"], shown["instructor_cents"]) == (
            "refund",
            6_720,
            5_280,
        )
        assert (made.status_code, made.json()["state"]) == (201, "done")
        assert (again.status_code, again.json()) == (201, made.json())
        assert (outdated.status_code, outdated.json()["code"]) == (
            409,
            "bookings.preview_outdated",
        )
        assert [refund["amount"] for refund in shop.market.made("refunds")] == [6_720]

    def test_of_more_than_is_left_is_refused(self, shop: Shop) -> None:
        path = f"bookings/{taken(shop).id}/refunds"

        answer = shop.post(path, {"cents": 13_441, "reason": "goodwill"}, by="staff")

        assert (answer.status_code, answer.json()["code"]) == (422, "bookings.refund_too_large")
        assert answer.json()["facts"] == {"left_cents": 13_440}

    def test_that_the_provider_refuses_becomes_credit(self, shop: Shop) -> None:
        """A lost dispute about a part came before it; the rest cannot go to the card any more."""
        market, booked = shop.market, taken(shop)
        market.close(market.dispute(booked.id, cents=2_822), won=False)
        ordered = shop.post(
            f"bookings/{booked.id}/refunds", {"cents": 4_000, "reason": "goodwill"}, by="staff"
        )
        path = f"bookings/{booked.id}/refunds/settlement"
        wish = {"way": "credit", "reason": "The bank closed the charge for refunds."}

        shown = shop.post(f"{path}/preview", wish, by="staff").json()
        order = wish | {"confirm": shown["confirm"]}
        done = shop.post(path, order, by="staff", key="s-1")
        again = shop.post(path, order, by="staff", key="s-1")
        reused = shop.post(path, order | {"way": "bank"}, by="staff", key="s-1")
        over = shop.post(path, order, by="staff")

        assert ordered.json()["state"] == "pending"
        assert (shown["outstanding_cents"], shown["credit_cents"], shown["bank_cents"]) == (
            4_000,
            4_000,
            0,
        )
        assert (done.status_code, done.json()["credit_cents"]) == (201, 4_000)
        assert (again.status_code, again.json()) == (201, done.json())
        assert (reused.status_code, reused.json()["code"]) == (409, "idempotency.key_reused")
        assert (over.status_code, over.json()["code"]) == (409, "bookings.not_refundable")
        assert market.wallet() == (4_000, 0)

    @pytest.mark.parametrize("who", ["student", "instructor"])
    @pytest.mark.parametrize(
        "verb",
        [
            "refunds",
            "refunds/preview",
            "refunds/settlement",
            "refunds/settlement/preview",
            "release-review",
        ],
    )
    def test_is_the_business_of_staff(self, shop: Shop, who: str, verb: str) -> None:
        booked = shop.market.book()
        wish = {"reason": "goodwill"} | ({"way": "credit"} if "settlement" in verb else {})

        answer = shop.post(f"bookings/{booked.id}/{verb}", wish, by=who)

        assert (answer.status_code, answer.json()["code"]) == (403, "access.permission_missing")


class TestStaff:
    def test_let_a_lesson_go_on_that_was_stopped(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        path = f"bookings/{booked.id}/release-review"
        nothing = shop.post(path, by="staff")
        with shop.market.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(LessonMoney, booked.chain_id)
            row.is_blocked, row.review_since, row.review_reason = True, uow.now, "refund_refused"

        answer = shop.post(path, by="staff")

        assert (nothing.status_code, nothing.json()["code"]) == (
            409,
            "bookings.nothing_to_resolve",
        )
        assert (answer.status_code, answer.json()["payment_status"]) == (200, "scheduled")

    def test_see_whether_the_work_keeps_up(self, shop: Shop) -> None:
        shop.market.book()
        well = shop.get("payments/health", by="staff").json()
        shop.market.at("2026-06-15T15:00:00", run=False)
        late = shop.get("payments/health", by="staff").json()

        assert (well["is_healthy"], well["overdue"]) == (True, {})
        assert (late["is_healthy"], late["overdue"]) == (False, {"checkout": 1})
        assert shop.get("payments/health", by="student").status_code == 403

    def test_have_the_ledger_explained_of_a_moved_booking_too(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        moved = shop.post(f"bookings/{booked.id}/reschedule", FRIDAY, by="student").json()
        shop.market.at("2026-06-20T22:00:00")
        shop.market.run_jobs()

        answers = [
            shop.get(f"ledger/{named}/explain", by="staff").json()
            for named in (booked.id, moved["id"], f"booking:{moved['id']}", f"booking:{booked.id}")
        ]

        assert answers == [answers[0]] * 4
        assert answers[0]["reference"] == f"booking:{booked.chain_id}"
        assert (answers[0]["is_balanced"], answers[0]["pot_cents"]) == (True, 0)
        assert [journal["fact"] for journal in answers[0]["journals"]][:2] == [
            "captured",
            "settled_lesson_completed_full_payout",
        ]

    def test_find_nothing_in_the_ledger_that_was_never_booked(self, shop: Shop) -> None:
        unknown = shop.get(f"ledger/{UNKNOWN_ID}/explain", by="staff")
        theirs = shop.get(f"ledger/{UNKNOWN_ID}/explain", by="student")

        assert (unknown.status_code, unknown.json()["code"]) == (404, "bookings.not_found")
        assert (theirs.status_code, theirs.json()["code"]) == (403, "access.permission_missing")


class TestTheOtherSidesBusiness:
    @pytest.fixture
    def seen(self, shop: Shop) -> dict[str, Any]:
        """A lesson at the student's home that was taken and paid out, as each side sees it."""
        booked = shop.market.confirmed(**AT_HOME)
        shop.market.at(shop.market.after(booked, hours=25))
        shop.market.run_jobs()
        return {
            who: shop.get(f"bookings/{booked.id}", by=who).json()
            for who in ("student", "instructor", "staff")
        }

    def test_is_hidden_from_the_instructor(self, seen: dict[str, Any]) -> None:
        taught = seen["instructor"]
        assert (taught["student_fee_cents"], taught["total_cents"]) == (None, None)
        assert {taught["money"][name] for name in PAYERS_BUSINESS} == {None}
        assert (taught["payout_cents"], taught["money"]["paid_cents"]) == (10_560, 10_560)

    def test_is_hidden_from_the_student(self, seen: dict[str, Any]) -> None:
        learned = seen["student"]
        assert (learned["instructor_fee_cents"], learned["payout_cents"]) == (None, None)
        assert (learned["instructor_fee_rate"], learned["instructor_tier"]) == (None, None)
        assert (learned["money"]["owed_cents"], learned["money"]["paid_cents"]) == (None, None)
        assert (learned["total_cents"], learned["money"]["captured_cents"]) == (13_440, 13_440)

    def test_is_open_to_staff_but_for_the_address(self, seen: dict[str, Any]) -> None:
        staff = seen["staff"]
        assert (staff["total_cents"], staff["payout_cents"]) == (13_440, 10_560)
        assert (staff["place"], staff["latitude"], staff["longitude"]) == (None, None, None)
        assert [seen[who]["place"] for who in ("student", "instructor")] == [
            "9 Fillmore Street"
        ] * 2


class TestStatements:
    def test_are_two_for_one_booking_with_its_money(
        self, shop: Shop, count_statements: Counting
    ) -> None:
        path = f"/api/v1/bookings/{shop.market.confirmed().id}"
        headers = shop.headers("student")

        with count_statements() as seen:
            answer = shop.client.get(path, headers=headers)

        assert (answer.json()["payment_status"], len(seen)) == ("scheduled", 2)

    def test_are_two_for_debts(self, shop: Shop, count_statements: Counting) -> None:
        headers = shop.headers("student")

        with count_statements() as seen:
            shop.client.get("/api/v1/payments/debts", headers=headers)

        assert len(seen) == 2

    def test_are_three_for_notes(self, shop: Shop, count_statements: Counting) -> None:
        path = f"/api/v1/bookings/{shop.market.book().id}/notes"
        headers = shop.headers("staff")

        with count_statements() as seen:
            shop.client.get(path, headers=headers)

        assert len(seen) == 3
