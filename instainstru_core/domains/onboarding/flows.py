"""The sign-up of an invited instructor, around the hashing of the password."""

from instainstru_core.domains.accounts import flows as accounts
from instainstru_core.domains.onboarding import service
from instainstru_core.domains.onboarding.schemas import InstructorSignedUp, SignUpInstructor
from instainstru_core.kernel.authority import Actor
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
