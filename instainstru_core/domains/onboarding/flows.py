"""Work around a call that takes long: hashing a password, asking the provider of checks."""

from datetime import datetime

from instainstru_core.domains.accounts import flows as accounts
from instainstru_core.domains.background_checks import flows as checks
from instainstru_core.domains.background_checks.ports import CheckProvider
from instainstru_core.domains.background_checks.schemas import BackgroundCheckView
from instainstru_core.domains.background_checks.types import OpenCheck
from instainstru_core.domains.onboarding import service
from instainstru_core.domains.onboarding.schemas import InstructorSignedUp, SignUpInstructor
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.uow import Begin


def sign_up_instructor(
    begin: Begin, *, actor: Actor, command: SignUpInstructor, founding_cap: int
) -> InstructorSignedUp:
    """Look at the invite, hash the password with no transaction open, then register and claim."""
    with begin(actor) as uow:
        service.require_usable(uow, command.invite_code, command.email)
    hashed = accounts.hash_password(command.password.get_secret_value(), email=command.email)
    with begin(actor) as uow:
        return service.sign_up_instructor(uow, command, hashed, founding_cap=founding_cap)


def start_check(begin: Begin, provider: CheckProvider, *, actor: Actor) -> BackgroundCheckView:
    """Begin a background check of the signed-in instructor, or go on with the one that is open.

    The provider is asked with a key: two who start at once, and a repeat after a crash, get one
    invitation.
    """
    with begin(actor) as uow:
        order = service.check_to_order(uow)
    seen = checks.order(provider, order)
    with begin(actor) as uow:
        return service.keep_check(uow, order, seen)


def on_check(begin: Begin, provider: CheckProvider, actor: Actor, event: ClaimedEvent) -> None:
    """A check has moved: ask how it stands, and take that over."""
    look = checks.look(provider, event, now=_asking(begin, actor))
    with begin(actor) as uow:
        service.take_check(uow, look)


def look_again(begin: Begin, provider: CheckProvider, actor: Actor, check: OpenCheck) -> None:
    """Ask how a check under way stands, should its events have been lost."""
    look = checks.look_again(provider, check, now=_asking(begin, actor))
    with begin(actor) as uow:
        service.take_check(uow, look)


def _asking(begin: Begin, actor: Actor) -> datetime:
    """The moment of asking. For staff and the system."""
    require(actor, Permission.INSTRUCTORS_MANAGE_ANY)
    with begin(actor) as uow:
        return uow.now
