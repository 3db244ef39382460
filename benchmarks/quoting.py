"""How many prices one core works out in a second: the whole quote, with what credit pays of it."""

import itertools
import time
from datetime import timedelta
from statistics import median

from benchmarks.results import Result
from instainstru_core.domains.bookings.policy.settlement import Price
from instainstru_core.domains.credits import policy as wallet
from instainstru_core.domains.credits.types import Lot
from instainstru_core.domains.pricing import policy
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.money import Cents

COUNT = 20_000
LENGTHS = (30, 45, 60, 90, 120)
TIERS = (Tier.ENTRY, Tier.GROWTH, Tier.PRO, Tier.FOUNDING)
TARGET = 20_000


def quote_result(rounds: int) -> Result:
    """Prices a second, the median of so many runs."""
    rates = [_rate() for _ in range(rounds)]
    detail = (
        "price, fees, tier's share, credit of three lots, the card's part; one core;"
        f" rounds {min(rates):,.0f}-{max(rates):,.0f}"
    )
    what = "quote a lesson"
    return Result(what, "quotes a second", median(rates), TARGET, "/s", detail, at_least=True)


def _rate() -> float:
    now = utc_now()
    lots = [
        Lot(f"lot-{days}", cents, now + timedelta(days=days), now, is_frozen=False)
        for days, cents in ((300, 2_000), (20, 1_500), (90, 5_000))
    ]
    wishes = itertools.cycle(
        (Cents(rate), minutes, tier)
        for rate, (minutes, tier) in zip(
            range(6_000, 20_000, 25), itertools.cycle(itertools.product(LENGTHS, TIERS))
        )
    )
    started = time.perf_counter()
    for rate, minutes, tier in itertools.islice(wishes, COUNT):
        rules = policy.rules_at(now)
        quoted = policy.quote(rules, hourly_rate=rate, minutes=minutes, tier=tier)
        parts = wallet.plan_reservation(lots, quoted.lesson_price.amount, now)
        credit = Cents(sum(part.cents for part in parts))
        Price(quoted.lesson_price, quoted.student_fee, quoted.instructor_fee).card(credit)
    return COUNT / (time.perf_counter() - started)
