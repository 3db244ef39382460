"""Paying for lessons over HTTP: checkout, another try, tips, debts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.api.conftest import Shop
from tests.factories.gateways import decline

Counting = Callable[[], AbstractContextManager[list[str]]]

TODAY = "2026-06-15T15:00:00"
"""Five hours ahead: the card is held at once."""

UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


class TestCheckout:
    def test_confirms_a_lesson_that_is_days_ahead_and_asks_the_card_later(self, shop: Shop) -> None:
        booked = shop.market.book()

        answer = shop.post(f"bookings/{booked.id}/checkout", by="student")

        assert answer.status_code == 200
        body = answer.json()
        assert (body["result"], body["failure"], body["client_secret"]) == ("confirmed", None, None)
        assert (body["booking"]["status"], body["booking"]["payment_status"]) == (
            "CONFIRMED",
            "scheduled",
        )
        money = body["booking"]["money"]
        assert (money["hold_due_at"], money["authorized_at"]) == ("2026-06-17T20:00:00Z", None)
        assert (money["credit_cents"], money["card_cents"]) == (0, 13_440)
        assert shop.market.made("payment_intents") == []

    def test_holds_the_card_at_once_in_the_last_day(self, shop: Shop) -> None:
        booked = shop.market.book(TODAY)

        body = shop.post(f"bookings/{booked.id}/checkout", by="student").json()

        assert (body["result"], body["booking"]["payment_status"]) == ("confirmed", "authorized")
        assert shop.market.intents("requires_capture") == [13_440]

    def test_uses_credit_for_the_lesson_and_never_for_the_fee(self, shop: Shop) -> None:
        shop.market.give_credit(20_000)
        booked = shop.market.book()

        body = shop.post(
            f"bookings/{booked.id}/checkout", {"credit_cents": 20_000}, by="student"
        ).json()

        money = body["booking"]["money"]
        assert (money["credit_cents"], money["card_cents"]) == (12_000, 1_440)
        assert shop.market.wallet() == (8_000, 12_000)

    def test_tells_why_a_card_was_refused_and_takes_another_one(self, shop: Shop) -> None:
        shop.market.change_card(decline="insufficient_funds")
        other = shop.market.second_card()
        path = f"bookings/{shop.market.book(TODAY).id}/checkout"

        refused = shop.post(path, by="student").json()
        paid = shop.post(path, {"payment_method_id": other}, by="student").json()

        assert (refused["result"], refused["failure"]) == (
            "declined",
            "payments.card_funds_insufficient",
        )
        assert (refused["booking"]["status"], refused["booking"]["payment_status"]) == (
            "PENDING",
            "payment_method_required",
        )
        assert (paid["result"], paid["booking"]["status"]) == ("confirmed", "CONFIRMED")

    def test_is_answered_again_for_its_key_and_for_nothing_else(self, shop: Shop) -> None:
        path = f"bookings/{shop.market.book(TODAY).id}/checkout"

        first = shop.post(path, by="student", key="k-1")
        again = shop.post(path, by="student", key="k-1")
        other = shop.post(path, {"credit_cents": 5}, by="student", key="k-1")

        assert (again.status_code, again.json()) == (200, first.json())
        assert (other.status_code, other.json()["code"]) == (409, "idempotency.key_reused")
        assert shop.market.intents("requires_capture") == [13_440]

    def test_waits_for_the_cards_holder_and_goes_on_with_the_same_key(self, shop: Shop) -> None:
        card_id = shop.market.second_card("pm_card_authenticationRequired")
        path = f"bookings/{shop.market.book(TODAY).id}/checkout"
        command = {"payment_method_id": card_id}

        asked = shop.post(path, command, by="student", key="k-1").json()
        (intent,) = shop.market.made("payment_intents")
        shop.market.stripe.complete_payment_intent(intent["id"])
        done = shop.post(path, command, by="student", key="k-1").json()
        again = shop.post(path, command, by="student", key="k-1").json()

        assert (asked["result"], asked["client_secret"]) == (
            "authentication_required",
            intent["client_secret"],
        )
        assert (done["result"], done["client_secret"]) == ("confirmed", None)
        assert again == done

    def test_takes_fourteen_statements_with_signing_in_and_a_key(
        self, shop: Shop, count_statements: Counting
    ) -> None:
        path = f"/api/v1/bookings/{shop.market.book().id}/checkout"
        headers = shop.headers("student", "k")

        with count_statements() as seen:
            shop.client.post(path, json={}, headers=headers)

        assert len(seen) == 14

    def test_takes_twenty_statements_with_a_hold(
        self, shop: Shop, count_statements: Counting
    ) -> None:
        path = f"/api/v1/bookings/{shop.market.book(TODAY).id}/checkout"
        headers = shop.headers("student", "k")

        with count_statements() as seen:
            paid = shop.client.post(path, json={}, headers=headers).json()

        assert (paid["result"], len(seen)) == ("confirmed", 20)

    def test_is_over_after_half_an_hour(self, shop: Shop) -> None:
        booked = shop.market.book()
        shop.market.clock.advance(timedelta(minutes=30))

        answer = shop.post(f"bookings/{booked.id}/checkout", by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "bookings.checkout_over")

    def test_needs_an_instructor_who_can_be_paid(self, shop: Shop) -> None:
        booked = shop.market.book()
        shop.market.close_account()

        answer = shop.post(f"bookings/{booked.id}/checkout", by="student")

        assert (answer.status_code, answer.json()["code"]) == (
            409,
            "bookings.instructor_not_ready",
        )

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ({"payment_method_id": UNKNOWN_ID}, (404, "payments.card_not_found")),
            ({"payment_method_id": "x"}, (422, "request.invalid")),
            ({"credit_cents": -1}, (422, "request.invalid")),
            ({"card": "4242424242424242"}, (422, "request.invalid")),
        ],
    )
    def test_is_refused_with_a_code(
        self, shop: Shop, command: dict[str, object], expected: tuple[int, str]
    ) -> None:
        booked = shop.market.book()

        answer = shop.post(f"bookings/{booked.id}/checkout", command, by="student")

        assert (answer.status_code, answer.json()["code"]) == expected
        assert shop.market.detail(booked.id).status == "PENDING"


class TestWhoeverElseIsAtIt:
    @pytest.mark.parametrize(
        ("verb", "body"),
        [
            ("checkout", {}),
            ("cancel", {"reason": "I am ill."}),
            ("reschedule", {"starts_local": "2026-06-19T16:00:00"}),
        ],
    )
    def test_makes_the_next_one_come_back_later(
        self, shop: Shop, verb: str, body: dict[str, object]
    ) -> None:
        booked = shop.market.book()

        with shop.market.cashier.mutex.hold(f"booking:{booked.chain_id}", seconds=30):
            answer = shop.post(f"bookings/{booked.id}/{verb}", body, by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
        wait = answer.json()["facts"]["retry_after"]
        assert (answer.headers["Retry-After"], wait > 0) == (str(wait), True)

    def test_is_waited_for_while_a_call_is_under_way(self, shop: Shop) -> None:
        """The caller is gone after its call: until its lease ends nobody repeats it."""
        booked = shop.market.book(TODAY)
        gateway = shop.market.troubled()
        gateway.after("authorize", _gone)
        with pytest.raises(ConnectionError):
            shop.market.pay(booked.id)

        answer = shop.post(f"bookings/{booked.id}/checkout", by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "payments.in_progress")
        assert answer.headers["Retry-After"] == "90"
        shop.market.clock.advance(timedelta(seconds=90))
        paid = shop.post(f"bookings/{booked.id}/checkout", by="student").json()
        assert (paid["result"], shop.market.intents("requires_capture")) == ("confirmed", [13_440])


class TestAnotherTry:
    def test_holds_on_another_card(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.change_card(decline="generic_decline")
        shop.market.at(shop.market.before(booked, hours=23))
        other = shop.market.second_card()

        path, wish = f"bookings/{booked.id}/retry-payment", {"payment_method_id": other}
        body = shop.post(path, wish, by="student", key="r-1").json()
        again = shop.post(path, wish, by="student", key="r-1")
        reused = shop.post(path, {}, by="student", key="r-1")

        assert (body["result"], body["booking"]["payment_status"]) == ("confirmed", "authorized")
        assert again.json() == body
        assert (reused.status_code, reused.json()["code"]) == (409, "idempotency.key_reused")

    def test_tells_that_the_card_is_still_refused(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.change_card(decline="generic_decline")
        shop.market.at(shop.market.before(booked, hours=23))

        body = shop.post(f"bookings/{booked.id}/retry-payment", by="student").json()

        assert (body["result"], body["failure"]) == ("declined", "payments.card_declined")
        assert body["booking"]["payment_status"] == "payment_method_required"

    def test_is_not_how_a_booking_is_checked_out(self, shop: Shop) -> None:
        answer = shop.post(f"bookings/{shop.market.book().id}/retry-payment", by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "bookings.not_payable")


class TestATip:
    def test_goes_to_the_instructor_in_full_and_once(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.after(booked, hours=1))
        shop.market.complete(booked.id)
        path = f"bookings/{booked.id}/tips"

        first = shop.post(path, {"cents": 1_000}, by="student", key="k-1")
        again = shop.post(path, {"cents": 1_000}, by="student", key="k-1")
        second = shop.post(path, {"cents": 1_000}, by="student")

        assert (first.status_code, first.json()["state"]) == (201, "succeeded")
        assert (again.status_code, again.json()) == (201, first.json())
        assert (second.status_code, second.json()["code"]) == (409, "bookings.not_tippable")
        assert [sent["amount"] for sent in shop.market.made("transfers")] == [1_000]

    def test_tells_that_the_card_was_refused(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        shop.market.at(shop.market.after(booked, hours=1))
        shop.market.complete(booked.id)
        shop.market.change_card(decline="generic_decline")

        body = shop.post(f"bookings/{booked.id}/tips", {"cents": 1_000}, by="student").json()

        assert (body["state"], body["failure"]) == ("failed", "payments.card_declined")

    @pytest.mark.parametrize("cents", [99, 50_001, "much"])
    def test_has_bounds(self, shop: Shop, cents: object) -> None:
        answer = shop.post(f"bookings/{shop.market.book().id}/tips", {"cents": cents}, by="student")

        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


class TestADebt:
    def test_is_told_and_paid(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        gateway = shop.market.troubled()
        gateway.before("capture", decline, times=1_000)
        shop.market.at(shop.market.after(booked, hours=24 + 72))
        shop.market.run_jobs()
        path = f"bookings/{booked.id}/pay-debt"

        owed = shop.get("payments/debts", by="student").json()
        paid = shop.post(path, by="student", key="d-1")
        repeated = shop.post(path, by="student", key="d-1")
        reused = shop.post(
            path, {"payment_method_id": shop.market.card_id}, by="student", key="d-1"
        )
        again = shop.post(path, by="student")

        assert (repeated.status_code, repeated.json()) == (200, {"items": []})
        assert (reused.status_code, reused.json()["code"]) == (409, "idempotency.key_reused")
        debt = {
            "kind": "lesson",
            "booking_id": booked.id,
            "top_up_id": None,
            "cents": 13_440,
            "currency": "USD",
        }
        assert owed == {"items": [debt]}
        assert (paid.status_code, paid.json()) == (200, {"items": []})
        assert (again.status_code, again.json()["code"]) == (409, "payments.nothing_owed")
        assert shop.get("payments/debts", by="student").json() == {"items": []}

    def test_stays_when_the_card_is_refused(self, shop: Shop) -> None:
        booked = shop.market.confirmed()
        gateway = shop.market.troubled()
        gateway.before("capture", decline, times=1_000)
        shop.market.at(shop.market.after(booked, hours=24 + 72))
        shop.market.run_jobs()
        shop.market.change_card(decline="generic_decline")

        answer = shop.post(f"bookings/{booked.id}/pay-debt", by="student")

        assert (answer.status_code, answer.json()["code"]) == (409, "bookings.payment_refused")
        assert answer.json()["facts"] == {"failure": "payments.card_declined"}
        owed = shop.get("payments/debts", by="student").json()["items"]
        assert [debt["cents"] for debt in owed] == [13_440]


class TestADebtForBoughtCredit:
    def test_is_told_and_paid_by_its_buyer_alone(self, shop: Shop) -> None:
        bought = shop.post("credits/top-ups", {"cents": 5_000}, by="student").json()
        shop.market.confirmed(credit=3_000)
        (charge,) = [one for one in shop.market.made("charges") if one["amount"] == 5_000]
        opened = shop.market.stripe.open_dispute(charge["id"])
        shop.market.close(str(opened["id"]), won=False)
        path = f"credits/top-ups/{bought['id']}/pay-debt"

        owed = shop.get("payments/debts", by="student").json()
        theirs = shop.post(path, by="stranger")
        unknown = shop.post(f"credits/top-ups/{UNKNOWN_ID}/pay-debt", by="student")
        paid = shop.post(path, by="student", key="d-1")
        repeated = shop.post(path, by="student", key="d-1")
        again = shop.post(path, by="student")

        assert owed == {
            "items": [
                {
                    "kind": "top_up",
                    "booking_id": None,
                    "top_up_id": bought["id"],
                    "cents": 3_000,
                    "currency": "USD",
                }
            ]
        }
        for answer in (theirs, unknown):
            assert (answer.status_code, answer.json()["code"]) == (404, "credits.top_up_not_found")
        assert (paid.status_code, paid.json()) == (200, {"items": []})
        assert (repeated.status_code, repeated.json()) == (200, {"items": []})
        assert (again.status_code, again.json()["code"]) == (409, "payments.nothing_owed")


class TestWhoeverMayNot:
    @pytest.mark.parametrize(
        ("verb", "body"),
        [
            ("checkout", {}),
            ("retry-payment", {}),
            ("tips", {"cents": 1_000}),
            ("pay-debt", {}),
            ("reschedule", {"starts_local": "2026-06-19T16:00:00"}),
        ],
    )
    def test_pay_for_somebody_else_or_move_their_lesson(
        self, shop: Shop, verb: str, body: dict[str, object]
    ) -> None:
        booked = shop.market.book()

        theirs = shop.post(f"bookings/{booked.id}/{verb}", body, by="stranger")
        unknown = shop.post(f"bookings/{UNKNOWN_ID}/{verb}", body, by="stranger")
        taught = shop.post(f"bookings/{booked.id}/{verb}", body, by="instructor")

        for answer in (theirs, unknown):
            assert (answer.status_code, answer.json()["code"]) == (404, "bookings.not_found")
        assert (taught.status_code, taught.json()["code"]) == (403, "access.permission_missing")
        assert shop.market.detail(booked.id).status == "PENDING"


def _gone() -> None:
    raise ConnectionError
