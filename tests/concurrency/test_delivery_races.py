"""Messages at the same instant, with real commits: each reaches its carrier once."""

import threading
from datetime import timedelta

from sqlalchemy import func, select, text

from instainstru_core.domains.notifications import flows, service
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.domains.notifications.schemas import RefundedFacts, Sending
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.accounts import student
from tests.factories.notifications import ScriptedMailer, facts, queued
from tests.patience import PATIENCE_SECONDS
from tests.together import at_once


def queue(runtime: Runtime, number: int) -> list[str]:
    with runtime.begin(SYSTEM) as uow:
        return [queued(uow) for _ in range(number)]


def states(runtime: Runtime) -> dict[DeliveryState, int]:
    with runtime.begin(SYSTEM) as uow:
        query = select(Delivery.state, func.count()).group_by(Delivery.state)
        return {row[0]: row[1] for row in uow.session.execute(query)}


class TestSenders:
    def test_at_once_share_the_work_and_send_nothing_twice(
        self, committed_runtime: Runtime
    ) -> None:
        keys = queue(committed_runtime, 30)
        mailer = ScriptedMailer()

        def send() -> Sending:
            total = 0
            for _ in range(10):
                total += flows.send_due(committed_runtime.begin, mailer, actor=SYSTEM, limit=5).sent
            return Sending(sent=total)

        done = at_once([send] * 4)

        assert sum(one.sent for one in done if isinstance(one, Sending)) == 30
        assert sorted(mail.key for mail in mailer.asked) == sorted(keys)
        assert states(committed_runtime) == {DeliveryState.SENT: 30}

    def test_that_wait_for_their_carrier_keep_nobody_else_waiting(
        self, committed_runtime: Runtime
    ) -> None:
        queue(committed_runtime, 2)
        inside, go_on = threading.Event(), threading.Event()

        def hold(_mail: Mail) -> None:
            inside.set()
            assert go_on.wait(PATIENCE_SECONDS)

        slow = ScriptedMailer(before=hold)
        sending = threading.Thread(
            target=lambda: flows.send_due(committed_runtime.begin, slow, actor=SYSTEM, limit=1)
        )
        sending.start()
        assert inside.wait(PATIENCE_SECONDS)
        quick = flows.send_due(committed_runtime.begin, ScriptedMailer(), actor=SYSTEM)
        go_on.set()
        sending.join(PATIENCE_SECONDS)
        assert quick == Sending(claimed=1, sent=1)
        assert states(committed_runtime) == {DeliveryState.SENT: 2}

    def test_in_the_middle_of_claiming_are_not_waited_for(self, committed_runtime: Runtime) -> None:
        keys = queue(committed_runtime, 2)
        begin = committed_runtime.begin
        with begin(SYSTEM) as first, begin(SYSTEM) as second:
            second.session.execute(text("SET LOCAL lock_timeout = '1s'"))
            one = service.claim(first, limit=1, lease=flows.LEASE)
            other = service.claim(second, limit=5, lease=flows.LEASE)
        assert sorted(found.key for found in [*one, *other]) == sorted(keys)

    def test_one_of_which_died_are_followed_by_one_with_the_same_key(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        (key,) = queue(committed_runtime, 1)
        with committed_runtime.begin(SYSTEM) as uow:
            service.claim(uow, limit=1, lease=flows.LEASE)
        mailer = ScriptedMailer()
        assert flows.send_due(committed_runtime.begin, mailer, actor=SYSTEM) == Sending()
        clock.advance(flows.LEASE)
        assert flows.send_due(committed_runtime.begin, mailer, actor=SYSTEM).sent == 1
        assert [mail.key for mail in mailer.asked] == [key]


class TestCauses:
    def test_seen_at_once_make_one_message(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = student(uow).id

        def see() -> bool:
            with committed_runtime.begin(SYSTEM) as uow:
                return service.queue(
                    uow,
                    key="refunded:1",
                    template=Template.REFUNDED,
                    user_id=maya,
                    facts=facts(RefundedFacts),
                )

        assert sorted(map(bool, at_once([see] * 6))) == [False] * 5 + [True]
        assert states(committed_runtime) == {DeliveryState.QUEUED: 1}


class TestASecondCopy:
    def test_asked_for_at_once_gets_a_key_each(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        (key,) = queue(committed_runtime, 1)
        flows.send_due(committed_runtime.begin, ScriptedMailer(), actor=SYSTEM)
        clock.advance(timedelta(seconds=1))
        with committed_runtime.begin(SYSTEM) as uow:
            first = uow.session.scalars(select(Delivery.id)).one()

        def copy() -> str:
            with committed_runtime.begin(SYSTEM) as uow:
                return service.resend(uow, first).key

        assert sorted(map(str, at_once([copy] * 3))) == [f"{key}#{number}" for number in (2, 3, 4)]
