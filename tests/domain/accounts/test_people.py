"""Signing up, one's own data, and looking people up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import func, select

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.errors import (
    EmailTaken,
    NotSignedIn,
    PasswordRefused,
    PersonNotFound,
)
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.schemas import (
    Mailbox,
    NewPerson,
    PersonCard,
    SignUpAccepted,
    SignUpStudent,
    UpdateMe,
)
from instainstru_core.domains.accounts.types import AccountStatus, MatchReason
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import ANONYMOUS, Actor, ActorKind, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts

GOOD = "quiet-river-piano"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


def sign_up(**changes: Any) -> SignUpStudent:
    given: dict[str, Any] = {
        "email": "Maya@Example.org",
        "password": SecretStr(GOOD),
        "first_name": " Maya ",
        "last_name": "Okafor",
    }
    return SignUpStudent(**(given | changes))


def people(uow: Uow) -> int:
    return uow.session.scalar(select(func.count()).select_from(User)) or 0


class TestSignUpStudent:
    def test_makes_an_active_student(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        command = sign_up(phone="+12125550143", zip_code="11201", timezone="America/Chicago")
        answer = flows.sign_up_student(begin, actor=ANONYMOUS, command=command)
        assert answer == SignUpAccepted()
        (found,) = service.find(uow, "maya@example.org")
        assert found.model_dump(exclude={"id"}) == {
            "email": "Maya@example.org",
            "email_proven_at": None,
            "first_name": "Maya",
            "last_name": "Okafor",
            "public_name": "Maya O.",
            "phone": "+12125550143",
            "zip_code": "11201",
            "timezone": "America/Chicago",
            "status": AccountStatus.ACTIVE,
            "roles": [Role.STUDENT],
            "created_at": clock.now,
            "last_login_at": None,
            "matched_by": MatchReason.EMAIL,
        }

    def test_keeps_no_password_but_its_hash(self, begin: Begin, uow: Uow) -> None:
        flows.sign_up_student(begin, actor=ANONYMOUS, command=sign_up())
        kept = uow.session.scalar(select(User.password_hash)) or ""
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert GOOD not in repr(sign_up())

    def test_answers_alike_for_a_known_address_and_changes_nothing(
        self, begin: Begin, uow: Uow
    ) -> None:
        flows.sign_up_student(begin, actor=ANONYMOUS, command=sign_up())
        before = uow.session.scalar(select(User.password_hash))
        other = sign_up(email="mAYA@example.org", password=SecretStr("another-one"))
        assert flows.sign_up_student(begin, actor=ANONYMOUS, command=other) == SignUpAccepted()
        assert people(uow) == 1
        assert uow.session.scalar(select(User.password_hash)) == before
        found = audit.search(uow, AuditFilters(action="accounts.sign_up_student")).items
        assert sorted((each.outcome, each.code, each.details == {}) for each in found) == [
            (Outcome.REFUSED, "accounts.email_taken", True),
            (Outcome.SUCCESS, None, True),
        ]

    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("short", "too_short"),
            ("x" * 129, "too_long"),
            ("password1", "common"),
            ("maya@example.org", "is_email"),
        ],
    )
    def test_refuses_a_password_that_is_easy(
        self, begin: Begin, uow: Uow, password: str, reason: str
    ) -> None:
        command = sign_up(password=SecretStr(password))
        with pytest.raises(PasswordRefused) as refusal:
            flows.sign_up_student(begin, actor=ANONYMOUS, command=command)
        assert refusal.value.facts == {"reason": reason}
        assert people(uow) == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {"email": "maya"},
            {"email": "maya@localhost"},
            {"first_name": ""},
            {"first_name": "x" * 51},
            {"last_name": "a\nb"},
            {"phone": "212 555 0143"},
            {"phone": "+1234567"},
            {"phone": "+1234567890123456"},
            {"zip_code": "1120"},
            {"zip_code": "11201-1234"},
            {"zip_code": "\uff11\uff11\uff12\uff10\uff11"},
            {"timezone": "New York"},
            {"timezone": "Mars/Olympus"},
            {"timezone": "../../etc/passwd"},
            {"role": "admin"},
        ],
    )
    def test_refuses_data_that_cannot_be(self, changes: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            sign_up(**changes)


class TestCreatePerson:
    def new(self, **changes: Any) -> NewPerson:
        given: dict[str, Any] = {
            "email": "li@example.org",
            "password_hash": "unusable",
            "first_name": "Li",
            "last_name": "Wei",
            "role": Role.INSTRUCTOR,
        }
        return NewPerson(**(given | changes))

    def test_writes_a_person_with_the_role(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            view = service.create_person(uow, self.new())
        assert (view.email, view.roles, view.public_name) == (
            "li@example.org",
            [Role.INSTRUCTOR],
            "Li W.",
        )

    def test_refuses_a_known_address(self, begin: Begin, uow: Uow) -> None:
        accounts.student(uow, email="LI@example.org")
        with begin(ANONYMOUS) as visiting, pytest.raises(EmailTaken):
            service.create_person(visiting, self.new())
        assert people(uow) == 1

    def test_makes_no_administrator_for_a_visitor(self, begin: Begin, uow: Uow) -> None:
        with pytest.raises(PermissionMissing), begin(ANONYMOUS) as visiting:
            service.create_person(visiting, self.new(role=Role.ADMIN))
        assert people(uow) == 0

    def test_makes_an_administrator_for_the_system(self, uow: Uow) -> None:
        assert service.create_person(uow, self.new(role=Role.ADMIN)).roles == [Role.ADMIN]


class TestMe:
    def test_shows_roles_and_permissions(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow)
        actor = accounts.actor_of(uow, user)
        with begin(actor) as own:
            view = service.me(own)
        assert (view.id, view.email, view.roles) == (user.id, user.email, [Role.STUDENT])
        assert view.permissions == sorted(actor.permissions)

    @pytest.mark.parametrize(
        "actor",
        [ANONYMOUS, Actor(id="client_x", kind=ActorKind.SERVICE)],
        ids=["visitor", "service"],
    )
    def test_is_for_people_who_are_signed_in(self, begin: Begin, actor: Actor) -> None:
        with begin(actor) as uow, pytest.raises(NotSignedIn):
            service.me(uow)


class TestUpdateMe:
    def test_changes_what_is_given_and_leaves_the_rest(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow, phone="+12125550143", zip_code="10025")
        with begin(accounts.actor_of(uow, user)) as own:
            view = service.update_me(own, UpdateMe(first_name=" Mia ", phone=None))
        assert (view.first_name, view.last_name) == ("Mia", "Okafor")
        assert (view.phone, view.zip_code) == (None, "10025")
        (entry,) = audit.search(uow, AuditFilters(action="accounts.update_me")).items
        assert (entry.subject_id, entry.details) == (user.id, {"fields": ["first_name", "phone"]})

    def test_writes_nothing_down_when_nothing_changes(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow)
        with begin(accounts.actor_of(uow, user)) as own:
            service.update_me(own, UpdateMe(first_name=user.first_name))
            service.update_me(own, UpdateMe())
        assert audit.search(uow, AuditFilters()).items == []

    def test_is_not_for_whom_it_was_taken_from(self, begin: Begin, uow: Uow) -> None:
        user = accounts.person(uow)
        with begin(accounts.actor_of(uow, user)) as own, pytest.raises(PermissionMissing):
            service.update_me(own, UpdateMe(first_name="Mia"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"first_name": None},
            {"email": "new@example.org"},
            {"status": "active"},
            {"timezone": ""},
        ],
    )
    def test_changes_nothing_else(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            UpdateMe(**changes)


class TestPerson:
    def test_shows_one_person_to_staff(self, uow: Uow) -> None:
        user = accounts.student(uow)
        assert service.person(uow, user.id).email == user.email

    @pytest.mark.parametrize("user_id", [UNKNOWN_ID, "x", "a\x00b"])
    def test_refuses_who_is_not_there(self, uow: Uow, user_id: str) -> None:
        with pytest.raises(PersonNotFound):
            service.person(uow, user_id)


class TestFind:
    @pytest.fixture
    def known(self, uow: Uow) -> dict[str, str]:
        rows = {
            "maya": accounts.student(
                uow, first_name="Maya", last_name="Okafor", phone="+12125550143"
            ),
            "mayana": accounts.student(uow, first_name="Mayana", last_name="Bell"),
            "amaya": accounts.student(uow, first_name="Amaya", last_name="Cruz"),
            "percent": accounts.student(uow, first_name="100%", last_name="Real_Name"),
            "brit": accounts.student(uow, first_name="Ann", last_name="Lee", phone="+442079460000"),
        }
        return {row.id: name for name, row in rows.items()}

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("(212) 555-0143", [("maya", MatchReason.PHONE)]),
            ("2125550143", [("maya", MatchReason.PHONE)]),
            ("+1 212 555 0143", [("maya", MatchReason.PHONE)]),
            ("+44 20 7946 0000", [("brit", MatchReason.PHONE)]),
            ("212555014", []),
            (
                "maya",
                [
                    ("maya", MatchReason.NAME),
                    ("mayana", MatchReason.NAME_START),
                    ("amaya", MatchReason.NAME_PART),
                ],
            ),
            ("MAYA okafor", [("maya", MatchReason.NAME)]),
            ("okafor maya", [("maya", MatchReason.NAME_START)]),
            ("maya o", [("maya", MatchReason.NAME_START)]),
            ("0%", [("percent", MatchReason.NAME_PART)]),
            ("%", [("percent", MatchReason.NAME_PART)]),
            ("_", [("percent", MatchReason.NAME_PART)]),
            ("real_name", [("percent", MatchReason.NAME)]),
            ("/", []),
            ("maya@", []),
            ("nobody@example.org", []),
            ("'; DROP TABLE users; --", []),
            ("", []),
            ("\x00", []),
        ],
    )
    def test_says_who_and_why(
        self, uow: Uow, known: dict[str, str], text: str, found: list[tuple[str, MatchReason]]
    ) -> None:
        assert [(known[each.id], each.matched_by) for each in service.find(uow, text)] == found

    def test_finds_by_id_and_by_address_in_any_case(self, uow: Uow) -> None:
        user = accounts.student(uow, email="Maya@Example.org")
        (by_id,) = service.find(uow, user.id.lower())
        (by_email,) = service.find(uow, " mAYA@example.ORG ")
        assert (by_id.id, by_id.matched_by) == (user.id, MatchReason.ID)
        assert (by_email.id, by_email.matched_by) == (user.id, MatchReason.EMAIL)

    def test_stops_at_the_limit_with_the_best(self, uow: Uow, known: dict[str, str]) -> None:
        assert [known[each.id] for each in service.find(uow, "maya", limit=2)] == ["maya", "mayana"]

    @pytest.mark.usefixtures("known")
    def test_asks_two_questions_however_many_it_finds(
        self,
        uow: Uow,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as statements:
            service.find(uow, "maya")
        assert len(statements) == 2

    def test_is_for_staff(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow)
        with begin(accounts.actor_of(uow, user)) as asking, pytest.raises(PermissionMissing):
            service.find(asking, "maya")


class TestCards:
    def test_shows_what_others_may_see_in_one_question(
        self,
        begin: Begin,
        uow: Uow,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        maya = accounts.student(uow)
        gone = accounts.student(
            uow, first_name="Li", last_name="wei", status=AccountStatus.SUSPENDED
        )
        with begin(ANONYMOUS) as asking, count_statements() as statements:
            cards = service.cards(asking, [maya.id, gone.id, new_id()])
        assert len(statements) == 1
        assert cards == {
            maya.id: PersonCard(
                id=maya.id,
                first_name="Maya",
                public_name="Maya O.",
                timezone="America/New_York",
                status=AccountStatus.ACTIVE,
            ),
            gone.id: PersonCard(
                id=gone.id,
                first_name="Li",
                public_name="Li W.",
                timezone="America/New_York",
                status=AccountStatus.SUSPENDED,
            ),
        }


class TestRights:
    def test_are_changed_for_people_who_exist(self, uow: Uow) -> None:
        user = accounts.student(uow)
        assert service.grant_role(uow, user.id, Role.ADMIN).roles == [Role.ADMIN, Role.STUDENT]
        assert access.roles_of(uow, [user.id])[user.id] == {Role.ADMIN, Role.STUDENT}
        with pytest.raises(PersonNotFound):
            service.grant_role(uow, new_id(), Role.ADMIN)


class TestMailboxes:
    def test_tell_where_to_write_in_one_query(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        maya = accounts.person(uow, first_name="Maya", email="maya@example.org")
        gone = accounts.person(uow, email="gone@example.org", status=AccountStatus.DEACTIVATED)
        with count_statements() as statements:
            boxes = service.mailboxes(uow, [maya.id, gone.id, new_id()])
        assert len(statements) == 1
        assert boxes == {
            maya.id: Mailbox(
                first_name="Maya", email="maya@example.org", status=AccountStatus.ACTIVE
            ),
            gone.id: Mailbox(
                first_name="Maya", email="gone@example.org", status=AccountStatus.DEACTIVATED
            ),
        }
        assert "maya@example.org" not in repr(boxes)
