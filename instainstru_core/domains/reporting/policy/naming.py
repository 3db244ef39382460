"""What somebody may mean by what they typed, and how good a match is. Pure."""

import re
from dataclasses import dataclass

from instainstru_core.domains.accounts import policy as accounts
from instainstru_core.domains.onboarding import policy as onboarding

OWN_ID = re.compile(r"(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])", re.IGNORECASE)
PROVIDER_ID = re.compile(
    r"(?<![0-9A-Za-z_])(?:pi|ch|py|cus|acct|tr|re|pyr|po|seti|pm|card|dp|du|vs|evt)_[0-9A-Za-z_]{1,250}"
)

WITHIN = re.compile(r"[\s/]")
"""What no address has: an id may stand in a link or a sentence that has one."""

EXACT = 1.0
WHOLE_NAME = 0.95
ONE_NAME = 0.85
STARTS = 0.75
CONTAINS = 0.65
ALIKE = 0.6
"""How sure a match by a name that is only alike is at most."""
MENTIONED = 0.5
"""How sure a match is that only mentions what was typed."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text is looked up as. Several may be tried: a word may be a code or a name."""

    own_id: str | None = None
    provider_id: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    code: str | None = None
    words: tuple[str, ...] = ()

    @property
    def tried(self) -> list[str]:
        """What is looked through, in words."""
        looked = (
            (self.own_id, "our ids of people, bookings, money, invites, messages and webhooks"),
            (self.provider_id, "the payment provider's ids, and webhooks about them"),
            (self.email, "e-mail addresses of people and invites"),
            (self.phones, "phone numbers of people"),
            (self.code, "invite codes"),
            (self.words, "names of people, also begun, in part, or spelled alike"),
        )
        return [words for given, words in looked if given]


def meant(text: str) -> Meant:
    """What somebody may mean by this. An id may stand in a link or in a sentence."""
    found = accounts.lookup(text)
    if found.email and not WITHIN.search(text.strip()):
        return Meant(email=found.email)
    if own := OWN_ID.search(text):
        return Meant(own_id=own[0].upper())
    if provider := PROVIDER_ID.search(text):
        return Meant(provider_id=provider[0])
    if found.email or found.phones:
        return Meant(email=found.email, phones=found.phones)
    return Meant(code=onboarding.normalized_code(text), words=found.words)
