"""A change that was shown is made once, by whoever was shown it, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.confirmations import policy, service
from instainstru_core.domains.confirmations.errors import (
    ConfirmationDeclined,
    ConfirmationExpired,
    ConfirmationForeign,
    ConfirmationOfAnother,
    ConfirmationUnknown,
    ConfirmationUsed,
    ExecutionUnderWay,
    NobodyToBind,
    StateChanged,
)
from instainstru_core.domains.confirmations.models import Confirmation
from instainstru_core.domains.confirmations.types import ConfirmationState, Taken
from instainstru_core.kernel.authority import ANONYMOUS, Actor, ActorKind
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock

ADA = Actor(id="01JZ8M4T6Q3V9K2X7C5B1N0D8F", client_id="copilot")
BOB = Actor(id="01JZ8M4T6Q3V9K2X7C5B1N0D8G")
DESK = Actor(id="desk", kind=ActorKind.SERVICE, operator="Ada Rook")
LEASE = timedelta(minutes=2)
TENTH = timedelta(microseconds=100)


class Wish(BaseModel):
    """Something to be done."""

    cents: int = 500
    reason: str = "goodwill"


def proposed(begin: Begin, actor: Actor = ADA) -> str:
    with begin(actor) as uow:
        return service.propose(
            uow, action="give", payload=Wish(), state_version="v1", summary="Give $5.00."
        ).token


def taken(begin: Begin, token: str, *, actor: Actor = ADA, lease: timedelta | None = None) -> Taken:
    with begin(actor) as uow:
        return service.take(uow, token, action="give", lease=lease)


def done(begin: Begin, token: str) -> None:
    with begin(ADA) as uow:
        service.finish(uow, service.take(uow, token, action="give"), Wish(cents=1))


def row(begin: Begin, token: str) -> dict[str, Any]:
    with begin(ADA) as uow:
        found = uow.session.get_one(Confirmation, token)
        return {"state": found.state, "attempts": found.attempts, "lease": found.lease_until}


class TestProposing:
    def test_hands_out_a_token_that_lasts_ten_minutes(self, begin: Begin, clock: SetClock) -> None:
        with begin(ADA) as uow:
            found = service.propose(
                uow, action="give", payload=Wish(), state_version="v1", summary="Give $5.00."
            )
        assert len(found.token) == 20
        assert set(found.token) <= set(policy.ALPHABET)
        assert found.expires_in_seconds == 600
        assert found.expires_at == clock.now + timedelta(minutes=10)

    def test_gives_each_preview_a_token_of_its_own(self, begin: Begin) -> None:
        assert proposed(begin) != proposed(begin)

    def test_is_for_somebody(self, begin: Begin) -> None:
        with pytest.raises(NobodyToBind):
            proposed(begin, ANONYMOUS)

    def test_is_written_down_with_the_reason_and_who_answers_for_it(self, begin: Begin) -> None:
        token = proposed(begin, DESK)
        with begin(ADA) as uow:
            entry = uow.session.scalars(
                select(AuditEntry).where(AuditEntry.subject_id == token)
            ).one()
        assert (entry.action, entry.actor_id) == ("confirmations.propose", "desk")
        assert entry.details == {
            "operator": "Ada Rook",
            "action": "give",
            "attempt": 0,
            "reason": "goodwill",
        }


class TestTaking:
    def test_brings_back_exactly_what_was_shown(self, begin: Begin) -> None:
        token = proposed(begin)
        assert taken(begin, token) == Taken(
            id=token,
            action="give",
            payload={"cents": 500, "reason": "goodwill"},
            state_version="v1",
            attempt=1,
        )

    @pytest.mark.parametrize("actor", [BOB, DESK, Actor(id=ADA.id, kind=ActorKind.SERVICE)])
    def test_is_for_whoever_was_shown_it(self, begin: Begin, actor: Actor) -> None:
        token = proposed(begin)
        with pytest.raises(ConfirmationForeign):
            taken(begin, token, actor=actor)

    def test_is_for_the_operator_who_was_shown_it(self, begin: Begin) -> None:
        token = proposed(begin, DESK)
        other = Actor(id="desk", kind=ActorKind.SERVICE, operator="Bob Finch")
        with pytest.raises(ConfirmationForeign):
            taken(begin, token, actor=other)

    def test_is_for_the_same_person_through_another_program(self, begin: Begin) -> None:
        token = proposed(begin)
        assert taken(begin, token, actor=Actor(id=ADA.id, client_id="desktop")).attempt == 1

    def test_is_for_one_action(self, begin: Begin) -> None:
        token = proposed(begin)
        with begin(ADA) as uow, pytest.raises(ConfirmationOfAnother) as refused:
            service.take(uow, token, action="keep")
        assert refused.value.facts == {"action": "give"}

    def test_refuses_what_nobody_was_given(self, begin: Begin) -> None:
        with pytest.raises(ConfirmationUnknown):
            taken(begin, "7KQ4W9ZT2MXB5RHCV8NA")

    def test_ends_when_it_was_said_to(self, begin: Begin, clock: SetClock) -> None:
        token = proposed(begin)
        clock.advance(policy.STANDARD - TENTH)
        assert taken(begin, token).attempt == 1
        clock.advance(TENTH)
        with pytest.raises(ConfirmationExpired):
            taken(begin, token)

    def test_is_refused_where_the_state_is_another(self, begin: Begin) -> None:
        found = taken(begin, proposed(begin))
        service.require_same(found, "v1")
        with pytest.raises(StateChanged):
            service.require_same(found, "v2")


class TestFinishing:
    def test_lets_a_repeat_have_the_same_answer_for_a_day(
        self, begin: Begin, clock: SetClock
    ) -> None:
        token = proposed(begin)
        done(begin, token)
        clock.advance(policy.REPLAYED_FOR - TENTH)
        assert taken(begin, token).result == {"cents": 1, "reason": "goodwill"}
        clock.advance(TENTH)
        with pytest.raises(ConfirmationUsed):
            taken(begin, token)

    def test_leaves_one_row_in_the_trail(self, begin: Begin) -> None:
        token = proposed(begin)
        done(begin, token)
        with begin(ADA) as uow:
            service.finish(uow, service.take(uow, token, action="give"), Wish(cents=2))
            count = select(func.count()).select_from(AuditEntry)
            assert uow.session.scalar(count.filter_by(action="confirmations.execute")) == 1
        assert taken(begin, token).result == {"cents": 1, "reason": "goodwill"}

    def test_is_undone_with_the_work(self, begin: Begin) -> None:
        token = proposed(begin)

        def refused() -> None:
            with begin(ADA) as uow:
                service.finish(uow, service.take(uow, token, action="give"), Wish())
                raise Refusal("No.")

        with pytest.raises(Refusal):
            refused()
        assert row(begin, token)["state"] is ConfirmationState.OPEN


class TestALease:
    def test_keeps_others_away(self, begin: Begin, clock: SetClock) -> None:
        token = proposed(begin)
        assert taken(begin, token, lease=LEASE).attempt == 1
        clock.advance(LEASE - TENTH)
        with pytest.raises(ExecutionUnderWay) as refused:
            taken(begin, token, lease=LEASE)
        assert refused.value.facts == {"retry_after": 1}

    def test_that_ended_by_itself_lets_another_take_over(
        self, begin: Begin, clock: SetClock
    ) -> None:
        token = proposed(begin)
        first = taken(begin, token, lease=LEASE)
        clock.advance(LEASE)
        second = taken(begin, token, lease=LEASE)
        assert second.attempt == 2
        with begin(ADA) as uow:
            service.release(uow, first)
        assert row(begin, token)["state"] is ConfirmationState.EXECUTING

    def test_that_is_given_back_leaves_it_open(self, begin: Begin) -> None:
        token = proposed(begin)
        first = taken(begin, token, lease=LEASE)
        with begin(ADA) as uow:
            service.release(uow, first)
        assert row(begin, token) == {
            "state": ConfirmationState.OPEN,
            "attempts": 1,
            "lease": None,
        }
        assert taken(begin, token, lease=LEASE).attempt == 2

    def test_that_is_given_back_late_takes_nothing_back(self, begin: Begin) -> None:
        token = proposed(begin)
        first = taken(begin, token, lease=LEASE)
        with begin(ADA) as uow:
            service.finish(uow, first, Wish())
            service.release(uow, first)
        assert row(begin, token)["state"] is ConfirmationState.DONE


class TestDeclining:
    def test_ends_it(self, begin: Begin) -> None:
        token = proposed(begin)
        with begin(ADA) as uow:
            service.decline(uow, token, action="give")
        with pytest.raises(ConfirmationDeclined):
            taken(begin, token)

    def test_is_for_whoever_was_shown_it(self, begin: Begin) -> None:
        token = proposed(begin)
        with begin(BOB) as uow, pytest.raises(ConfirmationForeign):
            service.decline(uow, token, action="give")

    def test_does_not_undo_what_is_done(self, begin: Begin) -> None:
        token = proposed(begin)
        done(begin, token)
        with begin(ADA) as uow:
            service.decline(uow, token, action="give")
        assert taken(begin, token).result is not None


class TestLooking:
    def test_takes_nothing(self, begin: Begin, clock: SetClock) -> None:
        token = proposed(begin)
        clock.advance(timedelta(seconds=90))
        with begin(ADA) as uow:
            found = service.look(uow, token, action="give")
        assert (found.summary, found.expires_in_seconds, found.is_done) == (
            "Give $5.00.",
            510,
            False,
        )
        assert row(begin, token)["attempts"] == 0

    def test_refuses_what_taking_would(self, begin: Begin, clock: SetClock) -> None:
        token = proposed(begin)
        with begin(BOB) as uow, pytest.raises(ConfirmationForeign):
            service.look(uow, token, action="give")
        clock.advance(policy.STANDARD)
        with begin(ADA) as uow, pytest.raises(ConfirmationExpired):
            service.look(uow, token, action="give")


class TestForgetting:
    def test_deletes_what_is_older_than_a_month(self, begin: Begin, clock: SetClock) -> None:
        old = proposed(begin)
        clock.advance(policy.KEPT_FOR)
        kept = proposed(begin)
        with begin(ADA) as uow:
            assert service.forget(uow, limit=10) == 0
        clock.advance(TENTH)
        with begin(ADA) as uow:
            assert service.forget(uow, limit=10) == 1
            assert uow.session.scalars(select(Confirmation.id)).all() == [kept]
        assert old != kept
