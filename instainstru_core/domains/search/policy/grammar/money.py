"""What an hour may cost: "$40-60", "no more than 85", "around $70", "75 an hour", "cheap"."""

from dataclasses import dataclass
from typing import NamedTuple

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.types.parsed import PriceIntent, PriceWish, Slot

CENTS = 100
LEAST_BARE_DOLLARS = 20
"""A smaller figure without a dollar sign is an hour, an age or a number of something."""
LEAST_OPEN_CENTS, MOST_OPEN_CENTS = 10_000, 30_000
"""A smaller figure with nothing but a plus behind it is an age as often, "65+", and nobody looks
for lessons that cost more at the least.
"""
BARE_DIGITS = 4
"""A longer figure without a dollar sign is a ZIP code or a number of something."""
MOST_DOLLARS = 100_000
LEEWAY = 0.25
"""How far from a figure "around" it reaches, either way."""
MINUTES_OF_HOUR = 60

# fmt: off
_MOST = {
    ("under",), ("below",), ("less", "than"), ("fewer", "than"), ("cheaper", "than"), ("max",),
    ("maximum",), ("maximum", "of"), ("max", "of"), ("up", "to"), ("upto",), ("at", "most"),
    ("no", "more", "than"), ("not", "more", "than"), ("no", "over"), ("not", "over"), ("within",),
    ("no", "higher", "than"), ("not", "above"), ("not", "exceeding"), ("limit",), ("tops",),
    ("budget",), ("budget", "of"), ("budget", "is"), ("budget", "under"), ("budget", "max"),
    ("my", "budget", "is"), ("spend",), ("pay",), ("afford",), ("for", "under"),
    ("for", "less", "than"), ("or", "under"), ("spend", "up", "to"), ("pay", "up", "to"),
}
_LEAST = {
    ("over",), ("above",), ("more", "than"), ("at", "least"), ("min",), ("minimum",),
    ("minimum", "of"), ("no", "less", "than"), ("not", "less", "than"), ("starting", "at"),
    ("upwards", "of"), ("north", "of"), ("not", "under"), ("from",), ("starting", "from"),
}
_ABOUT = {
    ("around",), ("about",), ("approximately",), ("approx",), ("roughly",), ("circa",), ("near",),
    ("budget", "around"), ("budget", "about"), ("budget", "is", "around"),
    ("budget", "of", "around"), ("budget", "is", "about"), ("somewhere", "around"),
    ("close", "to"),
}
_AFTER_MOST = {
    ("or", "less"), ("or", "under"), ("or", "below"), ("max",), ("maximum",), ("tops",),
    ("at", "most"), ("or", "cheaper"), ("and", "under"), ("limit",), ("budget",), ("and", "below"),
    ("or", "lower"),
}
_AFTER_LEAST = {
    ("or", "more"), ("and", "up"), ("or", "above"), ("minimum",), ("min",), ("and", "over"),
    ("and", "above"), ("or", "higher"), ("or", "over"), ("plus",), ("at", "least"),
}
_DOLLAR_WORDS = frozenset({"dollar", "dollars", "bucks", "buck", "usd", "dls"})
_HOURLY = {
    ("per", "hour"), ("an", "hour"), ("a", "hour"), ("hr",), ("hour",), ("per", "hr"), ("an", "hr"),
    ("hourly",), ("ph",), ("each", "hour"), ("h",), ("per", "h"), ("hours",),
}
_EACH = {
    ("per", "lesson"), ("a", "lesson"), ("per", "session"), ("a", "session"), ("per", "class"),
    ("a", "class"), ("each",), ("lesson",), ("session",), ("class",), ("per", "person"),
}
_OTHER_UNITS = frozenset({
    "am", "pm", "block", "blocks", "day", "days", "feet", "hour", "hours", "hr", "hrs", "kid",
    "kids", "km", "lesson", "lessons", "meters", "mi", "mile", "miles", "min", "mins", "minute",
    "minutes", "month", "months", "oclock", "old", "participants", "people", "percent", "person",
    "persons", "pupils", "session", "sessions", "st", "nd", "rd", "th", "star", "stars", "street",
    "students", "times", "week", "weeks", "yd", "year", "years", "yo", "yr", "yrs", "children",
    "adults", "players", "guests", "y", "avenue", "ave", "of", "s", "grade", "minuten", "classes",
})
_TILDES = frozenset("~\u2248")
_JOINS_BY_ITSELF = frozenset({"to"})
_JOINS_RANGE = frozenset({"to", "and", "or", "til", "till", "until"})
# fmt: on


class Amount(NamedTuple):
    """A figure that may be money, up to `end`. `is_certain` where a word or sign says so."""

    end: int
    cents: int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A price as read, before several are put together; an intent alone yields to a figure."""

    wish: PriceWish


def _lead(line: Line, at: int, phrases: set[tuple[str, ...]]) -> int | None:
    """The position after the longest of these phrases that stands here."""
    for size in (4, 3, 2, 1):
        if line.run(at, size) in phrases:
            return at + size
    return None


def _amount(line: Line, at: int) -> Amount | None:
    """One figure with its sign or unit."""
    token = line.tokens[at] if at < len(line.tokens) else None
    if token is None or token.number is None or token.number > MOST_DOLLARS:
        return None
    if at and _is_tied(line, at):
        return None
    cents, end = round(token.number * CENTS), at + 1
    if line.word(end) in _DOLLAR_WORDS:
        return Amount(end + 1, cents, is_certain=True)
    signed = token.dollars or line.gap(end).startswith("$") or line.ends_with(end, "$")
    if signed or "<" in token.gap:
        return Amount(end, cents, is_certain=True)
    counted = line.word(end) in _OTHER_UNITS and not _is_hourly(line, end)
    long = len(token.word) > BARE_DIGITS
    if counted or long or not token.is_digits or token.number < LEAST_BARE_DOLLARS:
        return None
    return Amount(end, cents, is_certain=False)


def _is_tied(line: Line, at: int) -> bool:
    """Whether the figure belongs to the letters or the date before it: "p90", "6/15"."""
    token = line.tokens[at]
    return token.glued or (token.gap == "/" and line.tokens[at - 1].is_digits)


def _is_hourly(line: Line, at: int) -> bool:
    return line.gap(at) == "/" or line.word(at) in {"per", "an", "ph", "hourly"}


def _unit(line: Line, amount: Amount) -> Amount:
    """The figure with "an hour", "per lesson" or "for 30 minutes", brought to an hour."""
    end, cents = amount.end, amount.cents
    if line.gap(end).strip("()+") not in {"", "/"}:
        return amount
    slash = line.gap(end) == "/"
    leads = line.word(end) in {"per", "an", "a", "each", "hourly", "ph"}
    if slash or leads:
        after = _lead(line, end, _HOURLY) or _lead(line, end, _EACH)
        if after is not None:
            return Amount(after, cents, is_certain=True)
    if amount.is_certain and (slash or line.word(end) in {"for", "per", "a"}):
        inner = end if slash else end + 1
        size = _minutes(line, inner)
        if size is not None:
            return Amount(size[0], round(cents * MINUTES_OF_HOUR / size[1]), is_certain=True)
    return amount


def _of_length(line: Line, at: int, amount: Amount) -> Amount:
    """The figure of an hour where it is that of the length before it: "30 min for $40"."""
    size = _minutes(line, at - 3) if line.word(at - 1) == "for" and amount.is_certain else None
    if size is None or size[0] != at - 1:
        return amount
    return amount._replace(cents=round(amount.cents * MINUTES_OF_HOUR / size[1]))


def _minutes(line: Line, at: int) -> tuple[int, int] | None:
    """A length that a price is for: "30 min", "half hour", "45 minutes"."""
    if line.says(at, "half", "hour") or line.says(at, "half", "an"):
        return at + (3 if line.word(at + 1) == "an" else 2), MINUTES_OF_HOUR // 2
    number = line.number(at)
    if number and line.word(at + 1) in {"min", "mins", "minute", "minutes"}:
        return at + 2, number
    return None


def bounded(line: Line, at: int) -> Span | None:
    """A bound that leads: "under $50", "at least 100", "around 70", "between 50 and 80"."""
    if line.word(at) in {"between", "from"}:
        found = _range(line, at + 1, at)
        if found is not None:
            return found
    for phrases, kind in ((_MOST, "most"), (_ABOUT, "about"), (_LEAST, "least")):
        after = _lead(line, at, phrases)
        if after is None:
            continue
        after = line.skip(after, frozenset({"is", "of", "around", "the"}) - {line.word(at)})
        after += line.word(after) == "a" and line.number(after + 1) == CENTS
        ranged = _range(line, after, at)
        if ranged is not None:
            return ranged
        amount = _amount(line, after)
        if amount is None:
            continue
        amount = _unit(line, amount)
        if line.word(at) in {"from", "near", "within", "limit", "tops"} and not amount.is_certain:
            continue
        if kind == "least" and _is_score(line, amount):
            continue
        end = _lead(line, amount.end, _AFTER_MOST) if kind == "most" else None
        return _span(line, at, end or amount.end, _wish(kind, amount.cents))
    return None


def figure(line: Line, at: int) -> Span | None:
    """A figure that leads: "$50", "$40-60", "50 or less", "75 an hour", "50 bucks"."""
    ranged = _range(line, at, at)
    if ranged is not None:
        return ranged
    amount = _amount(line, at)
    if amount is None:
        return None
    amount = _of_length(line, at, amount)
    plus = line.gap(amount.end) == "+" or line.ends_with(amount.end, "+")
    amount = _unit(line, amount)
    end, kind = (amount.end, "least") if plus else _said_after(line, amount.end)
    if kind is not None and (amount.is_certain or not plus or _is_open(line, amount)):
        weight = Weight.FIXED if amount.is_certain or end > amount.end else Weight.GUESS
        return _span(line, at, end, _wish(kind, amount.cents), weight)
    if not amount.is_certain:
        return None
    kind = "about" if not _TILDES.isdisjoint(line.gap(at)) else "most"
    return _span(line, at, amount.end, _wish(kind, amount.cents))


def _is_open(line: Line, amount: Amount) -> bool:
    """Whether a figure with nothing but a plus behind it is money: no age, and no score."""
    is_usual = LEAST_OPEN_CENTS <= amount.cents <= MOST_OPEN_CENTS
    return is_usual and lexicon.EXAMS.isdisjoint(line.words)


def _is_score(line: Line, amount: Amount) -> bool:
    """Whether a figure without a sign is what somebody wants to reach: "sat over 1400"."""
    return (
        not amount.is_certain
        and amount.cents > MOST_OPEN_CENTS
        and not (lexicon.EXAMS | {"sat"}).isdisjoint(line.words)
    )


def _said_after(line: Line, end: int) -> tuple[int, str | None]:
    """What stands behind a figure: "+", "ish", "or less", "max", "and up"."""
    if line.gap(end) == "+" or line.ends_with(end, "+"):
        return end, "least"
    if line.word(end) == "ish":
        return end + 1, "about"
    for phrases, kind in ((_AFTER_MOST, "most"), (_AFTER_LEAST, "least")):
        after = _lead(line, end, phrases)
        if after is not None and not line.tokens[end].breaks:
            return after, kind
    return end, None


def _range(line: Line, at: int, start: int) -> Span | None:
    """Two figures: "$40-60", "50 to 80 dollars", "$50 and $80" after "between"."""
    low = line.tokens[at] if at < len(line.tokens) else None
    if low is None or low.number is None:
        return None
    worded = line.word(at + 1) in _DOLLAR_WORDS
    second = _second(line, at + 1 + worded, led=start != at)
    high = None if second is None else _amount(line, second)
    if high is None:
        return None
    whole = _unit(line, high)
    cents = round(low.number * CENTS)
    bare = not (low.dollars or whole.is_certain or worded)
    if bare and (cents < LEAST_BARE_DOLLARS * CENTS or start == at):
        return None
    wish = PriceWish(min_cents=min(cents, whole.cents), max_cents=max(cents, whole.cents))
    return _span(line, start, whole.end, wish)


def _second(line: Line, at: int, *, led: bool) -> int | None:
    """The position of the other figure, after a dash or a word that joins the two."""
    if line.gap(at).replace("$", "").strip() == "-":
        return at
    joins = _JOINS_RANGE if led else _JOINS_BY_ITSELF
    if line.word(at) not in joins or line.number(at + 1) is None or line.tokens[at + 1].glued:
        return None
    return at + 1


def _wish(kind: str, cents: int) -> PriceWish:
    match kind:
        case "most":
            return PriceWish(max_cents=cents)
        case "least":
            return PriceWish(min_cents=cents)
        case _:
            return PriceWish(
                min_cents=round(cents * (1 - LEEWAY)), max_cents=round(cents * (1 + LEEWAY))
            )


def _span(line: Line, start: int, end: int, wish: PriceWish, weight: Weight = Weight.FIXED) -> Span:
    """The span, with "budget" before it."""
    if start and line.word(start - 1) in {"budget", "price", "rate"}:
        start -= 1
    return Span(start, end, Slot.PRICE, Said(wish), weight)


def together(said: list[Said]) -> PriceWish | None:
    """One price of all that was said: figures before intents, the tightest bounds."""
    figures = [one.wish for one in said if one.wish.intent is None]
    if not figures:
        return said[0].wish if said else None
    least = max((wish.min_cents for wish in figures if wish.min_cents is not None), default=None)
    most = min((wish.max_cents for wish in figures if wish.max_cents is not None), default=None)
    if least is not None and most is not None and least > most:
        least, most = most, least
    return PriceWish(min_cents=least, max_cents=most)


def intent(kind: PriceIntent) -> Said:
    """A price without a figure."""
    return Said(PriceWish(intent=kind))


RULES = ruled(({phrase[0] for phrase in (*_MOST, *_LEAST, *_ABOUT)} | {"between"}, bounded))
