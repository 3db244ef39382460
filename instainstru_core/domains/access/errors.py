"""Ways access says no. The `oauth.` codes end in the words of RFC 6749, section 5.2."""

from instainstru_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class ClientNotFound(NotFound):
    code = "access.client_not_found"


class OwnRights(Forbidden):
    code = "access.own_rights"


class OwnCase(Forbidden):
    code = "access.own_case"


class LastAdmin(Conflict):
    code = "access.last_admin"


class ExpiryPassed(Invalid):
    code = "access.expiry_passed"


class IssuerAbsent(NotFound):
    code = "oauth.issuer_absent"


class BadTokenRequest(Invalid):
    code = "oauth.invalid_request"


class UnsupportedGrant(Invalid):
    code = "oauth.unsupported_grant_type"


class UnknownClient(Unauthenticated):
    code = "oauth.invalid_client"


class CodeRefused(Invalid):
    code = "oauth.invalid_grant"


class RedirectRefused(Invalid):
    code = "oauth.invalid_redirect_uri"


class TargetRefused(Invalid):
    code = "oauth.invalid_target"


class ScopeNotAllowed(Invalid):
    code = "oauth.invalid_scope"
