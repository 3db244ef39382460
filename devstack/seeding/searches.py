"""What the demo's people typed: popular wishes, typos, places, and things nobody teaches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import accumulate

from devstack.seeding import names
from devstack.seeding.lessons import SEASON
from devstack.seeding.world import HISTORY_DAYS, Area, Service, World
from instainstru_core.domains.search.policy.recording import folded
from instainstru_core.domains.search.types import ClickAction


@dataclass(frozen=True, slots=True)
class Search:
    id: str
    at: datetime
    user_id: str | None
    text: str
    service: Service | None
    area: Area | None
    results: int
    took_ms: int

    @property
    def person(self) -> str:
        """Who searched, as searches keep it: somebody signed in, or a guest of this one search."""
        kind, known = ("g", self.id) if self.user_id is None else ("u", self.user_id)
        return kind + sha256(known.encode()).hexdigest()[:31]

    def row(self) -> tuple[object, ...]:
        return (
            self.id,
            self.at,
            self.user_id,
            self.person,
            self.text,
            folded(self.text),
            self.service.id if self.service else None,
            self.area.key if self.area else None,
            self.results,
            self.took_ms,
        )


@dataclass(frozen=True, slots=True)
class Click:
    id: str
    search_id: str
    instructor_id: str
    action: ClickAction
    position: int
    at: datetime
    person: str


class Crowd:
    """Everybody who searches, and what there is to find."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.teachers: dict[str, list[str]] = {}
        for person in world.instructors:
            if person.is_live:
                for offer in person.offerings:
                    self.teachers.setdefault(offer.service.id, []).append(person.id)
        order = sorted(world.services, key=lambda one: -len(self.teachers.get(one.id, ())))
        self.wishes = order
        self.zipf = list(accumulate((rank + 2) ** -1.3 for rank in range(len(order))))
        self.seasons = [SEASON[month] for month in range(12)]

    def searches(self, count: int) -> Iterator[Search]:
        """So many searches over two years, more of them lately and in season."""
        for _ in range(count):
            yield self.search(self._moment())

    def search(self, at: datetime) -> Search:
        dice = self.world.dice
        user = dice.choice(self.world.students) if dice.random() < 0.55 else None
        known = user.id if user and user.created_at < at else None
        if dice.random() < 0.035:
            return self.made(at, known, dice.choice(names.ABSENT_WISHES))
        service = dice.choices(self.wishes, cum_weights=self.zipf)[0]
        area = dice.choice(self.world.areas) if dice.random() < 0.38 else None
        text = self._typed(service, area)
        results = self._found(service, area)
        return self.made(at, known, text, service=service, area=area, results=results)

    def made(
        self,
        at: datetime,
        user_id: str | None,
        text: str,
        *,
        service: Service | None = None,
        area: Area | None = None,
        results: int = 0,
    ) -> Search:
        took = 6 + int(self.world.dice.expovariate(1 / 14))
        return Search(self.world.id_at(at), at, user_id, text, service, area, results, took)

    def clicks(self, search: Search, booking_chance: float = 0.07) -> Iterator[Click]:
        """What was done with the results: mostly nothing, sometimes a look, rarely a booking."""
        dice = self.world.dice
        people = self.teachers.get(search.service.id if search.service else "", ())
        if not search.results or not people or dice.random() > 0.42:
            return
        position = min(len(people), 1 + int(dice.expovariate(0.45)))
        chosen, who = people[position - 1], search.person
        at = search.at + timedelta(seconds=dice.randint(3, 90))
        yield Click(self.world.id_at(at), search.id, chosen, ClickAction.VIEW, position, at, who)
        if dice.random() < booking_chance / 0.42:
            at += timedelta(seconds=dice.randint(20, 400))
            yield Click(
                self.world.id_at(at), search.id, chosen, ClickAction.BOOK, position, at, who
            )

    def _moment(self) -> datetime:
        dice = self.world.dice
        while True:
            day = self.world.today - timedelta(days=int(HISTORY_DAYS * dice.random() ** 1.3))
            if dice.random() * 1.2 < self.seasons[day.month - 1]:
                at = self.world.moment(day)
                if at < self.world.now:
                    return at

    def _typed(self, service: Service, area: Area | None) -> str:
        dice = self.world.dice
        words = service.name if dice.random() < 0.6 else dice.choice(service.synonyms or ("",))
        words = words or service.name
        draw = dice.random()
        if draw < 0.25:
            words = f"{words} lessons"
        elif draw < 0.33:
            words = f"{words} teacher"
        if area is not None:
            words = f"{words} in {area.name.split(' / ')[0]}"
        draw = dice.random()
        if draw < 0.55:
            return words.lower()
        return words.upper() if draw < 0.57 else words

    def _found(self, service: Service, area: Area | None) -> int:
        everywhere = len(self.teachers.get(service.id, ()))
        if area is not None and service.slug == "mandarin" and "Riverdale" in area.name:
            return 0
        return everywhere if area is None else round(everywhere * self.world.dice.random() * 0.5)
