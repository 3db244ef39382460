"""Which services a phrase means by its text: exactly those, and none where there are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.search.policy.meaning.forms import root, singular
from instainstru_core.domains.search.types.meaning import Reason
from tests.unit.search.catalogue import lookup, of_category, of_subcategory
from tests.unit.search.knowledge import entries


def found(phrase: str) -> list[str]:
    return [match.service_id for match in lookup().find(phrase).matches]


class TestANamedService:
    @pytest.mark.parametrize(
        ("phrase", "service"),
        [
            ("piano", "piano"),
            ("Piano Lessons", "piano"),
            ("yoga instructor", "yoga"),
            ("sat prep tutor", "sat"),
            ("SAT", "sat"),
            ("act", "act"),
            ("acting classes", "acting"),
            ("drum", "drums-percussion"),
            ("drummer", "drums-percussion"),
            ("swim", "swimming"),
            ("learn to swim", "swimming"),
            ("esl", "english-esl-efl"),
            ("bjj", "jiu-jitsu"),
            ("jiu jitsu", "jiu-jitsu"),
            ("jiujitsu", "jiu-jitsu"),
            ("hiphop", "hip-hop"),
            ("isr", "isr-infant-self-rescue"),
            ("beading", "beading"),
            ("reading", "reading"),
            ("latin", "latin"),
            ("chess", "chess"),
            ("sign language tutor", "sign-language"),
            ("zumba class", "zumba"),
            ("excel", "microsoft-office"),
            ("golfer", "golf"),
            ("history", "history-social-studies"),
        ],
    )
    def test_is_meant_alone(self, phrase: str, service: str) -> None:
        assert found(phrase) == [service]
        assert lookup().find(phrase).is_certain

    def test_is_found_by_each_of_its_names(self) -> None:
        for entry in entries():
            assert found(entry.name)[0] == entry.slug, entry.name

    def test_is_found_by_each_of_its_synonyms_unless_a_group_is_called_so(self) -> None:
        for entry in entries():
            for synonym in entry.synonyms:
                assert entry.slug in found(synonym) or len(found(synonym)) > 0, synonym
                if entry.slug not in found(synonym):
                    assert lookup().find(synonym).matches[0].reason in {
                        Reason.NAME,
                        Reason.SUBCATEGORY,
                        Reason.CATEGORY,
                    }, synonym

    @pytest.mark.parametrize(
        ("phrase", "services"),
        [
            ("chinese", {"mandarin", "cantonese"}),
            ("english lessons", {"english", "english-esl-efl"}),
            ("keys", {"piano", "keyboard"}),
            ("strings", {"violin", "viola", "cello"}),
            ("latin dance", {"salsa", "bachata"}),
            ("photoshop", {"photo-editing", "graphic-design"}),
        ],
    )
    def test_shares_a_name_with_others(self, phrase: str, services: set[str]) -> None:
        assert set(found(phrase)) == services


class TestAGroup:
    @pytest.mark.parametrize(
        ("phrase", "group"),
        [
            ("dance", "dance"),
            ("dancing", "dance"),
            ("art", "arts"),
            ("arts", "arts"),
            ("music lessons", "music"),
            ("instrument", "music"),
            ("sports", "sports"),
            ("languages", "languages"),
            ("tutoring", "tutoring"),
            ("tutor", "tutoring"),
            ("hobbies", "hobbies"),
        ],
    )
    def test_is_a_whole_category(self, phrase: str, group: str) -> None:
        assert set(found(phrase)) == of_category(group)

    @pytest.mark.parametrize(
        ("phrase", "group"),
        [
            ("martial arts", "martial-arts"),
            ("brass", "brass"),
            ("woodwinds", "woodwinds"),
            ("test prep", "test-prep"),
            ("programming", "coding-stem"),
            ("coding", "coding-stem"),
            ("painting", "painting"),
            ("kids art", "kids-art"),
            ("special needs", "learning-support"),
        ],
    )
    def test_is_a_whole_subcategory(self, phrase: str, group: str) -> None:
        assert set(found(phrase)) == of_subcategory(group)

    def test_puts_first_who_is_called_so_itself(self) -> None:
        assert found("programming")[0] == "python"

    def test_gives_way_to_a_service_of_that_name(self) -> None:
        for phrase, service in (("math", "math"), ("guitar", "guitar"), ("science", "science")):
            assert found(phrase) == [service]


class TestNamesWithinAPhrase:
    @pytest.mark.parametrize(
        ("phrase", "services"),
        [
            ("violin vibrato", {"violin"}),
            ("classical violin", {"violin"}),
            ("piano violin", {"piano", "violin"}),
            ("spanish guitar", {"guitar"}),
            ("flamenco guitar", {"guitar"}),
            ("french cooking", {"cuisines"}),
            ("sat math", {"sat"}),
            ("math for the sat", {"sat"}),
            ("toefl writing", {"toefl"}),
            ("physics ap", {"physics"}),
            ("german opera singing", {"voice-singing"}),
            ("ballet dance", {"ballet"}),
        ],
    )
    def test_say_what_is_wanted(self, phrase: str, services: set[str]) -> None:
        assert set(found(phrase)) == services

    @pytest.mark.parametrize(
        "phrase", ["house insurance", "oil change", "bass fishing", "tap water"]
    )
    def test_say_little_beside_words_that_they_do_not_go_with(self, phrase: str) -> None:
        finding = lookup().find(phrase)
        assert not finding.is_certain
        assert all(match.score <= 0.45 for match in finding.matches)


class TestMisspelledWords:
    @pytest.mark.parametrize(
        ("phrase", "service"),
        [
            ("guitr", "guitar"),
            ("saxaphone", "saxophone"),
            ("accordian lessons", "accordion"),
            ("karatee", "karate"),
            ("calculas", "calculus"),
            ("photografy", "photography"),
            ("gymnastiks", "gymnastics"),
        ],
    )
    def test_are_found_with_a_little_less(self, phrase: str, service: str) -> None:
        (match,) = lookup().find(phrase).matches
        assert (match.service_id, match.reason) == (service, Reason.TYPO)
        assert match.score == 0.85

    @pytest.mark.parametrize(
        "phrase",
        [
            "horse",
            "scuba",
            "thai",
            "welding",
            "printing",
            "poker",
            "astronomy",
            "diving",
            "storing",
            "whistling",
            "scrabble",
            "spin",
            "boats",
            "green",
            "stack",
            "facet",
            "leafy greens",
            "smoke",
        ],
    )
    def test_are_not_right_words_of_something_else(self, phrase: str) -> None:
        assert found(phrase) == []


class TestWhatNobodyTeaches:
    @pytest.mark.parametrize(
        "phrase",
        ["underwater welding", "plumber", "hunting", "falconry", "satisfaction guaranteed", "asdf"],
    )
    def test_is_not_found(self, phrase: str) -> None:
        assert found(phrase) == []

    @pytest.mark.parametrize("phrase", ["", "   ", "?!", "lessons", "the best teacher"])
    def test_is_not_asked_by_words_that_say_nothing(self, phrase: str) -> None:
        assert found(phrase) == []


class TestBeginnings:
    def test_of_long_words_are_enough(self) -> None:
        (match,) = lookup().find("photogr").matches
        assert (match.service_id, match.reason) == ("photography", Reason.PREFIX)


class TestAnyText:
    @given(st.text(max_size=60))
    def test_has_matches_in_order_with_scores_from_0_to_1(self, text: str) -> None:
        matches = lookup().find(text).matches
        scores = [match.score for match in matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
        assert len({match.service_id for match in matches}) == len(matches)

    @given(st.sampled_from(sorted({entry.name for entry in entries()})))
    def test_means_the_same_in_capitals_and_with_spaces(self, name: str) -> None:
        assert found(f"  {name.upper()} ") == found(name)


class TestForms:
    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("drums", "drum"),
            ("arts", "art"),
            ("classes", "class"),
            ("brass", "brass"),
            ("chess", "chess"),
            ("brushes", "brush"),
            ("hobbies", "hobby"),
            ("bus", "bus"),
            ("sat", "sat"),
        ],
    )
    def test_of_one_thing(self, word: str, expected: str) -> None:
        assert singular(word) == expected

    @pytest.mark.parametrize(
        ("word", "expected"),
        [("dancing", "danc"), ("dance", "danc"), ("swimming", "swim"), ("swim", "swim")],
    )
    def test_of_one_doing(self, word: str, expected: str) -> None:
        assert root(word) == expected


class TestWhatPeopleHaveDone:
    @pytest.mark.parametrize(
        "phrase",
        [
            "house cleaner",
            "moving furniture",
            "hair salon",
            "piano tuning",
            "piano movers",
            "guitar repair class",
            "french restaurant",
        ],
    )
    def test_is_nothing_to_learn(self, phrase: str) -> None:
        assert found(phrase) == []
        assert lookup().find(phrase).is_certain

    @pytest.mark.parametrize(
        ("phrase", "service"),
        [("babysitter training", "cpr-first-aid"), ("cpr for a babysitter", "cpr-first-aid")],
    )
    def test_may_be_taught_all_the_same(self, phrase: str, service: str) -> None:
        assert found(phrase) == [service]
