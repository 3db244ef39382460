"""Names that searches teach: from the searches and clicks that are on record, page by page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import UnresolvedNotFound
from instainstru_core.domains.search.models import PlaceAlias, SearchClick, SearchQuery
from instainstru_core.domains.search.models.places import UnresolvedPlace
from instainstru_core.domains.search.policy.places import learning as policy
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    PlaceAliasFilters,
    UnresolvedFilters,
)
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    UnresolvedStatus,
)
from instainstru_core.domains.search.types.recording import Device
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import instructors

Counting = Callable[[], AbstractContextManager[list[str]]]

HOLLOW = "the hollow"
FLATBUSH, MIDWOOD, ASTORIA = (
    "nyc-brooklyn-flatbush",
    "nyc-brooklyn-midwood",
    "nyc-queens-astoria",
)


def searched(
    uow: Uow,
    person: str,
    *,
    name: str = "hollow",
    clicked: str | None = None,
    address: str | None = None,
    signed_in: bool = False,
    device: Device = Device.PHONE,
    ago: timedelta = timedelta(0),
    action: ClickAction = ClickAction.VIEW,
) -> None:
    """Somebody searched for an unknown place, and perhaps took up a result."""
    search_id = new_id()
    user_id = instructors.person(uow) if signed_in else None
    kept = ("u" if signed_in else "g") + person.ljust(31, "0")
    uow.session.add(
        SearchQuery(
            id=search_id,
            at=uow.now - ago,
            user_id=user_id,
            person=kept,
            address_hash=address,
            device=device,
            text=f"piano in {name}",
            normalized_text=f"piano in {name}",
            unresolved_place=name,
            result_count=9,
            took_ms=5,
        )
    )
    if clicked is not None:
        uow.session.add(
            SearchClick(
                id=new_id(),
                search_id=search_id,
                instructor_id=clicked,
                action=action,
                position=1,
                at=uow.now - ago,
                person=kept,
            )
        )
    uow.session.flush()


@pytest.fixture
def teachers(uow: Uow) -> list[str]:
    """Three who serve Flatbush, two of them another area as well, and three who serve Astoria."""
    others: tuple[list[str], ...] = ([MIDWOOD], [ASTORIA], [])
    found = [_teacher(uow, [FLATBUSH, *more]) for more in others]
    return [*found, *(_teacher(uow, [ASTORIA]) for _ in range(3))]


def _teacher(uow: Uow, areas: list[str]) -> str:
    made = instructors.live_instructor(uow, area_keys=areas, open_days=0)
    return made.id


def certain(uow: Uow, teachers: list[str], name: str = "hollow") -> None:
    """Enough for a name to be used at once: five people, two of them signed in."""
    for number, signed_in in enumerate((True, True, False, False, False)):
        searched(
            uow, f"{name[:3]}{number}", name=name, clicked=teachers[number % 3], signed_in=signed_in
        )


def row(uow: Uow, name: str = "hollow") -> UnresolvedPlace | None:
    query = select(UnresolvedPlace).where(UnresolvedPlace.name == name)
    return uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def areas(uow: Uow, words: str) -> tuple[str, ...]:
    place = service.gazetteer(uow).find(words, similar=False)
    return () if place is None else place.area_keys


class TestLearning:
    def test_uses_a_name_that_enough_people_agree_on(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers)
        assert areas(uow, HOLLOW) == ()
        found = service.learn_places(uow)
        assert (found.looked_at, found.active, found.pending, found.review) == (
            1,
            ["hollow"],
            [],
            [],
        )
        assert areas(uow, HOLLOW) == (FLATBUSH,)
        (alias,) = service.place_aliases(uow, PlaceAliasFilters()).items
        assert (alias.source, alias.people, alias.confidence) == (AliasSource.LEARNED, 5, 1.0)
        (noted,) = service.unresolved_places(uow, UnresolvedFilters()).items
        assert (noted.status, noted.searches, noted.people, noted.clickers) == (
            UnresolvedStatus.LEARNED,
            5,
            5,
            5,
        )
        assert (noted.area_key, noted.share, noted.areas) == (FLATBUSH, 1.0, {FLATBUSH: 5})

    def test_is_done_once(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers)
        service.learn_places(uow)
        again = service.learn_places(uow)
        assert (again.looked_at, again.active) == (0, [])
        learned = uow.session.scalar(
            select(func.count()).where(AuditEntry.action == "search.learn_place_alias")
        )
        assert learned == 1

    def test_changes_nothing_when_run_dry(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers)
        assert service.learn_places(uow, dry_run=True).active == ["hollow"]
        assert row(uow) is None
        assert uow.session.scalar(select(func.count()).select_from(PlaceAlias)) == 0

    def test_lets_what_waits_become_certain(self, uow: Uow, teachers: list[str]) -> None:
        for number in range(5):
            searched(uow, f"p{number}", clicked=teachers[number % 3])
        assert service.learn_places(uow).pending == ["hollow"]
        assert areas(uow, HOLLOW) == ()
        assert service.learn_places(uow).pending == ["hollow"]
        for number in range(2):
            searched(uow, f"q{number}", clicked=teachers[number], signed_in=True)
        assert service.learn_places(uow).active == ["hollow"]
        assert areas(uow, HOLLOW) == (FLATBUSH,)

    @pytest.mark.parametrize(
        "told",
        [
            {"address": "one flat"},
            {"device": Device.PROGRAM},
            {"ago": policy.WINDOW + timedelta(days=1)},
            {"action": ClickAction.HOVER},
        ],
    )
    def test_learns_nothing_from(
        self, uow: Uow, teachers: list[str], told: dict[str, object]
    ) -> None:
        """One address, programs, what is long ago, and what only passed over a result."""
        for number in range(8):
            searched(uow, f"p{number}", clicked=teachers[number % 3], **told)  # type: ignore[arg-type]
        found = service.learn_places(uow)
        assert (found.active, found.pending, found.review) == ([], [], [])

    def test_learns_nothing_from_one_person_however_often(
        self, uow: Uow, teachers: list[str]
    ) -> None:
        for number in range(20):
            searched(uow, "busy", clicked=teachers[number % 3])
        service.learn_places(uow)
        noted = row(uow)
        assert noted is not None
        assert (noted.status, noted.searches, noted.people) == (UnresolvedStatus.WAITING, 20, 1)

    def test_learns_nothing_from_whoever_looks_for_too_many_places(
        self, uow: Uow, teachers: list[str]
    ) -> None:
        certain(uow, teachers)
        for number in range(5):
            for other in "abcdefghijklmnopqrstu"[: policy.MOST_NAMES_A_DAY]:
                searched(uow, f"hol{number}", name=f"place {'vwxyz'[number]} {other}")
        found = service.learn_places(uow, limit=1)
        assert (found.active, found.pending) == ([], [])
        noted = row(uow)
        assert noted is not None
        assert noted.people == 2

    def test_does_not_count_whoever_has_no_hash_of_their_own(
        self, uow: Uow, teachers: list[str]
    ) -> None:
        certain(uow, teachers)
        for query in uow.session.scalars(select(SearchQuery)):
            query.person = "a" + (query.person or "")[1:]
        uow.session.flush()
        assert service.learn_places(uow).active == []
        noted = row(uow)
        assert noted is not None
        assert noted.people == 0

    def test_never_overrides_a_name_that_is_on_record(self, uow: Uow, teachers: list[str]) -> None:
        service.propose_place_alias(uow, "hollow", [ASTORIA])
        certain(uow, teachers)
        found = service.learn_places(uow)
        assert (found.active, found.review) == ([], ["hollow"])
        (alias,) = service.place_aliases(uow, PlaceAliasFilters()).items
        assert (alias.area_keys, alias.status) == ([ASTORIA], AliasStatus.PENDING)

    def test_leaves_words_of_no_name_to_somebody(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers, name="my school")
        assert service.learn_places(uow).review == ["my school"]

    def test_leaves_places_elsewhere_alone(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers, name="hoboken")
        assert service.learn_places(uow).looked_at == 0

    def test_leaves_what_may_be_an_address_alone(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers, name="123 main street")
        assert service.learn_places(uow).looked_at == 0
        assert row(uow, "123 main street") is None

    def test_takes_as_many_statements_for_many_names_as_for_one(
        self, uow: Uow, teachers: list[str], count_statements: Counting
    ) -> None:
        searched(uow, "a", name="hollow", clicked=teachers[0])
        service.gazetteer(uow)
        with count_statements() as for_one:
            service.learn_places(uow)
        for letter in "abcdefgh":
            searched(uow, letter, name=f"hollow {letter}", clicked=teachers[1])
        with count_statements() as for_many:
            service.learn_places(uow)
        assert len(for_one) == len(for_many) == 8

    def test_goes_page_by_page(self, uow: Uow, teachers: list[str]) -> None:
        for name in ("hollow", "valley town", "river end"):
            certain(uow, teachers, name=name)
        first = service.learn_places(uow, limit=2)
        rest = service.learn_places(uow, after=first.next_name, limit=2)
        assert (first.active, rest.active) == (["hollow", "river end"], ["valley town"])
        assert (first.next_name, rest.next_name) == ("river end", None)


class TestTheQueue:
    def test_has_those_of_most_people_first(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers, name="my school")
        for number in range(7):
            searched(uow, f"z{number}", name="narnia")
        for _ in range(30):
            searched(uow, "one", name="atlantis")
        service.learn_places(uow)
        listed = service.unresolved_places(uow, UnresolvedFilters()).items
        assert [(one.name, one.people, one.searches) for one in listed] == [
            ("narnia", 7, 7),
            ("my school", 5, 5),
            ("atlantis", 1, 30),
        ]
        review = UnresolvedFilters(status=UnresolvedStatus.REVIEW)
        assert [one.name for one in service.unresolved_places(uow, review).items] == ["my school"]

    def test_forgets_what_nobody_searches_for_any_more(
        self, begin: Begin, clock: SetClock, teachers: list[str]
    ) -> None:
        with begin(SYSTEM) as uow:
            searched(uow, "a", name="narnia")
            searched(uow, "a", name="my school")
            service.learn_places(uow)
            service.dismiss_unresolved_place(uow, "my school")
        clock.advance(policy.WINDOW)
        with begin(SYSTEM) as uow:
            service.learn_places(uow)
            kept = [one.name for one in service.unresolved_places(uow, UnresolvedFilters()).items]
        clock.advance(timedelta(seconds=1))
        with begin(SYSTEM) as uow:
            service.learn_places(uow)
            left = [one.name for one in service.unresolved_places(uow, UnresolvedFilters()).items]
        assert (kept, left) == (["my school", "narnia"], ["my school"])

    def test_goes_on_without_what_was_dismissed(self, uow: Uow, teachers: list[str]) -> None:
        certain(uow, teachers, name="my school")
        service.learn_places(uow)
        service.dismiss_unresolved_place(uow, "My School")
        certain(uow, teachers, name="my school")
        service.learn_places(uow)
        noted = row(uow, "my school")
        assert noted is not None
        assert (noted.status, noted.searches) == (UnresolvedStatus.DISMISSED, 5)
        with pytest.raises(UnresolvedNotFound):
            service.dismiss_unresolved_place(uow, "atlantis")

    def test_is_done_with_a_name_that_somebody_taught(self, uow: Uow, teachers: list[str]) -> None:
        searched(uow, "a", clicked=teachers[0])
        service.learn_places(uow)
        service.add_place_alias(uow, AddPlaceAlias(name="hollow", area_keys=[ASTORIA]))
        noted = row(uow)
        assert noted is not None
        assert noted.status is UnresolvedStatus.LEARNED
        assert service.learn_places(uow).looked_at == 0

    def test_does_not_learn_again_what_was_rejected(
        self, uow: Uow, begin: Begin, teachers: list[str]
    ) -> None:
        certain(uow, teachers)
        service.learn_places(uow)
        (alias,) = service.place_aliases(uow, PlaceAliasFilters()).items
        service.reject_place_alias(uow, alias.id)
        assert areas(uow, HOLLOW) == ()
        assert service.learn_places(uow).active == []
        with begin(SYSTEM) as later:
            assert areas(later, HOLLOW) == ()
