"""What "cheap" and "premium" mean in cents of an hour, by category of the catalog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from instainstru_core.domains.search.types.parsed import PriceIntent, PriceWish


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The most that is cheap and the least that is premium; between them it is standard."""

    budget_max_cents: int | None = None
    premium_min_cents: int | None = None


GENERAL = "general"
_USUAL = Thresholds(10_000, 15_000)

THRESHOLDS: Mapping[str, Thresholds] = {
    "music": _USUAL,
    "dance": _USUAL,
    "arts": _USUAL,
    "sports": _USUAL,
    "tutoring": _USUAL,
    "languages": _USUAL,
    "hobbies": _USUAL,
    GENERAL: _USUAL,
}
"""By the slug of the category; `general` is for all others, and where no service is named."""


def priced(
    wish: PriceWish | None,
    categories: Iterable[str] = (),
    table: Mapping[str, Thresholds] = THRESHOLDS,
) -> PriceWish | None:
    """The wish with an intent brought to cents; figures stay as they are.

    Where services of several categories are wished, the widest bounds of theirs count.
    """
    if wish is None or wish.intent is None:
        return wish
    found = [table[key] for key in categories if key in table]
    found = found or [table.get(GENERAL, Thresholds())]
    cheap = max((one.budget_max_cents for one in found if one.budget_max_cents), default=None)
    dear = min((one.premium_min_cents for one in found if one.premium_min_cents), default=None)
    match wish.intent:
        case PriceIntent.BUDGET:
            return replace(wish, max_cents=cheap)
        case PriceIntent.STANDARD:
            return replace(wish, min_cents=cheap, max_cents=dear)
        case PriceIntent.PREMIUM:
            return replace(wish, min_cents=dear)
