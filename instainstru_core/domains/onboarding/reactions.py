"""What facts of others change about who is shown."""

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.events import RoleRevoked
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.types import HideReason
from instainstru_core.kernel.uow import Uow


def on_role_revoked(uow: Uow, fact: RoleRevoked) -> None:
    """Hide the profile of whoever may not teach any more, unless the role was given back."""
    if fact.role != Role.INSTRUCTOR:
        return
    if Role.INSTRUCTOR not in access.roles_of(uow, [fact.user_id])[fact.user_id]:
        instructors.hide(uow, fact.user_id, HideReason.ROLE_REVOKED)
