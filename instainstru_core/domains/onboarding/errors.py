"""Ways onboarding says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class InviteInvalid(Invalid):
    code = "onboarding.invite_invalid"


class InviteNotFound(NotFound):
    code = "onboarding.invite_not_found"


class InviteNotPending(Conflict):
    code = "onboarding.invite_not_pending"


class NobodyToInvite(Conflict):
    code = "onboarding.nobody_to_invite"


class FoundingPlacesPromised(Conflict):
    code = "onboarding.founding_full"
