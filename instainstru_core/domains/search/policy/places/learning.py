"""When a name of a place is learned: from enough different people whose clicks agree, never from
one person, one address, one instructor or one program.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from instainstru_core.domains.search.types.learning import (
    AliasStatus,
    Click,
    Consensus,
    Evidence,
    Sighting,
    UnresolvedStatus,
    Verdict,
)

WINDOW = timedelta(days=90)
"""How far back searches teach."""

LEAST_SEARCHERS = 5
LEAST_CLICKERS = 3
LEAST_INSTRUCTORS = 2
LEAST_SHARE = 0.70

CERTAIN_CLICKERS = 5
CERTAIN_INSTRUCTORS = 3
CERTAIN_USERS = 2
CERTAIN_SHARE = 0.90
"""From these on a name is used at once; below, somebody looks at it first."""

LIFT = 1.25
"""How many times as often people must agree as chance has it: an area that most instructors serve
proves nothing."""

MOST_NAMES_A_DAY = 20
"""Whoever looks for more unknown places on a day is no person looking for a lesson."""
MOST_SEARCHES_A_DAY = 50
"""Or more often for unknown places at all."""

LEAST_LETTERS = 3
MOST_LETTERS = 60
MOST_WORDS = 5

# fmt: off
COMMON = frozenset({
    "a", "an", "and", "any", "anywhere", "apartment", "at", "basement", "beach", "building", "by",
    "campus", "center", "church", "city", "class", "close", "club", "college", "court", "dorm",
    "everywhere", "for", "gym", "here", "home", "hotel", "house", "in", "kitchen", "library",
    "local", "location", "me", "mine", "museum", "my", "near", "neighborhood", "nearby", "office",
    "on", "online", "or", "our", "outdoor", "outside", "park", "person", "place", "pool",
    "restaurant", "room", "school", "somewhere", "station", "street", "studio", "subway", "the",
    "there", "town", "university", "us", "video", "work", "your", "zoom",
})
"""Words that are not names, by themselves or together."""
# fmt: on


def is_learnable(name: str) -> bool:
    """Whether folded words can be the name of a place: no address, no number, no common words."""
    words = name.split()
    return (
        LEAST_LETTERS <= len(name) <= MOST_LETTERS
        and 0 < len(words) <= MOST_WORDS
        and not any(char.isdigit() for char in name)
        and not all(word in COMMON for word in words)
    )


def people_of(sightings: Iterable[Sighting]) -> dict[str, str]:
    """Whom each keyed hash counts as. Guests who share an address count as one with each other and
    with whoever signed in there: sessions are free, accounts are not.
    """
    seen = sorted(set(sightings), key=lambda one: (not one.is_user, one.person))
    users = {one.person for one in seen if one.is_user}
    whom = {one.person: one.person for one in seen}
    at: dict[str, str] = {}
    for one in seen:
        if one.address is None:
            continue
        first = at.setdefault(one.address, one.person)
        if one.person not in users:
            whom[_first(whom, one.person)] = _first(whom, first)
    return {person: _first(whom, person) for person in whom}


def consensus(
    clicks: Iterable[Click],
    areas: Mapping[str, Sequence[str]],
    points: Mapping[str, tuple[float, float]],
) -> Consensus:
    """The area that clicks agree on.

    Each person has one vote, shared by the instructors they clicked on and by each one's areas.
    Where the votes gather is the consensus; then each click is credited to that area of its
    instructor which is nearest to it, and each person to the area of most of their clicks.
    """
    by_person: dict[str, set[str]] = defaultdict(set)
    for click in clicks:
        if any(key in points for key in areas.get(click.instructor_id, ())):
            by_person[click.person].add(click.instructor_id)
    if not by_person:
        return Consensus()
    known = {who: [key for key in keys if key in points] for who, keys in areas.items()}
    votes: defaultdict[str, float] = defaultdict(float)
    for taken in by_person.values():
        for instructor in taken:
            for key in known[instructor]:
                votes[key] += 1 / len(taken) / len(known[instructor])
    middle = points[min(votes, key=lambda key: (-round(votes[key], 9), key))]

    def away(key: str) -> tuple[float, str]:
        return _meters(points[key], middle), key

    credited: dict[str, set[str]] = defaultdict(set)
    behind: dict[str, set[str]] = defaultdict(set)
    for person, taken in by_person.items():
        nearest = {instructor: min(known[instructor], key=away) for instructor in taken}
        counted = Counter(nearest.values())
        chosen = min(counted, key=lambda key: (-counted[key], away(key)))
        credited[chosen].add(person)
        behind[chosen] |= {who for who, key in nearest.items() if key == chosen}
    first = min(credited, key=lambda key: (-len(credited[key]), away(key)))
    return Consensus(
        area_key=first,
        credits={key: frozenset(people) for key, people in sorted(credited.items())},
        share=len(credited[first]) / len(by_person),
        instructors=len(behind[first]),
    )


def judged(
    name: str,
    evidence: Evidence,
    *,
    areas: Mapping[str, Sequence[str]],
    points: Mapping[str, tuple[float, float]],
    served: Mapping[str, float],
) -> Verdict:
    """What follows from all that is known of a name.

    `areas` are those of each instructor, `served` the share of all instructors who serve an area.
    Where people agree on what chance or a common word explains as well, somebody has to look.
    """
    whom = people_of(evidence.sightings)
    people = len(set(whom.values()))
    users = {whom[one.person] for one in evidence.sightings if one.is_user}
    clicks = [Click(whom[one.person], one.instructor_id) for one in evidence.clicks]
    agreed = consensus(clicks, areas, points)
    clickers = len({who for behind in agreed.credits.values() for who in behind})
    waits = Verdict(UnresolvedStatus.WAITING, people, clickers, agreed)
    first = agreed.area_key
    if first is None or people < LEAST_SEARCHERS or clickers < LEAST_CLICKERS:
        return waits
    if agreed.share < LEAST_SHARE:
        return waits
    by_chance = agreed.share < served.get(first, 0.0) * LIFT
    if by_chance or not is_learnable(name):
        return Verdict(UnresolvedStatus.REVIEW, people, clickers, agreed)
    if agreed.instructors < LEAST_INSTRUCTORS:
        return waits
    behind = agreed.credits[first]
    is_certain = (
        agreed.share >= CERTAIN_SHARE
        and len(behind) >= CERTAIN_CLICKERS
        and agreed.instructors >= CERTAIN_INSTRUCTORS
        and len(behind & users) >= CERTAIN_USERS
    )
    alias = AliasStatus.ACTIVE if is_certain else AliasStatus.PENDING
    return Verdict(UnresolvedStatus.LEARNED, people, clickers, agreed, alias)


def _first(whom: Mapping[str, str], person: str) -> str:
    """Whom a person counts as, over all the steps."""
    while whom[person] != person:
        person = whom[person]
    return person


def _meters(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points of the city, well enough to compare."""
    north = (one[0] - other[0]) * 111_195
    east = (one[1] - other[1]) * 111_195 * math.cos(math.radians(one[0]))
    return math.hypot(north, east)
