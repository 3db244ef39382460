"""The founding program: a hundred places, each taken for good."""

from instainstru_core.domains.onboarding import policy
from instainstru_core.domains.onboarding.errors import FoundingPlacesPromised
from instainstru_core.domains.onboarding.models import FoundingSlot
from instainstru_core.domains.onboarding.repository import FoundingSlots, Invites
from instainstru_core.domains.onboarding.schemas import FoundingStatus
from instainstru_core.kernel import locks
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

FOUNDING = "onboarding:founding"


@operation("onboarding.founding_status")
def founding_status(uow: Uow, *, founding_cap: int) -> FoundingStatus:
    """How full the founding program is. Public."""
    filled, _ = FoundingSlots(uow.session).filled()
    return FoundingStatus(
        total=founding_cap,
        filled=filled,
        remaining=max(founding_cap - filled, 0),
        allocated=Invites(uow.session).promised(uow.now),
    )


def require_places(uow: Uow, wanted: int, founding_cap: int) -> FoundingStatus:
    """Refuse with FoundingPlacesPromised unless so many places can be promised."""
    found = founding_status(uow, founding_cap=founding_cap)
    left = policy.promisable(cap=found.total, filled=found.filled, allocated=found.allocated)
    if wanted > left:
        raise FoundingPlacesPromised(
            f"Only {left} founding places are neither taken nor promised. Invite fewer, take"
            " pending invites back, or invite without a founding place.",
            wanted=wanted,
            left=left,
        )
    return found


def take_place(uow: Uow, founding_cap: int) -> int | None:
    """The number of the next place, held by a lock until it is written; None when all are taken."""
    locks.advisory(uow.session, [FOUNDING])
    filled, highest = FoundingSlots(uow.session).filled()
    return policy.next_place(cap=founding_cap, filled=filled, highest=highest)


def write_place(uow: Uow, number: int | None, instructor_id: str) -> None:
    """Write down who has the place. Without a number there is none to write."""
    if number is not None:
        FoundingSlots(uow.session).add(
            FoundingSlot(number=number, instructor_id=instructor_id, claimed_at=uow.now)
        )
