"""What people ask of a city: texts without end, no two alike, from a published mix.

Services by Zipf's law, half of the texts with a place, two fifths with a day or hours, a fifth with
a price, a fifth with for whom or which level it is.
"""

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from urllib.parse import urlencode

from benchmarks.city import City, sample

PLACED, DATED, PRICED, PERSONAL = 0.5, 0.4, 0.2, 0.2
"""Shares of the texts."""
MIX = (
    f"services by Zipf's law, {PLACED:.0%} with a place, {DATED:.0%} with a day or hours,"
    f" {PRICED:.0%} with a price, {PERSONAL:.0%} with a level or for whom"
)
WHEN = (
    "tomorrow",
    "this weekend",
    "next tuesday",
    "on friday",
    "saturday morning",
    "tomorrow after 5pm",
    "on wednesday evening",
    "in 3 days",
    "sunday afternoon",
    "on thursday between 4 and 7",
)
"""None of these is said on its own weekday: the day may be nearly over when this runs."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WHOM = ("for kids", "for my 8-year-old", "for beginners", "for adults", "advanced")
WORDS = ("lessons", "teacher", "classes", "instructor", "tutor", "")
LOWEST, HIGHEST = 70, 160


def texts(city: City, seed: int = 1) -> Iterator[str]:
    """Texts of the mix without end; each is new."""
    random = Random(seed)
    today = DAYS[city.first_day.weekday()]
    when = [one for one in WHEN if today not in one]
    places = list(accumulate(one.weight for one in city.areas))
    seen: set[str] = set()
    for service in sample(city.services, random):
        parts = [service.name.casefold(), random.choice(WORDS)]
        if random.random() < PERSONAL:
            parts.append(random.choice(WHOM))
        if random.random() < PLACED:
            area = random.choices(city.areas, cum_weights=places)[0]
            parts.append(f"in {area.name.split(' / ')[0].casefold()}")
        if random.random() < DATED:
            parts.append(random.choice(when))
        if random.random() < PRICED:
            parts.append(f"under ${random.randint(LOWEST, HIGHEST)}")
        text = " ".join(part for part in parts if part)
        if text not in seen:
            seen.add(text)
            yield text


def path(text: str) -> str:
    """The request for it."""
    return f"/api/v1/search?{urlencode({'q': text})}"
