"""What words for a place mean, where somebody is, and the names that staff and searches teach."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select, text

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.addresses.schemas import AddAddress
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.regions import repository as regions
from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import (
    AliasDecided,
    AliasKnown,
    AliasNotFound,
    AliasUnusable,
    ModelUnavailable,
)
from instainstru_core.domains.search.flows import places as flow
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.places import Guesser
from instainstru_core.domains.search.flows.reading import Readings
from instainstru_core.domains.search.models import PlaceAlias
from instainstru_core.domains.search.ports import Question
from instainstru_core.domains.search.schemas.places import AddPlaceAlias, PlaceAliasFilters
from instainstru_core.domains.search.types.learning import AliasSource, AliasStatus
from instainstru_core.domains.search.types.meaning import ModelUse
from instainstru_core.domains.search.types.parsed import PlaceMention, PlacePhrase
from instainstru_core.domains.search.types.places import (
    HereSource,
    Missing,
    Resolution,
    Skipped,
    Tier,
    WhySkipped,
)
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.domains.search.types.wanted import Where
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors
from tests.patience import PATIENCE_SECONDS

Counting = Callable[[], AbstractContextManager[list[str]]]

STAFF = Actor(
    id=new_id(),
    permissions=frozenset({Permission.SEARCH_ALIASES_MANAGE, Permission.SEARCH_ANALYTICS_READ}),
)
EMPIRE_STATE = (40.74844, -73.98566)
HOBOKEN = (40.7440, -74.0324)
FLATBUSH, KENSINGTON = "nyc-brooklyn-flatbush", "nyc-brooklyn-kensington"


def soon() -> Deadline:
    return Deadline.within(PATIENCE_SECONDS)


def late() -> Deadline:
    return Deadline.within(0)


def resolve(uow: Uow, words: str) -> Resolution:
    return service.resolve(uow, words, deadline=soon())


def keys(uow: Uow, words: str) -> list[str]:
    place = resolve(uow, words).place
    return [] if place is None else list(place.area_keys)


class TestWords:
    def test_mean_what_the_map_says(self, uow: Uow) -> None:
        phrase = PlacePhrase("park slope", PlaceMention.PREPOSITION, 9, 19)
        found = service.resolve(uow, phrase, deadline=soon())
        assert found.place is not None
        assert (found.place.kind, found.tier) == (PlaceKind.AREA, Tier.EXACT)
        assert found.where == Where(frozenset({"nyc-brooklyn-park-slope"}))

    def test_know_the_polygons_of_the_map_by_their_names(self, uow: Uow) -> None:
        assert resolve(uow, "Mapleton-Midwood (West)").tier is Tier.EXACT
        assert keys(uow, "midwood west") == ["nyc-brooklyn-mapleton"]
        assert keys(uow, "midwood") == ["nyc-brooklyn-midwood"]

    def test_that_nobody_knows_say_so_when_there_is_no_time_to_ask(self, uow: Uow) -> None:
        assert resolve(uow, "georgetown").skipped == ()
        found = service.resolve(uow, "georgetown", deadline=late())
        assert {one.why for one in found.skipped} == {WhySkipped.NO_TIME}
        assert service.resolve(uow, "bk", deadline=late()).place is not None

    def test_cost_one_short_statement(self, uow: Uow, count_statements: Counting) -> None:
        resolve(uow, "astoria")
        with count_statements() as statements:
            resolve(uow, "astoria")
        assert len(statements) == 1
        assert service.gazetteer(uow) is service.gazetteer(uow)

    def test_follow_the_map(self, uow: Uow) -> None:
        assert keys(uow, "test square") == []
        key = instructors.area(uow)
        assert keys(uow, "test square") == [key]

    def test_landmarks_lie_in_one_of_their_areas_and_near_the_others(self, uow: Uow) -> None:
        """By the map itself, so that no point was typed wrong."""
        far: list[tuple[str, float, float]] = []
        for landmark in regions.landmarks().landmarks:
            latitude, longitude = landmark.point
            meters = uow.session.execute(
                text(
                    "SELECT min(away), max(away) FROM ("
                    " SELECT min(ST_Distance(boundary::geography, ST_SetSRID(ST_MakePoint("
                    "  :longitude, :latitude), 4326)::geography)) AS away"
                    " FROM regions WHERE area_key = ANY(:areas) GROUP BY area_key) AS areas"
                ),
                {"longitude": longitude, "latitude": latitude, "areas": landmark.areas},
            ).one()
            if meters[0] > 750 or meters[1] > 1_800:
                far.append((landmark.names[0], meters[0], meters[1]))
        assert [name for name, _, _ in far] == ["JFK Airport"]  # wider than what lies around it


class TestHere:
    def test_is_where_the_device_says(self, uow: Uow) -> None:
        found = service.here(uow, latitude=EMPIRE_STATE[0], longitude=EMPIRE_STATE[1])
        assert (found.source, found.point, found.hint) == (HereSource.DEVICE, EMPIRE_STATE, None)
        key = "nyc-manhattan-flatiron-nomad-union-square"
        assert found.where == Where(frozenset({key}), EMPIRE_STATE)

    def test_outside_the_city_is_nobodys_area(self, uow: Uow) -> None:
        found = service.here(uow, latitude=HOBOKEN[0], longitude=HOBOKEN[1])
        assert (found.area, found.where) == (None, Where(frozenset(), HOBOKEN))

    def test_is_unknown_of_a_guest(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            found = service.here(uow)
        assert (found.point, found.missing, found.where) == (None, Missing.SIGN_IN, Where())
        assert found.hint is not None
        assert "sign in" in found.hint

    def test_is_the_default_address_of_whoever_signed_in(self, begin: Begin, uow: Uow) -> None:
        person = instructors.instructor_actor(instructors.person(uow))
        with begin(person) as own:
            nothing = service.here(own)
        with begin(person) as own:
            addresses.add(own, _address(None, None))
            without_point = service.here(own)
            addresses.add(own, _address(*EMPIRE_STATE))
            found = service.here(own)
        assert (nothing.missing, without_point.missing) == (Missing.ADDRESS, Missing.ADDRESS)
        assert (found.source, found.point) == (HereSource.ADDRESS, EMPIRE_STATE)
        assert found.area is not None
        assert found.area.name == "Flatiron / NoMad / Union Square"

    def test_of_the_device_beats_the_address(self, begin: Begin, uow: Uow) -> None:
        person = instructors.instructor_actor(instructors.person(uow))
        with begin(person) as own:
            addresses.add(own, _address(*EMPIRE_STATE))
            found = service.here(own, latitude=40.6716, longitude=-73.9777)
        assert found.source is HereSource.DEVICE
        assert found.area is not None
        assert found.area.name == "Park Slope"


def _address(latitude: float | None, longitude: float | None) -> AddAddress:
    return AddAddress(
        label=AddressLabel.HOME,
        line1="350 5th Ave",
        city="New York",
        state="NY",
        postal_code="10118",
        latitude=latitude,
        longitude=longitude,
        is_default=True,
    )


class TestTeachingAName:
    def test_works_from_the_next_search_on(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            assert keys(uow, "the junction") == []
            made = service.add_place_alias(
                uow, AddPlaceAlias(name="The  Junction", area_keys=[FLATBUSH])
            )
        with begin(ANONYMOUS) as uow:
            found = resolve(uow, "near the junction")
            spotted = service.gazetteer(uow).find("junction", similar=False)
        assert (made.name, made.status, made.source) == (
            "junction",
            AliasStatus.ACTIVE,
            AliasSource.MANUAL,
        )
        assert (made.created_by, made.decided_by) == (STAFF.id, STAFF.id)
        assert found.place is not None
        assert (found.place.area_keys, found.tier) == ((FLATBUSH,), Tier.ALIAS)
        assert spotted is not None

    def test_of_two_areas_is_unclear_unless_it_means_both(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            both = [FLATBUSH, KENSINGTON, FLATBUSH]
            service.add_place_alias(uow, AddPlaceAlias(name="the hollow", area_keys=both))
            service.add_place_alias(
                uow, AddPlaceAlias(name="the valley of kings", area_keys=both, means_all=True)
            )
            unclear, both_of_them = resolve(uow, "the hollow"), resolve(uow, "valley of kings")
        assert unclear.is_ambiguous
        assert [one.key for one in unclear.candidates] == [FLATBUSH, KENSINGTON]
        assert not both_of_them.is_ambiguous
        assert both_of_them.where == Where(frozenset({FLATBUSH, KENSINGTON}))

    @pytest.mark.parametrize("name", ["bk", "Park Slope", "barclays center", "11215", "hoboken"])
    def test_never_overrides_what_a_name_means(self, begin: Begin, name: str) -> None:
        with begin(STAFF) as uow, pytest.raises(AliasKnown):
            service.add_place_alias(uow, AddPlaceAlias(name=name, area_keys=[FLATBUSH]))

    def test_twice_is_refused(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            service.add_place_alias(uow, AddPlaceAlias(name="hollow", area_keys=[FLATBUSH]))
            with pytest.raises(AliasKnown):
                service.add_place_alias(uow, AddPlaceAlias(name="Hollow", area_keys=[KENSINGTON]))

    @pytest.mark.parametrize(
        ("name", "areas"), [("hollow", ["nyc-atlantis"]), ("in by", [FLATBUSH])]
    )
    def test_of_nowhere_is_refused(self, begin: Begin, name: str, areas: list[str]) -> None:
        with begin(STAFF) as uow, pytest.raises(AliasUnusable):
            service.add_place_alias(uow, AddPlaceAlias(name=name, area_keys=areas))

    def test_needs_the_right_to(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            for refused in (
                lambda: service.add_place_alias(uow, AddPlaceAlias(name="x y", area_keys=["a"])),
                lambda: service.approve_place_alias(uow, new_id()),
                lambda: service.reject_place_alias(uow, new_id()),
                lambda: service.dismiss_unresolved_place(uow, "x"),
                lambda: service.learn_places(uow),
                lambda: service.place_aliases(uow, PlaceAliasFilters()),
            ):
                with pytest.raises(PermissionMissing):
                    refused()

    def test_is_on_record(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            made = service.add_place_alias(uow, AddPlaceAlias(name="hollow", area_keys=[FLATBUSH]))
            service.reject_place_alias(uow, made.id)
            actions = uow.session.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.subject_id == made.id)
                .order_by(AuditEntry.id)
            ).all()
        assert actions == ["search.add_place_alias", "search.reject_place_alias"]


class TestDeciding:
    def test_to_approve_uses_the_name_and_to_reject_ends_that(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            assert service.propose_place_alias(uow, "the hollow", [FLATBUSH])
            (waiting,) = service.place_aliases(uow, PlaceAliasFilters()).items
            before = keys(uow, "the hollow")
            approved = service.approve_place_alias(uow, waiting.id)
            during = keys(uow, "the hollow")
            rejected = service.reject_place_alias(uow, waiting.id)
            after = keys(uow, "the hollow")
        assert (before, during, after) == ([], [FLATBUSH], [])
        assert (waiting.status, waiting.source, waiting.people) == (
            AliasStatus.PENDING,
            AliasSource.MODEL,
            0,
        )
        assert (approved.status, rejected.status) == (AliasStatus.ACTIVE, AliasStatus.REJECTED)

    def test_twice_is_refused(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            service.propose_place_alias(uow, "the hollow", [FLATBUSH])
            (waiting,) = service.place_aliases(uow, PlaceAliasFilters()).items
            service.approve_place_alias(uow, waiting.id)
            with pytest.raises(AliasDecided):
                service.approve_place_alias(uow, waiting.id)
            service.reject_place_alias(uow, waiting.id)
            with pytest.raises(AliasDecided):
                service.reject_place_alias(uow, waiting.id)

    def test_of_what_is_not_there_is_refused(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            for alias_id in (new_id(), "no id"):
                with pytest.raises(AliasNotFound):
                    service.approve_place_alias(uow, alias_id)

    def test_a_rejected_name_can_be_taught_anew_and_is_proposed_no_more(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            service.propose_place_alias(uow, "the hollow", [FLATBUSH])
            (waiting,) = service.place_aliases(uow, PlaceAliasFilters()).items
            service.reject_place_alias(uow, waiting.id)
            assert not service.propose_place_alias(uow, "the hollow", [FLATBUSH])
            made = service.add_place_alias(
                uow, AddPlaceAlias(name="the hollow", area_keys=[KENSINGTON])
            )
            assert keys(uow, "the hollow") == [KENSINGTON]
        assert (made.id, made.source) == (waiting.id, AliasSource.MANUAL)

    def test_pages_go_through_all_of_them(self, begin: Begin) -> None:
        with begin(STAFF) as uow:
            for name in ("hollow", "valley town", "river end"):
                service.propose_place_alias(uow, name, [FLATBUSH])
            filters = PlaceAliasFilters(status=AliasStatus.PENDING)
            first = service.place_aliases(uow, filters, limit=2)
            rest = service.place_aliases(uow, filters, cursor=first.next_cursor, limit=2)
        names = [one.name for one in (*first.items, *rest.items)]
        assert names == ["river end", "valley town", "hollow"]
        assert rest.next_cursor is None


class Model:
    """A reader that picks what a test tells it to."""

    def __init__(self, *picks: str, is_on: bool = True, fails: bool = False) -> None:
        self.picks, self.is_on, self.fails = picks, is_on, fails
        self.asked: list[str] = []

    def read(self, question: Question, *, deadline: Deadline) -> Reading:
        raise NotImplementedError

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        self.asked.append(text)
        assert len(names) >= 172
        if self.fails:
            raise ModelUnavailable("Not now.", use=ModelUse.TIMEOUT)
        return self.picks

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def words() -> Iterator[WordVectors]:
    vectors = WordVectors()
    yield vectors
    vectors.close()


class TestAskingFurther:
    def guessed(
        self,
        begin: Begin,
        words: WordVectors,
        model: Model,
        text: str,
        deadline: Deadline | None = None,
    ) -> Resolution:
        guesser = Guesser(begin, QueryVectors(words), Readings(model))
        with begin(ANONYMOUS) as uow:
            found = resolve(uow, text)
        return flow.further(guesser, ANONYMOUS, found, deadline=deadline or soon())

    def test_is_not_needed_where_the_map_knows(self, begin: Begin, words: WordVectors) -> None:
        model = Model("Flatbush, Brooklyn")
        found = self.guessed(begin, words, model, "astoria")
        assert (found.tier, model.asked) == (Tier.EXACT, [])

    def test_finds_what_lies_near_by_vector(self, begin: Begin, words: WordVectors) -> None:
        model = Model("Flatbush, Brooklyn")
        found = self.guessed(begin, words, model, "the hills of forest")
        assert found.place is not None
        assert (found.place.name, found.tier) == ("Forest Hills", Tier.EMBEDDING)
        assert 0.88 <= found.confidence <= 1
        assert found.skipped == (Skipped(Tier.MODEL, WhySkipped.NOT_NEEDED),)
        assert model.asked == []

    def test_has_a_model_pick_and_staff_look_at_it(self, begin: Begin, words: WordVectors) -> None:
        model = Model("Flatbush, Brooklyn", "Atlantis, Ocean")
        found = self.guessed(begin, words, model, "georgetown")
        assert found.place is not None
        assert (found.place.area_keys, found.tier) == ((FLATBUSH,), Tier.MODEL)
        assert found.confidence == 0.7
        with begin(STAFF) as uow:
            (waiting,) = service.place_aliases(uow, PlaceAliasFilters()).items
            assert (waiting.name, waiting.status, waiting.people) == (
                "georgetown",
                AliasStatus.PENDING,
                0,
            )
            assert keys(uow, "georgetown") == []

    def test_searches_all_that_a_model_is_unsure_about(
        self, begin: Begin, words: WordVectors
    ) -> None:
        model = Model("Flatbush, Brooklyn", "Kensington, Brooklyn")
        found = self.guessed(begin, words, model, "georgetown")
        assert found.is_ambiguous
        assert [one.key for one in found.candidates] == [FLATBUSH, KENSINGTON]
        assert found.confidence == 0.5

    @pytest.mark.parametrize("text", ["madeupplace", "narnia", "chelsea london"])
    def test_takes_nothing_for_a_place_that_is_none(
        self, begin: Begin, words: WordVectors, text: str
    ) -> None:
        found = self.guessed(begin, words, Model(), text)
        assert (found.place, found.tier) == (None, None)
        with begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(PlaceAlias)) == 0

    def test_says_which_steps_were_left_out_and_why(self, begin: Begin, words: WordVectors) -> None:
        off = self.guessed(begin, words, Model(is_on=False), "georgetown")
        assert off.skipped == (Skipped(Tier.MODEL, WhySkipped.OFF),)
        broken = self.guessed(begin, words, Model(fails=True), "georgetown")
        assert broken.skipped == (Skipped(Tier.MODEL, WhySkipped.UNAVAILABLE),)
        no_name = self.guessed(begin, words, Model(is_on=False), "my school")
        assert no_name.skipped == (
            Skipped(Tier.EMBEDDING, WhySkipped.NOT_A_NAME),
            Skipped(Tier.MODEL, WhySkipped.OFF),
        )
        model = Model("Flatbush, Brooklyn")
        late_one = self.guessed(begin, words, model, "georgetown", Deadline.within(0.05))
        # On a busy machine there may be no time for vectors either.
        assert late_one.skipped[-1] == Skipped(Tier.MODEL, WhySkipped.NO_TIME)
        assert model.asked == []
