"""Ways accounts says no."""

from instainstru_core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class PersonUnknown(Forbidden):
    code = "accounts.person_unknown"


class PersonNotFound(NotFound):
    code = "accounts.not_found"


class EmailTaken(Conflict):
    code = "accounts.email_taken"


class PasswordRefused(Invalid):
    code = "accounts.password_refused"


class CurrentPasswordWrong(Forbidden):
    code = "accounts.current_password_wrong"


class ProofRefused(Forbidden):
    code = "accounts.proof_refused"


class BadCredentials(Unauthenticated):
    code = "accounts.bad_credentials"


class NotSignedIn(Unauthenticated):
    code = "accounts.not_signed_in"


class TokenInvalid(Unauthenticated):
    code = "accounts.token_invalid"


class TokenExpired(Unauthenticated):
    code = "accounts.token_expired"


class SessionOver(Unauthenticated):
    code = "accounts.session_over"


class RefreshRefused(Unauthenticated):
    code = "accounts.refresh_refused"


class AccountSuspended(Forbidden):
    code = "accounts.suspended"


class AccountDeactivated(Forbidden):
    code = "accounts.deactivated"


class AlreadySuspended(Conflict):
    code = "accounts.already_suspended"


class NotSuspended(Conflict):
    code = "accounts.not_suspended"


class AccountClosed(Conflict):
    code = "accounts.closed"


class HashingBusy(Unavailable):
    code = "accounts.busy"


class SigningAbsent(Unavailable):
    code = "accounts.signing_absent"
