"""Facts onboarding announces."""

from dataclasses import dataclass

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitesIssued(Event):
    """A batch of invites is to be mailed. `claim_page` is where the invited go."""

    batch_id: str
    claim_page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteResent(Event):
    """An invite is to be mailed once more, for the time of this number."""

    invite_id: str
    number: int
    claim_page: str
