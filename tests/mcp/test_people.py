"""People whom an issuer outside signed in: known by a verified address, never by a claim alone."""

from typing import Any

import pytest

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories import accounts
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, token

WORKOS: dict[str, Any] = {
    "sub": "user_01HXYZ",
    "client_id": "client_01HABC",
    "sid": "session_01HDEF",
    "email_verified": True,
}


@pytest.fixture(scope="module")
def admin(asked: Runtime, world: object) -> tuple[str, str]:
    """The id and the address of an administrator."""
    with asked.begin(SYSTEM) as uow:
        person = accounts.student(uow, first_name="Ada", last_name="Rook")
        access.grant_role(uow, person.id, Role.ADMIN)
    return person.id, person.email


def signed_in(url: str, **claims: Any) -> Copilot:
    return Copilot(url, token(worlds.signing_key(), **{**WORKOS, **claims}))


class TestAPersonOfAnotherIssuer:
    def test_is_who_has_the_verified_address(
        self, url: str, asked: Runtime, admin: tuple[str, str]
    ) -> None:
        user_id, email = admin
        signed_in(url, email=email.upper()).ask("services_catalog")
        with asked.begin(SYSTEM) as uow:
            filters = AuditFilters(action="mcp.services_catalog", actor_id=user_id)
            (entry,) = audit.search(uow, filters).items
        assert entry.actor_kind == "user"
        assert entry.details["client_id"] == "client_01HABC"

    @pytest.mark.parametrize(
        "claims",
        [
            {"email_verified": False},
            {"email_verified": "true"},
            {"email": None},
            {"email": "nobody@example.org"},
        ],
    )
    def test_is_nobody_without_one(
        self, url: str, admin: tuple[str, str], claims: dict[str, Any]
    ) -> None:
        error = signed_in(url, **{"email": admin[1], **claims}).refused("services_catalog")
        assert error["code"] == "accounts.person_unknown"

    def test_may_do_what_their_role_allows_and_no_more(self, url: str, world: Any) -> None:
        student = signed_in(url, email="jonas@example.org", scope="mcp:read mcp:money")
        error = student.refused("bookings_summary")
        assert error["code"] == "access.permission_missing"
        error = student.refused(
            "refund_preview", booking_id="01JZ8M4T6Q3V9K2X7C5B1N0D8F", reason="goodwill"
        )
        assert error["code"] in {"access.permission_missing", "bookings.not_found"}

    def test_is_not_somebody_because_a_program_says_so(self, url: str, asked: Runtime) -> None:
        """Without a session it is a program's token, whatever address it carries."""
        claims: dict[str, Any] = {"sub": "robot", "client_id": "robot", "email": "ada@example.org"}
        Copilot(url, token(worlds.signing_key(), **claims, email_verified=True)).ask(
            "services_catalog"
        )
        with asked.begin(SYSTEM) as uow:
            filters = AuditFilters(action="mcp.services_catalog", actor_id="robot")
            (entry,) = audit.search(uow, filters).items
        assert entry.actor_kind == "service"

    def test_cannot_name_an_operator(self, url: str) -> None:
        claims: dict[str, Any] = {
            "sub": "robot",
            "client_id": "robot",
            "instainstru_operator": "Ada Rook",
        }
        robot = Copilot(url, token(worlds.signing_key(), scope="mcp:read mcp:money", **claims))
        error = robot.refused("refund_execute", confirm_token="7KQ4W9ZT2MXB5RHCV8NA")
        assert error["code"] == "access.operator_missing"
