"""Staff step in through the copilot: money goes back once, lessons end as shown."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from devstack.stripe_simulator.server import SimulatorServer
from instainstru_core import runtime as composition
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import settings_for
from tests.databases import ServerUrls, clone
from tests.factories import accounts, money
from tests.factories.money import FUNDS, Market
from tests.journeys.conftest import ToldClock
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token

EVERYTHING = "mcp:read mcp:write mcp:money"


@dataclass(frozen=True, slots=True)
class Desk:
    """A market, and the copilot that staff work with."""

    market: Market
    url: str

    @property
    def runtime(self) -> Runtime:
        return self.market.runtime

    def copilot(self, client_id: str = "ops", scope: str = EVERYTHING) -> Copilot:
        claims: dict[str, Any] = {"sub": client_id, "client_id": client_id, "scope": scope}
        return Copilot(self.url, token(worlds.signing_key(), at=self.market.clock.now, **claims))

    def taught(self, *, credit: int = 0) -> BookingDetailView:
        """A lesson that took place and was paid for and paid out."""
        booked = self.market.confirmed(credit=credit)
        self.market.at(self.market.after(booked, hours=25))
        return booked

    def refunded(self) -> list[int]:
        """The refunds at the provider, the newest first."""
        return [made["amount"] for made in self.market.made("refunds")]

    def entries(self, action: str) -> list[AuditEntryView]:
        with self.runtime.begin(SYSTEM) as uow:
            return audit.search(uow, AuditFilters(action=action), limit=20).items


@pytest.fixture
def desk(servers: ServerUrls, signing_key_file: Path) -> Iterator[Desk]:
    clock = ToldClock()
    with clone(servers) as database_url, SimulatorServer(starting_balance=FUNDS) as server:
        clock.server = server
        server.clock.set(clock.now)
        known = settings_for(database_url, servers)
        settings = known.model_copy(
            update={
                "oauth_issuer": worlds.ISSUER,
                "oauth_audience": worlds.AUDIENCE,
                "oauth_signing_key_file": signing_key_file,
                "mcp_operators": {"ops": worlds.OPERATOR},
            }
        )
        gateway = StripeGateway(secret_key="sk_test_here", api_url=server.url)
        runtime = replace(composition.build(settings, clock), payments=gateway)
        market = money.market(runtime, server.simulator, clock)
        with worlds.serving(runtime) as url:
            yield Desk(market, url)
        gateway.close()
        runtime.close()


def shown(copilot: Copilot, tool: str, **arguments: Any) -> dict[str, Any]:
    data: dict[str, Any] = copilot.ask(tool, **arguments)["data"]
    return data


class TestARefusedRefund:
    """The bank took a part of the charge back, so the provider refuses the refund of the rest."""

    @pytest.fixture
    def booked(self, desk: Desk) -> BookingDetailView:
        booked = desk.taught()
        desk.market.close(desk.market.dispute(booked.id, cents=2_822), won=False)
        desk.market.refund(booked.id, 4_000)
        assert desk.market.money(booked.id).is_blocked
        return booked

    def preview(self, desk: Desk, booked: BookingDetailView, way: str = "credit") -> dict[str, Any]:
        wish = {"booking_id": booked.id, "way": way, "reason": "The bank closed the charge."}
        return shown(desk.copilot(), "refund_settle_preview", **wish)

    def test_becomes_credit_as_shown_and_once(self, desk: Desk, booked: BookingDetailView) -> None:
        found = self.preview(desk, booked)
        assert found["preview"] == {
            "booking_id": booked.id,
            "student": booked.student_name,
            "instructor": booked.instructor_name,
            "way": "credit",
            "charged_cents": 13_440,
            "charged_back_cents": 2_822,
            "refunded_before_cents": 0,
            "outstanding_cents": 4_000,
            "credit_cents": 4_000,
            "bank_cents": 0,
        }
        assert found["summary"] == (
            f"Settle the refund of $40.00 for {booked.student_name}'s lesson in"
            f" {booked.service_name} with {booked.instructor_name} on June 18, 2026 at 4:00 PM,"
            " which cannot reach the card. $40.00 of it becomes credit of the student."
        )
        assert desk.market.wallet() == (0, 0)

        key = found["confirm_token"]
        done = shown(desk.copilot(), "refund_execute", confirm_token=key)
        again = shown(desk.copilot(), "refund_execute", confirm_token=key)

        assert (done["replayed"], again["replayed"]) == (False, True)
        assert done["result"] == again["result"]
        assert (done["result"]["way"], done["result"]["credit_cents"]) == ("credit", 4_000)
        assert desk.market.wallet() == (4_000, 0)
        assert desk.market.money(booked.id).is_blocked is False
        (entry,) = desk.entries("bookings.settle_refund")
        assert entry.details["reason"] == "The bank closed the charge."

    def test_is_refused_as_made_by_the_bank_where_it_did_not(
        self, desk: Desk, booked: BookingDetailView
    ) -> None:
        wish = {"booking_id": booked.id, "way": "bank", "reason": "The bank paid."}
        error = desk.copilot().refused("refund_settle_preview", **wish)
        assert error["code"] == "bookings.not_refundable"

    def test_that_was_settled_meanwhile_is_not_settled_again(
        self, desk: Desk, booked: BookingDetailView
    ) -> None:
        first, second = (self.preview(desk, booked)["confirm_token"] for _ in range(2))
        shown(desk.copilot(), "refund_execute", confirm_token=first)

        desk.copilot().refused("refund_execute", confirm_token=second)

        assert desk.market.wallet() == (4_000, 0)

    def test_is_only_for_whoever_may_move_money(
        self, desk: Desk, booked: BookingDetailView
    ) -> None:
        wish = {"booking_id": booked.id, "way": "credit", "reason": "The bank closed the charge."}
        writer = desk.copilot(scope="mcp:read mcp:write")
        assert writer.refused("refund_settle_preview", **wish)["code"] == "access.scope_missing"

    def test_is_not_there_to_settle_where_none_was_refused(self, desk: Desk) -> None:
        wish = {"booking_id": desk.taught().id, "way": "credit", "reason": "Nothing was refused."}
        error = desk.copilot().refused("refund_settle_preview", **wish)
        assert error["code"] == "bookings.not_refundable"


class TestARefund:
    def test_goes_back_as_shown_and_once(self, desk: Desk) -> None:
        booked, ops = desk.taught(), desk.copilot()
        found = shown(
            ops, "refund_preview", booking_id=booked.id, reason="service_issue", cents=4_000
        )
        assert found["preview"] == {
            "booking_id": booked.id,
            "student": booked.student_name,
            "instructor": booked.instructor_name,
            "action": "refund",
            "charged_cents": 13_440,
            "refunded_before_cents": 0,
            "refund_cents": 4_000,
            "instructor_cents": 3_143,
            "platform_cents": 857,
            "credit_back_cents": 0,
            "credit_revoked_cents": 0,
        }
        assert found["summary"] == (
            f"Give back $40.00 of $134.40 to the card for {booked.student_name}'s lesson in"
            f" {booked.service_name} with {booked.instructor_name} on June 18, 2026 at 4:00 PM."
            " $31.43 of it is taken back from the instructor."
        )
        assert desk.refunded() == []

        key = found["confirm_token"]
        done = shown(ops, "refund_execute", confirm_token=key)
        again = shown(ops, "refund_execute", confirm_token=key)

        assert (done["replayed"], again["replayed"]) == (False, True)
        assert done["result"] == again["result"]
        assert (done["result"]["state"], done["result"]["refund_cents"]) == ("done", 4_000)
        assert desk.refunded() == [4_000]

    def test_is_made_once_by_two_at_once(self, desk: Desk) -> None:
        booked = desk.taught()
        ops = desk.copilot()
        key = shown(ops, "refund_preview", booking_id=booked.id, reason="goodwill")["confirm_token"]

        with ThreadPoolExecutor(2) as pool:
            calls = [
                pool.submit(desk.copilot().call, "refund_execute", {"confirm_token": key})
                for _ in range(2)
            ]
            answers = [call.result() for call in calls]

        made = [one.structured_content for one in answers if not one.is_error]
        assert [one["data"]["replayed"] for one in made if one].count(False) == 1
        assert desk.refunded() == [13_440]
        assert shown(ops, "refund_execute", confirm_token=key)["replayed"] is True
        desk.market.assert_at_rest()

    def test_is_not_made_when_another_was_made_meanwhile(self, desk: Desk) -> None:
        booked, ops = desk.taught(), desk.copilot()
        wish = {"booking_id": booked.id, "reason": "goodwill", "cents": 1_000}
        first = shown(ops, "refund_preview", **wish)["confirm_token"]
        second = shown(ops, "refund_preview", **wish)["confirm_token"]
        shown(ops, "refund_execute", confirm_token=first)

        error = ops.refused("refund_execute", confirm_token=second)

        assert error["code"] == "confirmation.state_changed"
        assert desk.refunded() == [1_000]

    def test_lets_a_hold_go_where_nothing_was_charged(self, desk: Desk) -> None:
        booked, ops = desk.market.confirmed(), desk.copilot()
        found = shown(ops, "refund_preview", booking_id=booked.id, reason="platform_error")
        assert found["preview"]["action"] == "void"
        assert found["summary"].endswith("let the hold on the card go. Nothing was charged.")
        shown(ops, "refund_execute", confirm_token=found["confirm_token"])
        assert desk.market.detail(booked.id).status is BookingStatus.CANCELLED

    def test_is_written_down_with_its_reason(self, desk: Desk) -> None:
        booked, ops = desk.taught(), desk.copilot()
        found = shown(
            ops, "refund_preview", booking_id=booked.id, reason="duplicate", note="Twice."
        )
        shown(ops, "refund_execute", confirm_token=found["confirm_token"])
        (entry,) = desk.entries("bookings.order_refund")
        assert (entry.actor_kind, entry.actor_id, entry.subject_id) == ("service", "ops", booked.id)
        assert entry.details["reason"] == "duplicate"
        assert entry.details["operator"] == worlds.OPERATOR
        (confirmed,) = desk.entries("confirmations.execute")
        assert confirmed.details["reason"] == "duplicate"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"cents": 13_441}, "bookings.refund_too_large"),
            ({"cents": 0}, "tool.bad_arguments"),
            ({"reason": "because"}, "tool.bad_arguments"),
            ({"booking_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F"}, "bookings.not_found"),
            ({"booking_id": "what"}, "tool.bad_arguments"),
        ],
    )
    def test_that_cannot_be_is_refused_at_preview(
        self, desk: Desk, changes: dict[str, Any], code: str
    ) -> None:
        wish = {"booking_id": desk.taught().id, "reason": "goodwill"} | changes
        assert desk.copilot().refused("refund_preview", **wish)["code"] == code

    def test_needs_the_scope_of_money(self, desk: Desk) -> None:
        writer = desk.copilot(scope="mcp:read mcp:write")
        error = writer.refused("refund_execute", confirm_token="7KQ4W9ZT2MXB5RHCV8NA")
        assert error["code"] == "access.scope_missing"
        assert error["facts"] == {"scope": "mcp:money"}

    def test_needs_somebody_who_answers_for_it(self, desk: Desk) -> None:
        machine = desk.copilot("machine")
        error = machine.refused("refund_execute", confirm_token="7KQ4W9ZT2MXB5RHCV8NA")
        assert error["code"] == "access.operator_missing"
        assert "instainstru_refund_execute" not in {tool.name for tool in machine.tools()}
        assert "instainstru_refund_execute" in {tool.name for tool in desk.copilot().tools()}


class TestCredit:
    def test_is_given_as_shown_and_once(self, desk: Desk) -> None:
        ops, student_id = desk.copilot(), desk.market.student.id
        desk.market.give_credit(300)
        found = shown(
            ops,
            "credit_adjust_preview",
            user_id=student_id,
            cents=2_000,
            reason="goodwill",
            note="The room did not open.",
        )
        assert found["preview"]["available_after_cents"] == 2_300
        assert found["summary"].startswith("Give $20.00 of credit to ")
        assert found["summary"].endswith(", who then has $23.00 available.")

        with ThreadPoolExecutor(4) as pool:
            calls = [
                pool.submit(
                    desk.copilot().ask,
                    "credit_adjust_execute",
                    confirm_token=found["confirm_token"],
                )
                for _ in range(4)
            ]
            replayed = [call.result()["data"]["replayed"] for call in calls]

        assert sorted(replayed) == [False, True, True, True]
        assert desk.market.wallet() == (2_300, 0)

    def test_is_not_taken_from_another_wallet_than_was_shown(self, desk: Desk) -> None:
        ops = desk.copilot()
        desk.market.give_credit(3_000)
        wish = {
            "user_id": desk.market.student.id,
            "cents": -500,
            "reason": "correction",
            "note": "Given twice.",
        }
        key = shown(ops, "credit_adjust_preview", **wish)["confirm_token"]
        desk.market.give_credit(100)
        error = ops.refused("credit_adjust_execute", confirm_token=key)
        assert error["code"] == "confirmation.state_changed"
        assert desk.market.wallet() == (3_100, 0)

    def test_cannot_be_taken_where_there_is_none(self, desk: Desk) -> None:
        error = desk.copilot().refused(
            "credit_adjust_preview",
            user_id=desk.market.student.id,
            cents=-1,
            reason="correction",
            note="Given twice.",
        )
        assert error["code"] == "credits.not_enough"
        assert error["facts"] == {"available_cents": 0, "wanted_cents": 1}


class TestCancelling:
    def wish(self, booked: BookingDetailView, **changes: Any) -> dict[str, Any]:
        return {
            "booking_id": booked.id,
            "reason": "safety",
            "message": "The studio is closed.",
        } | changes

    def test_gives_back_what_was_shown(self, desk: Desk) -> None:
        market = desk.market
        market.give_credit(5_000)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=20))
        ops = desk.copilot()
        found = shown(ops, "booking_cancel_preview", **self.wish(booked))
        assert found["preview"] == {
            "booking_id": booked.id,
            "student_name": booked.student_name,
            "instructor_name": booked.instructor_name,
            "starts_at": "2026-06-18T20:00:00Z",
            "charged_cents": 0,
            "refund_cents": 0,
            "hold_released_cents": 8_440,
            "credit_back_cents": 5_000,
            "instructor_cents": 0,
        }
        assert found["summary"].endswith(
            "on June 18, 2026 at 4:00 PM New York time: $84.40 held on the card is let go,"
            " $50.00 of credit comes back."
        )
        key = found["confirm_token"]
        done = shown(desk.copilot(), "booking_cancel_execute", confirm_token=key)
        assert done["result"]["status"] == "CANCELLED"
        assert shown(desk.copilot(), "booking_cancel_execute", confirm_token=key)["replayed"]
        assert market.wallet() == (5_000, 0)
        market.assert_at_rest()

    def test_can_keep_the_payment(self, desk: Desk) -> None:
        market, ops = desk.market, desk.copilot()
        booked = market.confirmed()
        found = shown(ops, "booking_cancel_preview", **self.wish(booked, keep_payment=True))
        assert found["preview"]["charged_cents"] == 13_440
        assert found["preview"]["instructor_cents"] == 10_560
        shown(ops, "booking_cancel_execute", confirm_token=found["confirm_token"])
        assert market.money(booked.id).owed_cents == 10_560

    def test_is_refused_where_the_money_is_elsewhere_by_now(self, desk: Desk) -> None:
        market = desk.market
        booked = market.confirmed()
        market.at(market.before(booked, hours=24, minutes=2))
        ops = desk.copilot()
        key = shown(ops, "booking_cancel_preview", **self.wish(booked))["confirm_token"]
        market.at(market.before(booked, hours=23, minutes=55))
        error = ops.refused("booking_cancel_execute", confirm_token=key)
        assert error["code"] == "confirmation.state_changed"
        assert market.detail(booked.id).status is BookingStatus.CONFIRMED

    def test_is_refused_once_the_lesson_began(self, desk: Desk) -> None:
        booked = desk.market.confirmed()
        desk.market.at(booked.starts_at)
        error = desk.copilot().refused("booking_cancel_preview", **self.wish(booked))
        assert error["code"] == "bookings.already_started"

    def test_is_refused_for_what_is_cancelled(self, desk: Desk) -> None:
        booked = desk.market.confirmed()
        desk.market.cancel(booked.id)
        error = desk.copilot().refused("booking_cancel_preview", **self.wish(booked))
        assert error["code"] == "bookings.already_cancelled"


class TestSuspendingAnAccount:
    def wish(self, desk: Desk, verb: str, reason: str, **changes: str) -> dict[str, Any]:
        given = {"user_id": desk.market.student.id, "verb": verb, "reason": reason} | changes
        return shown(desk.copilot(), "account_standing_preview", **given)

    def refusal(self, desk: Desk, **changes: str) -> dict[str, Any]:
        given = {"user_id": desk.market.student.id, "verb": "suspend", "reason": "fraud"} | changes
        return desk.copilot().refused("account_standing_preview", **given)

    def test_says_what_ends_and_what_stays_then_does_it(self, desk: Desk) -> None:
        booked, ops = desk.market.confirmed(), desk.copilot()
        found = self.wish(desk, "suspend", "fraud", note="Stolen cards.")
        name = found["preview"]["name"]
        assert found["summary"] == (
            f"Suspend the account of {name}: 0 sign-ins and 0 programs end at once. Until staff"
            " restore it the person cannot sign in, book, pay or be booked, and no search finds"
            " them. The 1 lesson that lies ahead stays booked: decide about it by itself."
        )
        assert [one["booking_id"] for one in found["preview"]["lessons"]] == [booked.id]
        done = shown(ops, "account_standing_execute", confirm_token=found["confirm_token"])
        student = desk.market.student.id
        assert done["result"] == {"user_id": student, "status": "suspended"}
        assert desk.market.detail(booked.id).status is BookingStatus.CONFIRMED
        assert self.refusal(desk)["code"] == "accounts.already_suspended"

        key = self.wish(desk, "restore", "mistake")["confirm_token"]
        back = shown(ops, "account_standing_execute", confirm_token=key)
        assert back["result"] == {"user_id": student, "status": "active"}
        actions = [desk.entries(f"accounts.{verb}")[0] for verb in ("suspend", "restore")]
        assert [one.actor_id for one in actions] == ["ops", "ops"]
        error = self.refusal(desk, verb="restore", reason="mistake")
        assert error["code"] == "accounts.not_suspended"

    @pytest.mark.parametrize(
        ("verb", "reason", "allowed"),
        [
            ("restore", "fraud", ["resolved", "mistake", "other"]),
            (
                "suspend",
                "mistake",
                ["safety", "fraud", "abuse", "policy", "compromised", "other"],
            ),
        ],
    )
    def test_wants_a_reason_that_fits(
        self, desk: Desk, verb: str, reason: str, allowed: list[str]
    ) -> None:
        error = self.refusal(desk, verb=verb, reason=reason)
        assert (error["code"], error["field"], error["allowed"]) == (
            "accounts.reason_unfit",
            "reason",
            allowed,
        )

    def test_is_shown_anew_when_a_lesson_was_booked_meanwhile(self, desk: Desk) -> None:
        key = self.wish(desk, "suspend", "abuse")["confirm_token"]
        desk.market.confirmed()
        error = desk.copilot().refused("account_standing_execute", confirm_token=key)
        assert error["code"] == "confirmation.state_changed"

    def test_of_staff_is_for_people_who_manage_rights(self, desk: Desk) -> None:
        with desk.runtime.begin(SYSTEM) as uow:
            admin = accounts.admin(uow)
        key = self.wish(desk, "suspend", "compromised", user_id=admin.id)["confirm_token"]
        error = desk.copilot().refused("account_standing_execute", confirm_token=key)
        assert error["code"] == "access.permission_missing"

    def test_is_for_those_who_may_change_things(self, desk: Desk) -> None:
        given = {"user_id": desk.market.student.id, "verb": "suspend", "reason": "fraud"}
        reader = desk.copilot(scope="mcp:read mcp:money")
        error = reader.refused("account_standing_preview", **given)
        assert error["code"] == "access.scope_missing"


class TestSuspending:
    def standing(self, desk: Desk, verb: str, reason: str) -> dict[str, Any]:
        return shown(
            desk.copilot(),
            f"instructor_{verb}_preview",
            instructor_id=desk.market.teacher.id,
            reason=reason,
        )

    def test_takes_a_profile_down_and_lets_it_back(self, desk: Desk) -> None:
        ops, teacher = desk.copilot(), desk.market.teacher
        found = self.standing(desk, "suspend", "safety")
        assert (found["preview"]["is_live"], found["preview"]["is_suspended"]) == (True, False)
        assert "cannot be booked until staff let it back" in found["summary"]
        key = found["confirm_token"]
        done = shown(ops, "instructor_suspend_execute", confirm_token=key)
        assert done["result"] == {
            "instructor_id": teacher.id,
            "name": found["preview"]["name"],
            "status": "paused",
            "is_live": False,
            "is_suspended": True,
        }
        error = ops.refused("instructor_suspend_preview", instructor_id=teacher.id, reason="safety")
        assert error["code"] == "instructors.deactivated"

        key = self.standing(desk, "unsuspend", "mistake")["confirm_token"]
        back = shown(ops, "instructor_unsuspend_execute", confirm_token=key)
        assert (back["result"]["is_live"], back["result"]["is_suspended"]) == (False, False)
        (entry,) = [one for one in desk.entries("confirmations.execute") if one.subject_id == key]
        assert entry.details["reason"] == "mistake"

    def test_is_not_done_when_somebody_else_did_it_meanwhile(self, desk: Desk) -> None:
        ops = desk.copilot()
        first, second = (self.standing(desk, "suspend", "fraud")["confirm_token"] for _ in range(2))
        shown(ops, "instructor_suspend_execute", confirm_token=first)
        error = ops.refused("instructor_suspend_execute", confirm_token=second)
        assert error["code"] == "instructors.deactivated"

    def test_refuses_to_let_back_who_is_not_suspended(self, desk: Desk) -> None:
        error = desk.copilot().refused(
            "instructor_unsuspend_preview",
            instructor_id=desk.market.teacher.id,
            reason="resolved",
        )
        assert error["code"] == "instructors.not_deactivated"
