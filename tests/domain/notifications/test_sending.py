"""A round of sending: whatever a carrier answers, nobody gets a message twice or too late."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.notifications import flows
from instainstru_core.domains.notifications.errors import (
    MailBusy,
    MailNotConfigured,
    MailRefused,
    MailTaken,
    MailUncertain,
)
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.domains.notifications.schemas import (
    FinalWarningFacts,
    RefundedFacts,
    Sending,
)
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock
from tests.factories.accounts import student
from tests.factories.notifications import PAY_BY, ScriptedMailer, queued

UNCERTAIN = MailUncertain("The carrier did not answer.")
REFUSED = MailRefused("The carrier does not take it.")


def queue(begin: Begin, number: int = 1) -> list[str]:
    with begin(SYSTEM) as uow:
        return [queued(uow) for _ in range(number)]


def send(begin: Begin, mailer: ScriptedMailer, limit: int = 20) -> Sending:
    return flows.send_due(begin, mailer, actor=SYSTEM, limit=limit)


def standing(begin: Begin) -> list[tuple[str, int, str | None]]:
    with begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [(row.state.value, row.attempts, row.error) for row in rows]


class TestARound:
    def test_sends_what_is_due_under_its_key_to_the_persons_address(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            maya = student(uow, first_name="Maya", email="maya@example.org")
            key = queued(uow, user_id=maya.id)
        mailer = ScriptedMailer()
        assert send(begin, mailer) == Sending(claimed=1, sent=1)
        (mail,) = mailer.asked
        assert (mail.key, mail.to) == (key, "maya@example.org")
        assert mail.subject == "We returned $134.40 to your card"
        assert mail.text.startswith("Hi Maya,\n")
        assert "<p>Hi Maya,</p>" in mail.html
        assert standing(begin) == [("sent", 1, None)]
        assert send(begin, mailer) == Sending()

    def test_holds_no_transaction_while_the_carrier_is_asked(self, begin: Begin) -> None:
        queue(begin, 2)
        open_now = 0

        def watched(actor: object) -> AbstractContextManager[object]:
            return _watching(begin(SYSTEM))

        class _watching:  # noqa: N801
            def __init__(self, inner: AbstractContextManager[object]) -> None:
                self.inner = inner

            def __enter__(self) -> object:
                nonlocal open_now
                open_now += 1
                return self.inner.__enter__()

            def __exit__(self, *failure: object) -> object:
                nonlocal open_now
                open_now -= 1
                return self.inner.__exit__(*failure)  # type: ignore[arg-type]

        seen: list[int] = []
        mailer = ScriptedMailer(before=lambda _: seen.append(open_now))
        flows.send_due(watched, mailer, actor=SYSTEM)  # type: ignore[arg-type]
        assert seen == [0, 0]

    def test_asks_as_many_statements_for_the_people_as_for_one(
        self,
        begin: Begin,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        queue(begin, 5)
        with count_statements() as statements:
            send(begin, ScriptedMailer())
        assert len(statements) == 2 + 5

    def test_goes_on_after_one_that_is_refused(self, begin: Begin) -> None:
        queue(begin, 3)
        mailer = ScriptedMailer([None, REFUSED, None])
        assert send(begin, mailer) == Sending(claimed=3, sent=2, failed=1)
        assert standing(begin) == [
            ("sent", 1, None),
            ("failed", 1, "notifications.refused"),
            ("sent", 1, None),
        ]

    def test_goes_on_after_one_over_which_our_own_code_breaks(self, begin: Begin) -> None:
        queue(begin, 2)
        mailer = ScriptedMailer([RuntimeError("the password is hunter2")])
        assert send(begin, mailer) == Sending(claimed=2, sent=1, retried=1)
        assert standing(begin)[0] == ("queued", 1, "notifications.broken")

    def test_goes_on_after_one_that_no_longer_makes_sense(self, begin: Begin) -> None:
        keys = queue(begin, 2)
        with begin(SYSTEM) as uow:
            uow.session.execute(
                update(Delivery).where(Delivery.key == keys[0]).values(facts={"old": True})
            )
        mailer = ScriptedMailer()
        assert send(begin, mailer) == Sending(claimed=2, sent=1, failed=1)
        assert standing(begin)[0] == ("failed", 1, "notifications.unreadable")

    def test_counts_what_became_of_each_message(self, begin: Begin) -> None:
        labels = {"template": "refunded", "state": "sent"}
        before = REGISTRY.get_sample_value("instainstru_deliveries_total", labels) or 0
        queue(begin, 2)
        send(begin, ScriptedMailer())
        assert REGISTRY.get_sample_value("instainstru_deliveries_total", labels) == before + 2


class TestAnUncertainCarrier:
    def test_is_asked_again_later_with_the_same_key(self, begin: Begin, clock: SetClock) -> None:
        (key,) = queue(begin)
        mailer = ScriptedMailer([UNCERTAIN])
        assert send(begin, mailer) == Sending(claimed=1, retried=1)
        assert standing(begin) == [("queued", 1, "notifications.uncertain")]
        clock.advance(timedelta(seconds=59))
        assert send(begin, mailer) == Sending()
        clock.advance(timedelta(seconds=1))
        assert send(begin, mailer) == Sending(claimed=1, sent=1)
        assert [mail.key for mail in mailer.asked] == [key, key]
        assert mailer.asked[0] == mailer.asked[1]

    def test_that_took_the_mail_before_in_other_words_has_sent_it(self, begin: Begin) -> None:
        queue(begin)
        assert send(begin, ScriptedMailer([MailTaken("Known.")])).sent == 1
        assert standing(begin) == [("sent", 1, None)]

    def test_is_left_alone_after_three_in_a_row(self, begin: Begin, clock: SetClock) -> None:
        queue(begin, 6)
        mailer = ScriptedMailer([UNCERTAIN, None, UNCERTAIN, UNCERTAIN, UNCERTAIN])
        assert send(begin, mailer) == Sending(claimed=6, sent=1, retried=4, put_back=1)
        assert standing(begin)[5] == ("queued", 0, "notifications.uncertain")
        clock.advance(timedelta(minutes=1))
        assert send(begin, mailer) == Sending(claimed=5, sent=5)

    def test_that_is_asked_too_often_gets_time_and_costs_no_attempt(
        self, begin: Begin, clock: SetClock
    ) -> None:
        queue(begin, 3)
        mailer = ScriptedMailer([None, MailBusy("Too often.", retry_after=7)])
        assert send(begin, mailer) == Sending(claimed=3, sent=1, put_back=2)
        assert standing(begin)[1:] == [("queued", 0, "notifications.busy")] * 2
        clock.advance(timedelta(seconds=7))
        assert send(begin, mailer) == Sending(claimed=2, sent=2)

    def test_that_is_not_there_makes_messages_wait_for_ever(
        self, begin: Begin, clock: SetClock
    ) -> None:
        queue(begin, 2)
        mailer = ScriptedMailer([MailNotConfigured("None.")] * 9)
        for _ in range(9):
            assert send(begin, mailer) == Sending(claimed=2, put_back=2)
            clock.advance(timedelta(minutes=15))
        assert standing(begin) == [("queued", 0, "notifications.not_configured")] * 2
        assert send(begin, mailer) == Sending(claimed=2, sent=2)


class TestWhoGetsNothing:
    @pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DEACTIVATED])
    def test_a_person_whose_account_is_not_active(
        self, begin: Begin, status: AccountStatus
    ) -> None:
        with begin(SYSTEM) as uow:
            queued(uow, user_id=student(uow, status=status).id)
        mailer = ScriptedMailer()
        assert send(begin, mailer) == Sending(claimed=1, failed=1)
        assert mailer.asked == []
        assert standing(begin) == [("failed", 1, "notifications.account_inactive")]

    def test_a_person_who_can_no_longer_do_what_is_asked(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            queued(uow, FinalWarningFacts)
            queued(uow, RefundedFacts)
        clock.now = PAY_BY
        mailer = ScriptedMailer()
        assert send(begin, mailer) == Sending(claimed=2, sent=1, failed=1)
        assert standing(begin)[0] == ("failed", 1, "notifications.too_late")


def test_a_mail_hides_what_it_says_where_it_is_logged() -> None:
    mail = Mail(key="k", to="maya@example.org", subject="Yours", text="secret", html="secret")
    assert "secret" not in repr(mail)
    assert "maya" not in repr(mail)
    assert DeliveryState.SENT.value == "sent"
