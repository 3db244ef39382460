"""Staff look at messages, and send one once more."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.notifications import flows, service
from instainstru_core.domains.notifications.errors import (
    DeliveryNotFound,
    DeliveryUnderWay,
    MailRefused,
)
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.schemas import (
    DeliveryFilters,
    DeliveryView,
    HoldFailedFacts,
    RefundedFacts,
)
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor, encode_cursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.accounts import student
from tests.factories.notifications import ScriptedMailer, queued

EVERYTHING = DeliveryFilters()


def listed(uow: Uow, filters: DeliveryFilters = EVERYTHING) -> list[str]:
    return [one.key for one in service.listing(uow, filters).items]


def only(uow: Uow) -> DeliveryView:
    (found,) = service.listing(uow, EVERYTHING).items
    return found


class TestListing:
    def test_shows_the_newest_first_page_by_page(self, begin: Begin, clock: SetClock) -> None:
        keys = []
        for _ in range(5):
            with begin(SYSTEM) as uow:
                keys.append(queued(uow))
            clock.advance(timedelta(seconds=1))
        with begin(SYSTEM) as uow:
            first = service.listing(uow, EVERYTHING, limit=3)
            rest = service.listing(uow, EVERYTHING, limit=3, cursor=first.next_cursor)
        shown = [one.key for one in [*first.items, *rest.items]]
        assert shown == keys[::-1]
        assert rest.next_cursor is None

    def test_narrows_by_state_template_and_person(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            maya = student(uow).id
            sent = queued(uow)
        flows.send_due(begin, ScriptedMailer(), actor=SYSTEM)
        with begin(SYSTEM) as uow:
            held = queued(uow, HoldFailedFacts)
            hers = queued(uow, user_id=maya)
            assert listed(uow, DeliveryFilters(state=DeliveryState.SENT)) == [sent]
            assert listed(uow, DeliveryFilters(template=Template.HOLD_FAILED)) == [held]
            assert listed(uow, DeliveryFilters(user_id=maya)) == [hers]
            assert set(listed(uow)) == {sent, held, hers}

    def test_refuses_a_cursor_of_another_list(self, uow: Uow) -> None:
        strange = encode_cursor(("yesterday", new_id()), scope="notifications:{}")
        with pytest.raises(BadCursor):
            service.listing(uow, EVERYTHING, cursor=strange)
        damaged = encode_cursor(
            ("yesterday", new_id()), scope=f"notifications:{EVERYTHING.model_dump_json()}"
        )
        with pytest.raises(BadCursor):
            service.listing(uow, EVERYTHING, cursor=damaged)

    def test_is_for_staff_only(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            with pytest.raises(PermissionMissing):
                service.listing(uow, EVERYTHING)
            with pytest.raises(PermissionMissing):
                service.detail(uow, new_id())
            with pytest.raises(PermissionMissing):
                service.resend(uow, new_id())


class TestDetail:
    def test_shows_the_words(self, uow: Uow) -> None:
        maya = student(uow, first_name="Maya", last_name="Okafor").id
        queued(uow, RefundedFacts, user_id=maya)
        found = service.detail(uow, only(uow).id)
        assert (found.to_name, found.user_id) == ("Maya O.", maya)
        assert found.subject == "We returned $134.40 to your card"
        assert found.text.startswith("Hi Maya,\n")
        assert "<p>Hi Maya,</p>" in found.html
        assert found.facts["refund_cents"] == 13_440

    def test_shows_one_whose_facts_no_longer_fit(self, uow: Uow) -> None:
        queued(uow)
        uow.session.execute(update(Delivery).values(facts={}))
        found = service.detail(uow, only(uow).id)
        assert found.subject.startswith("The stored facts of this message do not fit")
        assert found.text == ""

    @pytest.mark.parametrize("strange", ["01JZ8M4T6Q3V9K2X7C5B1N0D8F", "nonsense"])
    def test_refuses_an_id_that_no_message_has(self, uow: Uow, strange: str) -> None:
        with pytest.raises(DeliveryNotFound):
            service.detail(uow, strange)


class TestResending:
    def test_a_failed_one_starts_anew_under_its_key(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
        mailer = ScriptedMailer([MailRefused("No.")])
        flows.send_due(begin, mailer, actor=SYSTEM)
        with begin(SYSTEM) as uow:
            again = service.resend(uow, only(uow).id)
            assert (again.key, again.state) == (key, DeliveryState.QUEUED)
            assert (again.attempts, again.error, again.due_at) == (0, None, uow.now)
        assert flows.send_due(begin, mailer, actor=SYSTEM).sent == 1
        assert [mail.key for mail in mailer.asked] == [key, key]

    def test_a_sent_one_goes_out_under_keys_of_its_own(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
        mailer = ScriptedMailer()
        flows.send_due(begin, mailer, actor=SYSTEM)
        with begin(SYSTEM) as uow:
            first = only(uow).id
            copies = [service.resend(uow, first).key for _ in range(2)]
            assert copies == [f"{key}#2", f"{key}#3"]
        flows.send_due(begin, mailer, actor=SYSTEM)
        assert sorted(mail.key for mail in mailer.asked) == [key, *copies]

    def test_one_under_way_is_left_alone(self, uow: Uow) -> None:
        queued(uow)
        waiting = only(uow)
        with pytest.raises(DeliveryUnderWay) as refused:
            service.resend(uow, waiting.id)
        assert refused.value.facts == {"due_at": uow.now.isoformat()}

    def test_is_written_down(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            queued(uow)
        flows.send_due(begin, ScriptedMailer(), actor=SYSTEM)
        with begin(SYSTEM) as uow:
            copy = service.resend(uow, only(uow).id)
            query = select(AuditEntry).where(AuditEntry.action == "notifications.resend")
            entry = uow.session.scalars(query).one()
            assert (entry.subject_id, entry.details) == (copy.id, {"template": "refunded"})
