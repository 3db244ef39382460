"""People and their sign-ins, one transaction at a time. Hashing happens in `flows`."""

from instainstru_core.domains.accounts.service.people import (
    cards,
    create_person,
    find,
    mailboxes,
    me,
    person,
    sign_up_student,
    update_me,
)
from instainstru_core.domains.accounts.service.rights import (
    clear_override,
    grant_role,
    override,
    revoke_role,
    rights,
)
from instainstru_core.domains.accounts.service.sessions import (
    authenticate,
    change_password,
    credentials,
    forget_sessions,
    note_failed_sign_in,
    own_credentials,
    rotate_session,
    sign_out,
    sign_out_everywhere,
    start_session,
    terms_of,
)

__all__ = [
    "authenticate",
    "cards",
    "change_password",
    "clear_override",
    "create_person",
    "credentials",
    "find",
    "forget_sessions",
    "grant_role",
    "mailboxes",
    "me",
    "note_failed_sign_in",
    "override",
    "own_credentials",
    "person",
    "revoke_role",
    "rights",
    "rotate_session",
    "sign_out",
    "sign_out_everywhere",
    "sign_up_student",
    "start_session",
    "terms_of",
    "update_me",
]
