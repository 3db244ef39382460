"""Invites: made in batches, listed, taken back, checked."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.onboarding import policy, service
from instainstru_core.domains.onboarding.errors import (
    FoundingPlacesPromised,
    InviteNotFound,
    InviteNotPending,
)
from instainstru_core.domains.onboarding.schemas import (
    CheckInvite,
    CreateInvites,
    FoundingStatus,
    InviteCheck,
    InviteFilters,
    InvitesCreated,
)
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason
from instainstru_core.kernel.authority import ANONYMOUS, Actor, Permission, PermissionMissing
from instainstru_core.kernel.idempotency import KeyReused
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts, onboarding

MOMENT = timedelta(microseconds=1)
ID_TICK = 0.002
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
READER = Actor(id="reader", permissions=frozenset({Permission.INVITES_READ}))
MANAGER = Actor(
    id="01JZ8M4T6Q3V9K2X7C5B1N0D8F",
    permissions=frozenset({Permission.INVITES_READ, Permission.INVITES_MANAGE}),
)


def create(
    uow: Uow, *emails: str, cap: int = 100, key: str | None = None, **options: Any
) -> InvitesCreated:
    command = CreateInvites(emails=list(emails), **options)
    return service.create_invites(uow, command, founding_cap=cap, key=key)


class TestCreate:
    def test_gives_each_address_a_code_of_its_own(self, begin: Begin, clock: SetClock) -> None:
        with begin(MANAGER) as uow:
            made = create(uow, "Maya@Example.org", "li@example.org", grants_founding=True)
        assert [each.email for each in made.invites] == ["maya@example.org", "li@example.org"]
        assert len({each.code for each in made.invites}) == 2
        for each in made.invites:
            assert policy.normalized_code(each.code) == each.code
            assert each.status is InviteStatus.PENDING
            assert each.expires_at == clock.now + timedelta(days=14)
            assert (each.created_by, each.grants_founding) == (MANAGER.id, True)

    def test_takes_each_address_once(self, begin: Begin) -> None:
        with begin(MANAGER) as uow:
            made = create(uow, "li@example.org", "LI@example.org", " li@example.org ")
        assert [each.email for each in made.invites] == ["li@example.org"]
        assert made.skipped == []

    def test_skips_who_is_invited_or_registered(self, begin: Begin, uow: Uow) -> None:
        onboarding.invite(uow, email="invited@example.org")
        onboarding.invite(uow, email="lapsed@example.org", expires_at=uow.now)
        onboarding.invite(uow, email="revoked@example.org", revoked_at=uow.now)
        accounts.student(uow, email="Known@Example.org")
        with begin(MANAGER) as managing:
            made = create(
                managing,
                "known@example.org",
                "invited@example.org",
                "lapsed@example.org",
                "revoked@example.org",
            )
        assert [(each.email, each.reason) for each in made.skipped] == [
            ("known@example.org", SkipReason.REGISTERED),
            ("invited@example.org", SkipReason.INVITED),
        ]
        assert [each.email for each in made.invites] == [
            "lapsed@example.org",
            "revoked@example.org",
        ]

    def test_answers_a_repeated_key_without_new_invites(self, begin: Begin) -> None:
        with begin(MANAGER) as uow:
            first = create(uow, "li@example.org", key="batch-1")
        with begin(MANAGER) as uow:
            assert create(uow, "li@example.org", key="batch-1") == first
            assert len(service.invites(uow, InviteFilters()).items) == 1
            with pytest.raises(KeyReused):
                create(uow, "maya@example.org", key="batch-1")

    def test_promises_no_more_places_than_are_left(self, begin: Begin, uow: Uow) -> None:
        onboarding.founding_instructors(uow, 2)
        onboarding.invite(uow, grants_founding=True)
        onboarding.invite(uow, grants_founding=True, expires_at=uow.now)
        with begin(MANAGER) as managing:
            with pytest.raises(FoundingPlacesPromised) as refusal:
                create(managing, "a@x.org", "b@x.org", "c@x.org", cap=5, grants_founding=True)
            assert refusal.value.facts == {"wanted": 3, "left": 2}
            made = create(managing, "a@x.org", "b@x.org", cap=5, grants_founding=True)
            assert len(made.invites) == 2
            assert len(create(managing, "c@x.org", cap=5).invites) == 1

    def test_writes_down_how_many_but_not_whom(self, begin: Begin, uow: Uow) -> None:
        with begin(MANAGER) as managing:
            made = create(managing, "li@example.org")
        (entry,) = audit.search(uow, AuditFilters()).items
        assert (entry.action, entry.subject_id) == (
            "onboarding.create_invites",
            made.invites[0].id,
        )
        assert entry.details == {
            "created": [made.invites[0].id],
            "skipped": 0,
            "grants_founding": False,
            "expires_in_days": 14,
        }

    @pytest.mark.parametrize(
        "changes",
        [
            {"emails": []},
            {"emails": [f"p{number}@example.org" for number in range(101)]},
            {"emails": ["not an address"]},
            {"expires_in_days": 0},
            {"expires_in_days": 181},
        ],
    )
    def test_refuses_what_cannot_be_sent(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            CreateInvites.model_validate({"emails": ["li@example.org"]} | changes)

    def test_makes_a_hundred_in_a_few_statements(
        self,
        begin: Begin,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        emails = [f"p{number}@example.org" for number in range(100)]
        with begin(MANAGER) as uow, count_statements() as statements:
            assert len(create(uow, *emails).invites) == 100
            uow.session.flush()
        assert len(statements) == 5

    def test_is_for_those_who_manage_invites(self, begin: Begin) -> None:
        with begin(READER) as uow, pytest.raises(PermissionMissing):
            create(uow, "li@example.org")


class TestList:
    @pytest.fixture
    def ids(self, uow: Uow) -> dict[str, str]:
        user = accounts.instructor_person(uow)
        changes: dict[str, dict[str, Any]] = {
            "pending": {"email": "a@example.org", "grants_founding": True},
            "accepted": {"used_at": uow.now, "used_by": user.id},
            "expired": {"expires_at": uow.now},
            "revoked": {"revoked_at": uow.now},
            "last": {"expires_at": uow.now + MOMENT},
        }
        found: dict[str, str] = {}
        for name, columns in changes.items():
            found[onboarding.invite(uow, **columns).id] = name
            time.sleep(ID_TICK)
        return found

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            (InviteFilters(), ["last", "revoked", "expired", "accepted", "pending"]),
            (InviteFilters(status=InviteStatus.PENDING), ["last", "pending"]),
            (InviteFilters(status=InviteStatus.ACCEPTED), ["accepted"]),
            (InviteFilters(status=InviteStatus.EXPIRED), ["expired"]),
            (InviteFilters(status=InviteStatus.REVOKED), ["revoked"]),
            (InviteFilters(email=" A@Example.org"), ["pending"]),
            (InviteFilters(grants_founding=True), ["pending"]),
            (InviteFilters(grants_founding=False, status=InviteStatus.PENDING), ["last"]),
        ],
    )
    def test_narrows_by_what_is_given(
        self, begin: Begin, ids: dict[str, str], filters: InviteFilters, found: list[str]
    ) -> None:
        with begin(READER) as uow:
            page = service.invites(uow, filters)
        assert [ids[each.id] for each in page.items] == found

    @pytest.mark.usefixtures("ids")
    def test_agrees_with_the_status_it_shows(self, begin: Begin) -> None:
        with begin(READER) as uow:
            for status in InviteStatus:
                page = service.invites(uow, InviteFilters(status=status))
                assert {each.status for each in page.items} == {status}

    def test_goes_on_where_the_last_page_ended(self, begin: Begin, ids: dict[str, str]) -> None:
        with begin(READER) as uow:
            first = service.invites(uow, InviteFilters(), limit=3)
            second = service.invites(uow, InviteFilters(), cursor=first.next_cursor, limit=3)
            with pytest.raises(BadCursor):
                service.invites(uow, InviteFilters(email="x"), cursor=first.next_cursor)
        assert [ids[each.id] for each in second.items] == ["accepted", "pending"]
        assert second.next_cursor is None

    def test_does_not_tell_codes(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow)
        with begin(READER) as reading:
            assert row.code not in service.invites(reading, InviteFilters()).model_dump_json()
            assert row.code not in service.invite(reading, row.id).model_dump_json()

    def test_is_for_those_who_read_invites(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            with pytest.raises(PermissionMissing):
                service.invites(uow, InviteFilters())
            with pytest.raises(PermissionMissing):
                service.invite(uow, new_id())


class TestRevoke:
    def test_makes_the_code_worthless(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow)
        with begin(MANAGER) as managing:
            view = service.revoke_invite(managing, row.id)
        assert (view.status, view.revoked_at) == (InviteStatus.REVOKED, uow.now)
        uow.session.refresh(row)
        assert service.check_invite(uow, CheckInvite(code=row.code)) == InviteCheck(valid=False)
        (entry,) = audit.search(uow, AuditFilters()).items
        assert (entry.action, entry.subject_id) == ("onboarding.revoke_invite", row.id)

    def test_changes_nothing_the_second_time(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        row = onboarding.invite(uow)
        with begin(MANAGER) as managing:
            first = service.revoke_invite(managing, row.id)
        clock.advance(timedelta(hours=1))
        with begin(MANAGER) as managing:
            assert service.revoke_invite(managing, row.id) == first

    @pytest.mark.parametrize("status", [InviteStatus.ACCEPTED, InviteStatus.EXPIRED])
    def test_refuses_what_is_no_longer_pending(
        self, begin: Begin, uow: Uow, status: InviteStatus
    ) -> None:
        used: dict[str, Any] = {"used_at": uow.now, "used_by": accounts.person(uow).id}
        columns = used if status is InviteStatus.ACCEPTED else {"expires_at": uow.now}
        row = onboarding.invite(uow, **columns)
        with begin(MANAGER) as managing:
            with pytest.raises(InviteNotPending) as refusal:
                service.revoke_invite(managing, row.id)
            assert service.invite(managing, row.id).status is status
        assert refusal.value.facts == {"status": status.value}

    @pytest.mark.parametrize("invite_id", [UNKNOWN_ID, "x", "a\x00b"])
    def test_refuses_what_is_not_there(self, begin: Begin, invite_id: str) -> None:
        with begin(MANAGER) as uow, pytest.raises(InviteNotFound):
            service.revoke_invite(uow, invite_id)


class TestCheck:
    def test_tells_what_a_code_is_worth_but_not_whose_it_is(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow, email="maya@example.org", grants_founding=True)
        with begin(ANONYMOUS) as asking:
            answer = service.check_invite(asking, CheckInvite(code=f" {row.code.lower()} "))
        assert answer == InviteCheck(
            valid=True, grants_founding=True, expires_at=uow.now + timedelta(days=14)
        )
        assert "maya" not in answer.model_dump_json()

    def test_ends_at_the_very_instant(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        row = onboarding.invite(uow, expires_at=uow.now + timedelta(days=1))
        for wait, valid in ((timedelta(days=1) - MOMENT, True), (MOMENT, False)):
            clock.advance(wait)
            with begin(ANONYMOUS) as asking:
                assert service.check_invite(asking, CheckInvite(code=row.code)).valid is valid

    @pytest.mark.parametrize("code", ["ZZZZZZZZ", "not a code", "%", "a\x00b"])
    def test_says_no_more_of_a_code_that_is_none(self, begin: Begin, code: str) -> None:
        with begin(ANONYMOUS) as uow:
            answer = service.check_invite(uow, CheckInvite(code=code))
        assert answer == InviteCheck(valid=False)


class TestFoundingStatus:
    def test_counts_what_is_filled_and_what_is_promised(self, begin: Begin, uow: Uow) -> None:
        onboarding.founding_instructors(uow, 3)
        onboarding.invite(uow, grants_founding=True)
        onboarding.invite(uow, grants_founding=False)
        onboarding.invite(uow, grants_founding=True, expires_at=uow.now)
        onboarding.invite(uow, grants_founding=True, revoked_at=uow.now)
        with begin(ANONYMOUS) as asking:
            found = service.founding_status(asking, founding_cap=100)
            lowered = service.founding_status(asking, founding_cap=2)
        assert found == FoundingStatus(total=100, filled=3, remaining=97, allocated=1)
        assert lowered == FoundingStatus(total=2, filled=3, remaining=0, allocated=1)
