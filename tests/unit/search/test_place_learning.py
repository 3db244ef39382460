"""When a name of a place is learned, and from whom."""

import pytest

from instainstru_core.domains.search.policy.places import learning
from instainstru_core.domains.search.types.learning import (
    AliasStatus,
    Click,
    Evidence,
    Sighting,
    UnresolvedStatus,
    Verdict,
)

SLOPE, GOWANUS, ASTORIA, BRONX = "slope", "gowanus", "astoria", "bronx"
POINTS = {
    SLOPE: (40.6716, -73.9777),
    GOWANUS: (40.6760, -73.9960),
    ASTORIA: (40.7640, -73.9230),
    BRONX: (40.8500, -73.8900),
}
AREAS = {
    "ida": [SLOPE, GOWANUS],
    "joe": [GOWANUS],
    "kim": [GOWANUS, ASTORIA],
    "lea": [ASTORIA],
    "max": [BRONX],
    "ned": [],
}


def sightings(*people: str, is_user: bool = False) -> tuple[Sighting, ...]:
    return tuple(Sighting(person, f"at {person}", is_user) for person in people)


def judged(
    *clicks: tuple[str, str],
    users: str = "",
    guests: str = "",
    name: str = "the hollow",
    served: dict[str, float] | None = None,
) -> Verdict:
    evidence = Evidence(
        sightings(*users, is_user=True) + sightings(*guests),
        tuple(Click(person, instructor) for person, instructor in clicks),
    )
    return learning.judged(name, evidence, areas=AREAS, points=POINTS, served=served or {})


class TestWhoCounts:
    def test_is_everybody_once(self) -> None:
        whom = learning.people_of([*sightings("a", "b"), *sightings("a", "b")])
        assert whom == {"a": "a", "b": "b"}

    def test_guests_of_one_address_count_as_one(self) -> None:
        seen = [Sighting(person, "home", is_user=False) for person in ("g1", "g2", "g3")]
        assert set(learning.people_of(seen).values()) == {"g1"}

    def test_a_guest_counts_as_whoever_signed_in_there(self) -> None:
        seen = [Sighting("g1", "home", is_user=False), Sighting("u1", "home", is_user=True)]
        assert learning.people_of(seen) == {"g1": "u1", "u1": "u1"}

    def test_accounts_of_one_address_stay_different_people(self) -> None:
        seen = [Sighting(person, "school", is_user=True) for person in ("u1", "u2")]
        assert learning.people_of(seen) == {"u1": "u1", "u2": "u2"}

    def test_addresses_link_guests_over_several_steps(self) -> None:
        links = (("g1", "x"), ("g2", "y"), ("g3", "x"), ("g3", "y"), ("g4", None))
        seen = [Sighting(person, address, is_user=False) for person, address in links]
        whom = learning.people_of(seen)
        assert whom["g1"] == whom["g2"] == whom["g3"] != whom["g4"]


class TestTheConsensus:
    def test_is_where_the_shared_votes_gather(self) -> None:
        clicks = [Click("a", "ida"), Click("b", "joe"), Click("c", "kim")]
        found = learning.consensus(clicks, AREAS, POINTS)
        assert (found.area_key, found.share, found.instructors) == (GOWANUS, 1.0, 3)
        assert found.credits == {GOWANUS: {"a", "b", "c"}}

    def test_credits_the_area_of_the_instructor_nearest_to_it(self) -> None:
        clicks = [Click("a", "joe"), Click("b", "joe"), Click("c", "lea"), Click("d", "kim")]
        found = learning.consensus(clicks, AREAS, POINTS)
        assert found.credits == {GOWANUS: {"a", "b", "d"}, ASTORIA: {"c"}}
        assert (found.area_key, found.share) == (GOWANUS, 0.75)

    def test_gives_each_person_one_vote_however_much_they_click(self) -> None:
        clicks = [Click("a", who) for who in ("lea", "max", "kim")]
        clicks += [Click("b", "joe"), Click("c", "joe")]
        found = learning.consensus(clicks, AREAS, POINTS)
        assert found.area_key == GOWANUS
        assert sum(len(people) for people in found.credits.values()) == 3

    def test_does_not_count_whoever_serves_nowhere(self) -> None:
        assert learning.consensus([Click("a", "ned"), Click("b", "gone")], AREAS, POINTS) == (
            learning.Consensus()
        )


class TestTheVerdict:
    def test_is_to_use_the_name_where_many_agree(self) -> None:
        clicks = (("a", "ida"), ("b", "joe"), ("c", "kim"), ("d", "joe"), ("e", "ida"))
        found = judged(*clicks, users="ab", guests="cde")
        assert (found.status, found.alias) == (UnresolvedStatus.LEARNED, AliasStatus.ACTIVE)
        assert (found.people, found.clickers, found.consensus.area_key) == (5, 5, GOWANUS)

    @pytest.mark.parametrize(
        ("users", "guests", "clicks"),
        [
            ("a", "bcde", ("ida", "joe", "kim", "joe", "ida")),  # one account
            ("ab", "cde", ("ida", "joe", "ida", "joe", "ida")),  # two instructors
            ("ab", "cdef", ("ida", "joe", "kim", "joe", "ida", "max")),  # five of six agree
            ("ab", "cde", ("ida", "joe", "kim", "joe")),  # four clicked
        ],
    )
    def test_is_to_ask_somebody_where_it_is_less_sure(
        self, users: str, guests: str, clicks: tuple[str, ...]
    ) -> None:
        people = users + guests
        found = judged(*zip(people, clicks, strict=False), users=users, guests=guests)
        assert (found.status, found.alias) == (UnresolvedStatus.LEARNED, AliasStatus.PENDING)

    @pytest.mark.parametrize(
        ("guests", "clicks"),
        [
            ("abcd", ("ida", "joe", "kim", "joe")),  # four searched
            ("abcde", ("joe", "ida")),  # two clicked
            ("abcde", ("joe", "joe", "joe", "joe")),  # on one instructor
            ("abcde", ("joe", "lea", "max", "ida")),  # two of four agree
        ],
    )
    def test_is_to_wait_where_too_little_is_known(
        self, guests: str, clicks: tuple[str, ...]
    ) -> None:
        found = judged(*zip(guests, clicks, strict=False), guests=guests)
        assert (found.status, found.alias) == (UnresolvedStatus.WAITING, None)

    def test_learns_nothing_from_one_person_who_is_many_guests(self) -> None:
        seen = tuple(Sighting(person, "one flat", is_user=False) for person in "abcdefgh")
        clicks = tuple(Click(person, who) for person, who in zip("abcdefgh", AREAS, strict=False))
        found = learning.judged(
            "the hollow", Evidence(seen, clicks), areas=AREAS, points=POINTS, served={}
        )
        assert (found.status, found.people, found.clickers) == (UnresolvedStatus.WAITING, 1, 1)

    def test_takes_an_area_that_most_serve_for_chance(self) -> None:
        clicks = (("a", "ida"), ("b", "joe"), ("c", "kim"), ("d", "joe"), ("e", "ida"))
        found = judged(*clicks, users="abcde", served={GOWANUS: 0.81})
        assert (found.status, found.alias) == (UnresolvedStatus.REVIEW, None)
        found = judged(*clicks, users="abcde", served={GOWANUS: 0.80})
        assert found.alias is AliasStatus.ACTIVE

    @pytest.mark.parametrize(
        "name",
        ["my office", "home", "at the beach", "123 main street", "ab", "a b c d e f", "x" * 61],
    )
    def test_leaves_what_is_no_name_to_somebody(self, name: str) -> None:
        clicks = (("a", "ida"), ("b", "joe"), ("c", "kim"), ("d", "joe"), ("e", "ida"))
        found = judged(*clicks, users="abcde", name=name)
        assert (found.status, found.alias) == (UnresolvedStatus.REVIEW, None)
