"""What can be done with credit, one transaction at a time."""

from instainstru_core.domains.credits.service.ending import (
    expire_due,
    freeze,
    revoke,
    revoke_milestone,
    unfreeze,
)
from instainstru_core.domains.credits.service.issuing import award_milestone, issue, reinstate
from instainstru_core.domains.credits.service.reserving import (
    consume,
    forfeit,
    release,
    reserve,
    reserved,
)

__all__ = [
    "award_milestone",
    "consume",
    "expire_due",
    "forfeit",
    "freeze",
    "issue",
    "reinstate",
    "release",
    "reserve",
    "reserved",
    "revoke",
    "revoke_milestone",
    "unfreeze",
]
