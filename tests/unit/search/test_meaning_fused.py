"""What text and vector say together, and what a whole parsed text means."""

import numpy as np
import pytest

from instainstru_core.domains.search.policy.meaning.fusion import fused, meant, unclear
from instainstru_core.domains.search.policy.meaning.lookup import Finding
from instainstru_core.domains.search.policy.meaning.texts import Text, area_texts, service_texts
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex, index, unit
from instainstru_core.domains.search.types.meaning import By, Reason, ServiceMatch, Vectors
from instainstru_core.domains.search.types.parsed import (
    AgeGroup,
    Audience,
    Mark,
    Parsed,
    Phrase,
    Slot,
)
from tests.unit.search.catalogue import lookup
from tests.unit.search.knowledge import entries

SCALE = (0.35, 0.85)


def at(*cosines: float) -> Vectors:
    """A vector with these first coordinates, at length 1."""
    rest = max(0.0, 1 - sum(one * one for one in cosines)) ** 0.5
    return np.asarray([*cosines, *[0.0] * (3 - len(cosines)), rest], dtype=np.float32)


def text_match(service: str, score: float) -> ServiceMatch:
    return ServiceMatch(service, score, Reason.PART, "words", "word", text=score)


def phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(text, 0, len(text)) for text in texts)


EXACT = index([("near", at(1.0)), ("far", at(0.0, 1.0)), ("near", at(0.0, 0.0, 1.0))], SCALE)


class TestTheIndex:
    def test_takes_the_nearest_text_of_each_subject(self) -> None:
        assert EXACT.nearest(at(0.6, 0.5), most=9) == [("near", 0.5), ("far", 0.3)]

    def test_leaves_out_what_has_nothing_to_do_with_it(self) -> None:
        assert EXACT.nearest(at(0.35, 0.35, 0.35), most=9) == []

    def test_says_no_more_than_all(self) -> None:
        assert EXACT.nearest(at(0.99), most=9) == [("near", 1.0)]

    def test_gives_as_many_as_are_wanted(self) -> None:
        assert EXACT.nearest(at(0.6, 0.5), most=1) == [("near", 0.5)]

    def test_finds_nothing_in_nothing(self) -> None:
        assert index([], SCALE).nearest(at(1.0), most=9) == []

    def test_equals_a_plain_loop(self) -> None:
        rows = unit(np.random.default_rng(7).normal(size=(200, 8)).astype(np.float32))
        names = [f"s{place % 40:02}" for place in range(200)]
        found = VectorIndex(tuple(names), rows, -1.0, 1.0).nearest(rows[3], most=5)
        best = dict.fromkeys(names, 0.0)
        for name, row in zip(names, rows, strict=True):
            best[name] = max(best[name], (float(row @ rows[3]) + 1) / 2)
        expected = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
        assert [name for name, _ in found] == [name for name, _ in expected]
        assert [score for _, score in found] == pytest.approx(
            [score for _, score in expected], abs=1e-3
        )


class TestUnit:
    def test_leaves_a_row_of_zeros_as_it_is(self) -> None:
        rows = unit(np.asarray([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
        assert rows.ravel().tolist() == pytest.approx([0.6, 0.8, 0.0, 0.0])


class TestFused:
    def test_is_six_tenths_vector_and_four_tenths_text(self) -> None:
        (match,) = fused(Finding((text_match("a", 0.5),), is_certain=False), [("a", 0.9)], "x y z")
        assert (match.score, match.text, match.vector) == (0.74, 0.5, 0.9)

    def test_is_four_fifths_of_text_where_the_vector_says_less(self) -> None:
        (match,) = fused(Finding((text_match("a", 0.9),), is_certain=False), [("a", 0.1)], "x")
        assert match.score == 0.72

    def test_is_four_fifths_of_the_vector_where_text_says_nothing(self) -> None:
        (match,) = fused(Finding((), is_certain=False), [("a", 0.75), ("b", 0.49)], "x y")
        assert (match.service_id, match.score, match.reason) == ("a", 0.6, Reason.MEANING)

    def test_gives_short_wishes_that_text_knows_nothing_by_vector_alone(self) -> None:
        finding = Finding((text_match("violin", 0.7),), is_certain=False)
        short = fused(finding, [("bass", 0.9)], "violin solo")
        assert [match.service_id for match in short] == ["violin"]
        longer = fused(finding, [("bass", 0.9)], "one violin solo")
        assert [match.service_id for match in longer] == ["bass"]

    def test_keeps_what_is_about_as_good_as_the_best(self) -> None:
        near = [("a", 0.9), ("b", 0.8), ("c", 0.7)]
        found = fused(Finding((), is_certain=False), near, "x y")
        assert [match.service_id for match in found] == ["a", "b"]


class TestMeant:
    def test_is_any_service_without_a_wish(self) -> None:
        found = meant(Parsed("online"), lookup(), None, {})
        assert (found.services, found.by) == (None, By.NOTHING)

    def test_is_the_union_of_wishes(self) -> None:
        found = meant(Parsed("", services=phrases("piano", "violin")), lookup(), None, {})
        assert found.services == {"piano": 1.0, "violin": 1.0}

    def test_leaves_out_what_is_excluded(self) -> None:
        parsed = Parsed("", services=phrases("dance"), excluded=phrases("ballet", "jazz"))
        found = meant(parsed, lookup(), None, {})
        assert found.services is not None
        assert found.excluded == {"ballet", "jazz-contemporary"}
        assert not found.excluded & set(found.services)
        assert "salsa" in found.services

    def test_leaves_out_a_whole_group(self) -> None:
        parsed = Parsed("", services=phrases("music"), excluded=phrases("brass"))
        found = meant(parsed, lookup(), None, {})
        assert found.services is not None
        assert {"tuba", "trumpet"}.isdisjoint(found.services)

    def test_takes_no_guess_for_an_exclusion(self) -> None:
        parsed = Parsed("", services=phrases("music"), excluded=phrases("rock star poses"))
        assert not meant(parsed, lookup(), None, {}).excluded

    def test_is_none_for_what_nobody_teaches(self) -> None:
        found = meant(Parsed("", services=phrases("falconry", "piano")), lookup(), None, {})
        assert found.services == {"piano": 1.0}
        assert found.unknown == ("falconry",)

    def test_adds_what_the_catalog_has_for_those_whom_it_is_for(self) -> None:
        parsed = Parsed("", services=phrases("coding"), audience=Audience.KIDS)
        assert meant(parsed, lookup(), None, {}).wishes[0].matches[0].service_id == (
            "kids-coding-scratch"
        )
        toddler = Parsed("", services=phrases("swim"), age_group=AgeGroup.TODDLER)
        services = meant(toddler, lookup(), None, {}).services
        assert services is not None
        assert list(services) == ["swimming", "isr-infant-self-rescue"]

    def test_asks_for_vectors_only_of_what_is_not_certain(self) -> None:
        parsed = Parsed("", services=phrases("piano", "something for the stage"))
        assert unclear(parsed, lookup()) == ("something for the stage",)

    def test_uses_the_vector_of_an_unclear_wish(self) -> None:
        services = index([("acting", at(1.0))], SCALE)
        parsed = Parsed("", services=phrases("become someone else"))
        found = meant(parsed, lookup(), services, {"become someone else": at(0.8)})
        assert found.services == {"acting": 0.72}
        assert found.by is By.HYBRID

    def test_says_why_it_is_the_text_alone(self) -> None:
        parsed = Parsed("", services=phrases("become someone else"))
        found = meant(parsed, lookup(), None, {}, ("embedding_timeout",))
        assert (found.by, found.reasons) == (By.TEXT, ("embedding_timeout",))


class TestManyWords:
    TEXT = "get better at speaking to people on monday"
    PARSED = Parsed(TEXT, services=(Phrase("people", 26, 32),), marks=(Mark(33, 42, Slot.DATE),))
    WHOLE = "better speaking people"

    def test_are_also_looked_up_as_one_without_what_is_no_service(self) -> None:
        assert unclear(self.PARSED, lookup()) == ("people", self.WHOLE)

    def test_mean_as_one_what_none_of_them_means(self) -> None:
        services = index([("public-speaking", at(1.0))], SCALE)
        vectors = {"people": at(0.0, 1.0), self.WHOLE: at(0.7)}
        (wish,) = meant(self.PARSED, lookup(), services, vectors).wishes
        assert wish.phrase == Phrase(self.WHOLE, 0, 0)
        assert [match.service_id for match in wish.matches] == ["public-speaking"]

    def test_stay_apart_where_one_of_them_is_a_name(self) -> None:
        parsed = Parsed("piano of the people", services=phrases("piano", "people"))
        assert unclear(parsed, lookup()) == ("people",)
        assert [one.phrase.text for one in meant(parsed, lookup(), None, {}).wishes] == [
            "piano",
            "people",
        ]


class TestTexts:
    def test_of_a_service_are_its_names_and_what_it_is_about(self) -> None:
        piano = next(entry for entry in entries() if entry.slug == "piano")
        texts = service_texts(piano)
        assert texts[0] == "Piano, Piano"
        assert texts[2] == piano.description
        assert set(piano.synonyms) < set(texts)

    def test_of_an_area_are_the_whole_and_its_parts(self) -> None:
        assert area_texts("Chelsea / Hudson Yards", "Manhattan") == (
            "Chelsea / Hudson Yards, Manhattan, NYC location",
            "Chelsea, Manhattan, NYC location",
            "Hudson Yards, Manhattan, NYC location",
        )
        assert area_texts("Astoria", "Queens") == ("Astoria, Queens, NYC location",)

    def test_have_a_hash_that_changes_with_them(self) -> None:
        assert Text("piano").hash == Text("piano").hash != Text("Piano").hash


class TestOneWordAlone:
    def test_needs_a_vector_that_is_very_near(self) -> None:
        nothing = Finding((), is_certain=False)
        assert fused(nothing, [("tuba", 0.79)], "scuba") == ()
        assert [match.service_id for match in fused(nothing, [("a", 0.8)], "wordly")] == ["a"]
        assert [match.service_id for match in fused(nothing, [("a", 0.7)], "two words")] == ["a"]

    def test_is_too_little_to_go_by_where_it_is_short(self) -> None:
        assert fused(Finding((), is_certain=False), [("axel", 0.9)], "axe") == ()


class TestWishesThatMeanNothing:
    def test_name_what_comes_nearest_and_do_not_mean_it(self) -> None:
        services = index(
            [
                ("self-defense", at(1.0)),
                ("gardening", at(0.0, 1.0)),
                ("dog-training", at(0, 0, 1.0)),
            ],
            SCALE,
        )
        parsed = Parsed("", services=phrases("defend dogs"))
        found = meant(parsed, lookup(), services, {"defend dogs": at(0.6, 0.55, 0.5)})
        assert (found.services, found.nearest) == ({}, ("dog-training", "self-defense"))

    def test_name_nothing_for_a_trade(self) -> None:
        parsed = Parsed("", services=phrases("plumber"))
        assert unclear(parsed, lookup()) == ("plumber",)
        services = index([("home-repair", at(1.0))], SCALE)
        found = meant(parsed, lookup(), services, {"plumber": at(0.99)})
        assert (found.services, found.nearest) == ({}, ())

    def test_take_doubtful_ones_with_them(self) -> None:
        found = meant(Parsed("", services=phrases("ride", "horse")), lookup(), None, {})
        assert (found.services, found.nearest) == ({}, ("bike-riding",))
        found = meant(Parsed("", services=phrases("piano", "horse")), lookup(), None, {})
        assert found.services == {"piano": 1.0}

    def test_and_are_not_wished_are_told(self) -> None:
        parsed = Parsed("", services=phrases("dance"), excluded=phrases("unicorns", "ballet"))
        found = meant(parsed, lookup(), None, {})
        assert [one.text for one in found.unheeded] == ["unicorns"]
        assert found.excluded == {"ballet"}


class TestAges:
    def test_of_a_group_only_those_services_are_meant_that_are_for_them(self) -> None:
        parsed = Parsed("", services=phrases("music"), age_group=AgeGroup.TODDLER)
        services = meant(parsed, lookup(), None, {}).services
        assert services is not None
        assert "piano" in services
        assert "music-production" not in services
        everybody = meant(Parsed("", services=phrases("music")), lookup(), None, {}).services
        assert everybody is not None
        assert set(services) < set(everybody)

    def test_change_nothing_of_what_is_named(self) -> None:
        parsed = Parsed("", services=phrases("music production"), age_group=AgeGroup.TODDLER)
        assert meant(parsed, lookup(), None, {}).services == {"music-production": 1.0}
