"""Invites by mail, sent again, and claimed by somebody who is signed in."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.errors import ProfileExists
from instainstru_core.domains.notifications import flows, reactions
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.notifications.errors import MailUncertain
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.schemas import DeliveryFilters
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.onboarding import service
from instainstru_core.domains.onboarding.errors import (
    InviteInvalid,
    InviteNotPending,
    NobodyToInvite,
)
from instainstru_core.domains.onboarding.events import InviteResent, InvitesIssued
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.onboarding.schemas import (
    ClaimInvite,
    InvitesSent,
    InviteView,
    SendInvites,
)
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.idempotency import KeyReused
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import onboarding
from tests.factories.accounts import student
from tests.factories.instructors import profile
from tests.factories.notifications import ScriptedMailer

WEB = "https://instainstru.example/"
PAGE = "https://instainstru.example/invite/claim"
MOMENT = timedelta(microseconds=1)


def send(uow: Uow, *emails: str, key: str | None = None, **options: Any) -> InvitesSent:
    command = SendInvites(emails=list(emails), **options)
    return service.send_invites(uow, command, founding_cap=100, web_url=WEB, key=key)


def mailed(begin: Begin, batch: InvitesSent, mailer: ScriptedMailer | None = None) -> Any:
    """What the carrier is given once the fact was seen, twice over."""
    for _ in range(2):
        with begin(SYSTEM) as uow:
            event = InvitesIssued(batch_id=batch.batch_id, claim_page=PAGE)
            reactions.on_invites_issued(uow, event)
    mailer = mailer or ScriptedMailer()
    flows.send_due(begin, mailer, actor=SYSTEM)
    return mailer.asked


def standing(begin: Begin) -> list[tuple[str, str | None]]:
    with begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.state.value, row.error) for row in rows]


class TestABatch:
    def test_is_announced_once_with_all_its_mails(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "a@x.org", "b@x.org", message_note=" Hi! ", key="k")
        with begin(SYSTEM) as uow:
            note = " Hi! "
            assert send(uow, "a@x.org", "b@x.org", message_note=note, key="k") == batch
            with pytest.raises(KeyReused):
                send(uow, "c@x.org", key="k")
        with begin(SYSTEM) as uow:
            (fact,) = uow.session.scalars(select(OutboxRow))
        assert (fact.name, fact.payload) == (
            "InvitesIssued",
            {"batch_id": batch.batch_id, "claim_page": PAGE},
        )
        assert [mail.to for mail in mailed(begin, batch)] == ["a@x.org", "b@x.org"]
        assert [one.sends for one in batch.invites] == [1, 1]

    def test_to_nobody_is_refused_and_leaves_nothing(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            onboarding.invite(uow, email="a@x.org")
        with pytest.raises(NobodyToInvite), begin(SYSTEM) as uow:
            send(uow, "A@x.org")
        with begin(SYSTEM) as uow:
            assert uow.session.scalars(select(OutboxRow)).all() == []

    def test_shows_note_and_markup_as_text(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "a@x.org", message_note="<b>Hi</b> & {{ code }}")
        (mail,) = mailed(begin, batch)
        assert "<b>Hi</b> & {{ code }}" in mail.text
        assert "&lt;b&gt;Hi&lt;/b&gt; &amp; {{ code }}" in mail.html

    def test_is_for_those_who_may_invite(self, begin: Begin) -> None:
        reader = Actor(id="x", permissions=frozenset({Permission.INVITES_READ}))
        for ask in (
            lambda uow: send(uow, "a@x.org"),
            lambda uow: service.preview_invites(
                uow, SendInvites(emails=["a@x.org"]), founding_cap=1
            ),
            service.hold_invites,
            lambda uow: service.resend_invite(uow, "x", web_url=WEB),
        ):
            with pytest.raises(PermissionMissing), begin(reader) as uow:
                ask(uow)


class TestAMail:
    def test_of_an_invite_that_was_used_or_taken_back_is_not_sent(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "a@x.org", "b@x.org", "c@x.org")
            service.revoke_invite(uow, batch.invites[0].id)
            used = uow.session.get_one(Invite, batch.invites[1].id)
            service.sign_up_instructor(uow, onboarding.sign_up(used), "h", founding_cap=1)
        assert [mail.to for mail in mailed(begin, batch)] == ["c@x.org"]
        assert Counter(standing(begin)) == {  # made in one moment, so in no order
            ("failed", "notifications.invite_closed"): 2,
            ("sent", None): 1,
        }

    def test_is_not_sent_at_the_moment_its_code_expires(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            early, late = (send(uow, email, expires_in_days=1) for email in ("a@x.org", "b@x.org"))
        clock.advance(timedelta(days=1) - MOMENT)
        assert len(mailed(begin, early)) == 1
        clock.advance(MOMENT)
        assert mailed(begin, late) == []
        assert standing(begin) == [("sent", None), ("failed", "notifications.too_late")]

    def test_that_nobody_took_is_tried_again_under_its_key(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "a@x.org")
        mailer = ScriptedMailer([MailUncertain("No answer.")])
        mailed(begin, batch, mailer)
        clock.advance(timedelta(minutes=1))
        flows.send_due(begin, mailer, actor=SYSTEM)
        first, second = mailer.asked
        assert (first.key, first.text) == (second.key, second.text)
        assert standing(begin) == [("sent", None)]

    def test_is_shown_to_staff_without_the_code(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "maya@x.org")
        (mail,) = mailed(begin, batch)
        with begin(SYSTEM) as uow:
            (row,) = notifications.listing(uow, DeliveryFilters()).items
            shown = notifications.detail(uow, row.id)
            code = uow.session.get_one(Invite, batch.invites[0].id).code
        assert (row.user_id, row.reference) == (None, f"invite:{batch.invites[0].id}")
        assert shown.to_name == "m…@x.org"
        assert code in mail.text
        assert code not in shown.model_dump_json()
        assert "code is ••••••••." in shown.text

    def test_can_be_copied_by_staff(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "maya@x.org")
        mailed(begin, batch)
        with begin(SYSTEM) as uow:
            (row,) = notifications.listing(uow, DeliveryFilters()).items
            copy = notifications.resend(uow, row.id)
        assert copy.state is DeliveryState.QUEUED
        mailer = ScriptedMailer()
        flows.send_due(begin, mailer, actor=SYSTEM)
        assert [mail.to for mail in mailer.asked] == ["maya@x.org"]


class TestResending:
    def resend(self, begin: Begin, invite_id: str, key: str | None = None) -> InviteView:
        with begin(SYSTEM) as uow:
            return service.resend_invite(uow, invite_id, web_url=WEB, key=key)

    def test_mails_the_same_code_under_another_key_once_per_key(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            batch = send(uow, "a@x.org", message_note="Hi!")
        (first,) = mailed(begin, batch)
        invite_id = batch.invites[0].id
        done = self.resend(begin, invite_id, "k")
        assert done.sends == 2
        assert self.resend(begin, invite_id, "k") == done
        mailer = ScriptedMailer()
        for _ in range(2):
            with begin(SYSTEM) as uow:
                event = InviteResent(invite_id=invite_id, number=2, claim_page=PAGE)
                reactions.on_invite_resent(uow, event)
            flows.send_due(begin, mailer, actor=SYSTEM)
        (second,) = mailer.asked
        assert second.text == first.text
        assert (first.key, second.key) == (f"invite:{invite_id}:1", f"invite:{invite_id}:2")

    def test_is_for_pending_invites_to_the_moment_they_expire(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            row = onboarding.invite(uow, expires_at=clock.now + timedelta(days=1))
            gone = onboarding.invite(uow, revoked_at=clock.now)
        clock.advance(timedelta(days=1) - MOMENT)
        assert self.resend(begin, row.id).sends == 1
        clock.advance(MOMENT)
        for one, status in ((row, "expired"), (gone, "revoked")):
            with pytest.raises(InviteNotPending) as refusal:
                self.resend(begin, one.id)
            assert refusal.value.facts == {"status": status}


class TestClaiming:
    def claim(self, begin: Begin, user_id: str, code: str, cap: int = 100) -> Any:
        actor = Actor(id=user_id, permissions=frozenset({Permission.ACCOUNT_MANAGE_OWN}))
        with begin(actor) as uow:
            return service.claim_invite(uow, ClaimInvite(invite_code=code), founding_cap=cap)

    def test_lets_a_student_teach_whom_the_invite_was_sent_to(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            row = onboarding.invite(uow, email="maya@x.org", grants_founding=True)
            maya = student(uow, email="Maya@x.org").id
        done = self.claim(begin, maya, row.code.lower())
        assert (done.instructor_id, done.founding_number) == (maya, 1)
        with begin(SYSTEM) as uow:
            assert access.roles_of(uow, [maya])[maya] >= {Role.INSTRUCTOR}
            assert instructors.staff_profile(uow, maya).is_founding
            used = service.invite(uow, row.id)
        assert (used.status.value, used.used_by) == ("accepted", maya)
        with pytest.raises(InviteInvalid):
            self.claim(begin, maya, row.code)

    def test_makes_an_instructor_without_a_place_when_all_are_taken(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            onboarding.founding_instructors(uow, 2)
            row = onboarding.invite(uow, email="maya@x.org", grants_founding=True)
            maya = student(uow, email="maya@x.org").id
        done = self.claim(begin, maya, row.code, cap=2)
        assert (done.is_founding, done.founding_number) == (False, None)

    def test_is_for_the_person_and_the_time_it_was_meant_for(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            row = onboarding.invite(uow, email="maya@x.org", expires_at=clock.now)
            other = onboarding.invite(uow, email="else@x.org")
            maya = student(uow, email="maya@x.org").id
        for code in (row.code, other.code, "ABCDEFGH", "nonsense"):
            with pytest.raises(InviteInvalid):
                self.claim(begin, maya, code)

    def test_is_not_for_who_teaches_already_and_keeps_the_invite(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            teacher = profile(uow)
            address = accounts.mailboxes(uow, [teacher])[teacher].email
            row = onboarding.invite(uow, email=address)
        with pytest.raises(ProfileExists):
            self.claim(begin, teacher, row.code)
        with begin(SYSTEM) as uow:
            assert service.invite(uow, row.id).status.value == "pending"

    def test_needs_somebody_who_is_signed_in(self, begin: Begin) -> None:
        for actor in (ANONYMOUS, SYSTEM):
            with pytest.raises(PermissionMissing), begin(actor) as uow:
                service.claim_invite(uow, ClaimInvite(invite_code="ABCDEFGH"), founding_cap=100)
