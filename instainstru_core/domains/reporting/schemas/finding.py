"""Views of what a lookup may mean."""

from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.reporting.types import FoundKind


class Found(View):
    """Something that a lookup may mean. `score` is 1 for what is exactly what was typed."""

    kind: FoundKind
    id: str
    label: str
    why: str
    score: float
    user_id: str | None
    booking_id: str | None


class FoundList(View):
    """Everything a lookup may mean, the best match first, and what was looked through."""

    found: list[Found]
    tried: list[str]
