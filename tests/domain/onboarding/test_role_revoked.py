"""An instructor whose role was taken away is not shown any more."""

import pytest

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.events import RoleRevoked
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.errors import InstructorNotFound
from instainstru_core.domains.onboarding.reactions import on_role_revoked
from instainstru_core.kernel.events import decode
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Uow
from instainstru_core.wiring import REACTIONS
from tests.factories.instructors import LiveInstructor, live_instructor


@pytest.fixture
def maya(uow: Uow) -> LiveInstructor:
    made = live_instructor(uow)
    for role in (Role.STUDENT, Role.INSTRUCTOR):
        access.grant_role(uow, made.id, role)
    return made


def reacted(uow: Uow) -> None:
    """What the relay does with the facts of this unit of work."""
    for row in uow.session.query(OutboxRow).filter_by(name="RoleRevoked"):
        fact = decode(row.name, row.payload)
        for reaction in REACTIONS[type(fact)]:
            reaction(uow, fact)


def test_is_hidden_and_it_is_written_down_why(uow: Uow, maya: LiveInstructor) -> None:
    access.revoke_role(uow, maya.id, Role.INSTRUCTOR)
    assert instructors.public_card(uow, maya.id).is_bookable
    reacted(uow)
    with pytest.raises(InstructorNotFound):
        instructors.public_card(uow, maya.id)
    (entry,) = audit.search(uow, AuditFilters(action="instructors.hide"), limit=5).items
    assert (entry.subject_id, entry.details) == (maya.id, {"reason": "role_revoked"})


def test_stays_when_the_role_was_given_back_or_was_another(uow: Uow, maya: LiveInstructor) -> None:
    access.revoke_role(uow, maya.id, Role.STUDENT)
    access.revoke_role(uow, maya.id, Role.INSTRUCTOR)
    access.grant_role(uow, maya.id, Role.INSTRUCTOR)
    reacted(uow)
    assert instructors.public_card(uow, maya.id).is_bookable


def test_says_nothing_of_a_role_that_nobody_held(uow: Uow, maya: LiveInstructor) -> None:
    assert not access.revoke_role(uow, maya.id, Role.ADMIN)
    assert uow.session.query(OutboxRow).filter_by(name="RoleRevoked").count() == 0


def test_of_someone_without_a_profile_changes_nothing(uow: Uow) -> None:
    nobody = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
    on_role_revoked(uow, RoleRevoked(user_id=nobody, role=Role.INSTRUCTOR.value))
    assert audit.search(uow, AuditFilters(action="instructors.hide"), limit=5).items == []
