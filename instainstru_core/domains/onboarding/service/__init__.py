"""Invites, the founding program, who was invited, and who may go live."""

from instainstru_core.domains.onboarding.service.founding import founding_status
from instainstru_core.domains.onboarding.service.going_live import (
    check_to_order,
    go_live,
    hide_lapsed,
    keep_check,
    own_steps,
    take_check,
)
from instainstru_core.domains.onboarding.service.inviting import (
    check_invite,
    create_invites,
    invite,
    invites,
    revoke_invite,
)
from instainstru_core.domains.onboarding.service.joining import (
    claim_invite,
    require_usable,
    sign_up_instructor,
)
from instainstru_core.domains.onboarding.service.sending import (
    batch_ids,
    claim_page,
    envelopes,
    hold_invites,
    preview_invites,
    resend_invite,
    send_invites,
)

__all__ = [
    "batch_ids",
    "check_invite",
    "check_to_order",
    "claim_invite",
    "claim_page",
    "create_invites",
    "envelopes",
    "founding_status",
    "go_live",
    "hide_lapsed",
    "hold_invites",
    "invite",
    "invites",
    "keep_check",
    "own_steps",
    "preview_invites",
    "require_usable",
    "resend_invite",
    "revoke_invite",
    "send_invites",
    "sign_up_instructor",
    "take_check",
]
