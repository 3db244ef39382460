"""What can be done with credit, one transaction at a time."""

from instainstru_core.domains.credits.service.adjusting import adjust, hold_wallet
from instainstru_core.domains.credits.service.ending import (
    expire_due,
    freeze,
    overdue,
    pass_on_milestone,
    revoke,
    revoke_milestone,
    revoke_paid_back,
    unfreeze,
)
from instainstru_core.domains.credits.service.issuing import (
    award_milestone,
    issue,
    reinstate,
    restore,
)
from instainstru_core.domains.credits.service.owing import (
    held_debt,
    owe,
    own_debt,
    top_up_of,
)
from instainstru_core.domains.credits.service.reserving import (
    consume,
    forfeit,
    release,
    reserve,
    reserved,
)
from instainstru_core.domains.credits.service.telling import issued, spent, used
from instainstru_core.domains.credits.service.topping_up import (
    absorb_top_up,
    advance_top_up,
    has_top_up,
    start_top_up,
    top_up,
)
from instainstru_core.domains.credits.service.wallet import history, wallet, wallet_of

__all__ = [
    "absorb_top_up",
    "adjust",
    "advance_top_up",
    "award_milestone",
    "consume",
    "expire_due",
    "forfeit",
    "freeze",
    "has_top_up",
    "held_debt",
    "history",
    "hold_wallet",
    "issue",
    "issued",
    "overdue",
    "owe",
    "own_debt",
    "pass_on_milestone",
    "reinstate",
    "release",
    "reserve",
    "reserved",
    "restore",
    "revoke",
    "revoke_milestone",
    "revoke_paid_back",
    "spent",
    "start_top_up",
    "top_up",
    "top_up_of",
    "unfreeze",
    "used",
    "wallet",
    "wallet_of",
]
