"""What is said about an answer as a whole: what was given up, what to do next. Pure."""

from collections.abc import Sequence

from instainstru_core.domains.search.policy.wanting import MAX_DAYS_AHEAD
from instainstru_core.domains.search.types.finding import AgainLacks, Understood
from instainstru_core.domains.search.types.matching import Found
from instainstru_core.domains.search.types.meaning import ModelUse
from instainstru_core.domains.search.types.wanted import Relaxable, Wanted

AGAIN = {
    AgainLacks.SIGN_IN: "Sign in to find who taught you before. Until then everybody counts.",
    AgainLacks.LESSONS: "No such lesson of yours is on record, so everybody counts.",
}
NAMES = {
    Relaxable.TIME: "the time of day",
    Relaxable.DATE: "the day",
    Relaxable.PLACE: "the place",
    Relaxable.PRICE: "the price",
}


def relaxation_note(found: Found) -> str | None:
    """What was given up for some of the results, in words."""
    if not found.relaxed:
        return None
    given_up = _listed([NAMES[one] for one in found.relaxed], "and")
    number = "Only one answers" if found.total == 1 else f"Only {found.total} answer"
    others = "The others" if found.total else "These"
    said = f"{number if found.total else 'Nobody answers'} all of it."
    if found.cut:
        said = f"In the time there was, {said[0].lower()}{said[1:]}"
    return f"{said} {others} do but for {given_up}; each says what."


def hints(
    asked: Understood, found: Found, *, times_checked: bool, nearest: Sequence[str] = ()
) -> list[str]:
    """What was not understood, and what to change when nobody was found. `nearest` are the names
    of services that come nearest to what is not taught.
    """
    said = [*_words(asked, nearest), *_unwished(asked), *_place(asked), *_days(asked)]
    if asked.again_lacks is not None:
        said.append(AGAIN[asked.again_lacks])
    elif asked.parsed.again is not None and not (found.items or found.cut):
        said.append("Who taught you before has nothing like this now. Say less, or not 'same'.")
    if asked.model in {ModelUse.OFF, ModelUse.TIMEOUT, ModelUse.BUSY, ModelUse.OPEN_CIRCUIT}:
        said.append("This says several things at once. Ask for one at a time if it misses yours.")
    if not times_checked:
        said.append("Calendars could not be looked at in time. Search again for who has room.")
    elif found.cut:
        said.append(
            "Time ran out before everybody's calendar was looked at. Search again for more."
        )
    if found.items or found.cut or _is_unknown(asked):
        return said
    return [*said, _wider(asked.wanted) if found.is_taught else "Nobody teaches this yet."]


def _words(asked: Understood, nearest: Sequence[str]) -> list[str]:
    unread = " ".join(asked.unread)
    if _is_unknown(asked):
        near = f" The nearest is {_listed(nearest, 'or')}." if nearest else ""
        return [
            (
                f'Nothing of that kind is taught here: "{unread}".{near} Look through the'
                " categories, or say it in other words."
            )
        ]
    if unread:
        return [f'"{unread}" is nothing that can be searched for here and was left out.']
    if asked.is_bare:
        return ["Nothing in particular was asked for, so everybody counts. Say what to learn."]
    return []


def _unwished(asked: Understood) -> list[str]:
    if not asked.not_kept_out:
        return []
    words = _listed([f'"{one}"' for one in asked.not_kept_out], "and")
    return [f"Nothing could be kept out for {words}: only whole services of the catalog can be."]


def _days(asked: Understood) -> list[str]:
    if asked.unknown_days and asked.wanted.when is None:
        named = _listed([f'"{one}"' for one in asked.unknown_days], "and")
        return [
            (
                f"The days of {named} differ by school or year, so any day counts here. Say them,"
                ' as in "dec 24 to 31".'
            )
        ]
    if not asked.is_out_of_reach:
        return []
    return [f"Days count from today to {MAX_DAYS_AHEAD} days ahead, so any day counts here."]


def _place(asked: Understood) -> list[str]:
    if asked.here is not None and asked.here.hint is not None:
        return [asked.here.hint]
    if asked.resolution is not None and asked.resolution.elsewhere is not None:
        return [
            f"{asked.resolution.elsewhere} is not in New York City. Try online lessons instead."
        ]
    if asked.place_not_found is not None:
        return [
            (
                f'No place is called "{asked.place_not_found}", so the whole city counts. Name a'
                " neighborhood, a borough or a ZIP code."
            )
        ]
    if asked.place is not None and asked.place.ambiguous:
        return [f"{asked.place.name}: it is not clear which is meant, so all of them count."]
    return []


def _is_unknown(asked: Understood) -> bool:
    """Whether a service is wished for that the catalog does not have."""
    return asked.wanted.services is not None and not asked.wanted.services


def _wider(wanted: Wanted) -> str:
    narrowing = (
        (wanted.where.area_keys is not None, "another place, or online lessons"),
        (wanted.when is not None, "another day or time"),
        (wanted.max_cents is not None, "a higher price"),
        (wanted.min_cents is not None, "a lower price"),
        (wanted.formats is not None, "another format"),
        (bool(wanted.filters) or wanted.skills is not None, "fewer filters"),
        (wanted.age_group is not None, "another age group"),
        (wanted.min_rating is not None, "a lower rating"),
        (wanted.minutes is not None, "another length"),
    )
    wider = [words for given, words in narrowing if given]
    return f"Nobody was found. Try {_listed(wider, 'or')}." if wider else "Nobody teaches this yet."


def _listed(words: Sequence[str], joint: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
