"""Ways background checks say no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class CheckNotFound(NotFound):
    code = "background_checks.not_found"


class ConsentMissing(Invalid):
    """Nobody is checked who has not agreed to it."""

    code = "background_checks.consent_missing"


class AlreadyClear(Conflict):
    code = "background_checks.already_clear"


class CheckRefused(Conflict):
    """The provider will not take this, however often it is asked."""

    code = "background_checks.refused"


class CheckUnavailable(Unavailable):
    """The provider did not answer, or cannot now: ask again with the same key."""

    code = "background_checks.unavailable"


class CheckNotConfigured(CheckUnavailable):
    """There is no provider that would take checks from us."""

    code = "background_checks.not_configured"
