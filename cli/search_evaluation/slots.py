"""Whether a slot was read as it is labelled. A slot without a label has to stay empty."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import cast

from cli.search_evaluation.labels import Query
from instainstru_core.domains.search.policy.grammar.tokens import tokenized
from instainstru_core.domains.search.types.parsed import Parsed, PriceWish

FURTHEST = 0.5
"""How far from a figure said to be about right an end may be, as a share of it."""


class Outcome(StrEnum):
    """What became of a slot of a query."""

    RIGHT = "right"
    EMPTY = "empty"
    """Nothing was labelled and nothing found."""
    WRONG = "wrong"
    MISSED = "missed"
    INVENTED = "invented"


def compared(query: Query, parsed: Parsed) -> dict[str, Outcome]:
    """The outcome of every slot that is scored."""
    return {
        slot: _outcome(query.slots.get(slot), parsed, told, is_right)
        for slot, (told, is_right) in _SLOTS.items()
        if slot not in query.unscored
    }


def corrupted(query: Query, parsed: Parsed) -> list[str]:
    """The words that were to stay and did not."""
    if parsed.corrected is None:
        return []
    kept = {token.word for token in tokenized(parsed.corrected)}
    return [word for word in query.not_corrected if word not in kept]


Label = object
Told = Callable[[Parsed], object]
Right = Callable[[Label, object], bool]


def _outcome(label: Label, parsed: Parsed, told: Told, is_right: Right) -> Outcome:
    found = told(parsed)
    options = [label]
    if isinstance(label, dict) and "any_of" in label:
        options = cast(list[Label], cast(dict[str, object], label)["any_of"])
    if not found:
        return Outcome.EMPTY if None in options else Outcome.MISSED
    if all(option is None for option in options):
        return Outcome.INVENTED
    right = any(option is not None and is_right(option, found) for option in options)
    return Outcome.RIGHT if right else Outcome.WRONG


def _same(label: Label, found: object) -> bool:
    return label == found


def _price(label: Label, found: object) -> bool:
    wanted, price = cast(Mapping[str, object], label), cast(PriceWish, found)
    if "around_cents" in wanted:
        return _around(int(str(wanted["around_cents"])), price)
    return all(
        getattr(price, end) == wanted.get(end) for end in ("min_cents", "max_cents", "intent")
    )


def _around(figure: int, price: PriceWish) -> bool:
    if price.max_cents is None or price.max_cents < figure:
        return False
    ends = [end for end in (price.min_cents, price.max_cents) if end is not None]
    least = price.min_cents is None or price.min_cents <= figure
    return least and all(abs(end - figure) <= figure * FURTHEST for end in ends)


def _named(label: Label, found: object) -> bool:
    """Only what the label names is compared."""
    return all(
        _plain(getattr(found, name)) == value
        for name, value in cast(Mapping[str, object], label).items()
    )


def _time(label: Label, found: object) -> bool:
    wanted = cast(Mapping[str, object], label)
    if "window" in wanted:
        return _plain(getattr(found, "window", None)) == wanted["window"]
    return _named(wanted, found)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(cast(frozenset[int], value))
    return value.isoformat() if isinstance(value, date) else value


def _excluded(label: Label, found: object) -> bool:
    phrases = cast(list[str], found)
    return all(any(word in phrase for phrase in phrases) for word in cast(list[str], label))


_SLOTS: Mapping[str, tuple[Told, Right]] = {
    "excluded": (lambda parsed: [phrase.text for phrase in parsed.excluded], _excluded),
    "price": (lambda parsed: parsed.price, _price),
    "dates": (lambda parsed: parsed.dates, _named),
    "time": (lambda parsed: parsed.time, _time),
    "minutes": (lambda parsed: parsed.minutes, _same),
    "audience": (lambda parsed: parsed.audience, _same),
    "age_group": (lambda parsed: parsed.age_group, _same),
    "ages": (lambda parsed: list(parsed.ages), _same),
    "skill": (lambda parsed: parsed.skill, _same),
    "urgency": (lambda parsed: parsed.urgency, _same),
    "lesson_type": (lambda parsed: parsed.lesson_type, _same),
}

SLOTS = tuple(_SLOTS)
