"""Onboarding vocabulary. Pure."""

from enum import StrEnum


class InviteStatus(StrEnum):
    """What has become of an invite. Only a pending one can be used or revoked."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


class SkipReason(StrEnum):
    """Why an address in a batch got no invite."""

    INVITED = "already_invited"
    REGISTERED = "already_registered"
