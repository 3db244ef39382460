"""What is to be learned, what is not, where, and how misspelled words are made right."""

from datetime import date

import pytest

from instainstru_core.domains.search.policy.grammar import Words, parse
from instainstru_core.domains.search.policy.grammar.prices import (
    THRESHOLDS,
    Thresholds,
    priced,
)
from instainstru_core.domains.search.types.parsed import (
    Mark,
    Parsed,
    PlaceMention,
    PriceIntent,
    PriceWish,
    Slot,
)
from tests.unit.search.knowledge import entries, gazetteer, words

TODAY = date(2026, 11, 25)


def read(text: str) -> Parsed:
    return parse(text, words(), TODAY)


def wishes(text: str) -> list[str]:
    return [phrase.text for phrase in read(text).services]


class TestWishes:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Piano lessons", ["piano"]),
            ("hip hop dance", ["hip hop dance"]),
            ("math and science tutor", ["math", "science"]),
            ("piano/guitar", ["piano", "guitar"]),
            ("piano, guitar, drums", ["piano", "guitar", "drums"]),
            ("math tutor SAT prep", ["math", "sat prep"]),
            ("drum lessons", ["drums"]),
            ("learn to act", ["acting"]),
            ("how to draw", ["drawing"]),
            ("tutor", ["tutoring"]),
            ("tutoring plus music lessons", ["tutoring", "music"]),
            ("french tutor", ["french"]),
            ("music piano lessons", ["piano"]),
            ("learn to cook italian food", ["cook"]),
            ("italian", ["italian"]),
            ("talk with my korean in-laws", ["korean"]),
            ("first dance lessons for our wedding", ["first dance"]),
            ("video editing lessons", ["video editing"]),
            ("kids yoga", ["yoga"]),
            ("ride bike", ["learn to ride a bike"]),
            ("adult ballet", ["ballet"]),
            ("mommy and me dance", ["mommy and me dance"]),
            ("french cooking", ["cooking"]),
            ("piano lessons in spanish", ["piano"]),
            ("lessons in french", ["french"]),
            ("house cleaning", ["house cleaning"]),
            ("house", ["house"]),
            ("harpsichord lessons", ["harpsichord"]),
            ("underwater basket weaving", ["underwater basket weaving"]),
            ("conflict coaching", ["conflict"]),
            ("lessons", []),
            ("under $50", []),
            ("", []),
        ],
    )
    def test_wishes_are_told_as_the_catalog_has_them(self, text: str, expected: list[str]) -> None:
        assert wishes(text) == expected

    @pytest.mark.parametrize(
        ("text", "wished", "excluded"),
        [
            ("piano, not jazz", ["piano"], ["jazz"]),
            ("music but no opera", ["music"], ["opera"]),
            ("dance class but not ballet or tap", ["dance"], ["ballet", "tap"]),
            ("painting except watercolor", ["painting"], ["watercolor"]),
            ("martial arts other than karate", ["martial arts"], ["karate"]),
            ("anything but soccer", [], ["soccer"]),
            ("piano no more than $50", ["piano"], []),
            ("piano no experience", ["piano"], []),
        ],
    )
    def test_what_is_not_wished_is_kept_apart(
        self, text: str, wished: list[str], excluded: list[str]
    ) -> None:
        parsed = read(text)
        assert [phrase.text for phrase in parsed.services] == wished
        assert [phrase.text for phrase in parsed.excluded] == excluded

    def test_words_beside_a_sure_wish_are_left_over(self) -> None:
        parsed = read("gospel piano lessons")
        assert ([phrase.text for phrase in parsed.services], parsed.rest) == (["piano"], "gospel")

    def test_marks_say_what_was_understood_and_where(self) -> None:
        text = "Cheap piano lessons in Park Slope for my 8yo"
        assert read(text).marks == (
            Mark(0, 5, Slot.PRICE),
            Mark(6, 11, Slot.SERVICE),
            Mark(20, 33, Slot.PLACE),
            Mark(38, 44, Slot.AUDIENCE),
        )


class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "place", "how"),
        [
            ("piano in park slope", "park slope", PlaceMention.PREPOSITION),
            ("piano on the Upper East Side", "upper east side", PlaceMention.PREPOSITION),
            ("piano ues", "ues", PlaceMention.BARE),
            ("ues beginner piano", "ues", PlaceMention.BARE),
            ("bk for my son", "bk", PlaceMention.BARE),
            ("violin lessons upper west side", "upper west side", PlaceMention.BARE),
            ("cello in hell's kitchen", "hells kitchen", PlaceMention.PREPOSITION),
            ("jackson hts english", "jackson hts", PlaceMention.BARE),
            ("guitar astoria, queens", "astoria queens", PlaceMention.BARE),
            ("tennis near Barclays Center", "barclays center", PlaceMention.LANDMARK),
            ("piano 11215", "11215", PlaceMention.ZIP),
            ("yoga 90210", "90210", PlaceMention.ZIP),
            ("music lessons in nyc", "nyc", PlaceMention.PREPOSITION),
            ("piano w 72nd st", "w 72nd st", PlaceMention.BARE),
            ("math at our apartment on 86th and Lex", "86th and lex", PlaceMention.PREPOSITION),
            ("piano broadway & 96th st weekly", "broadway 96th st", PlaceMention.BARE),
            ("piano near me", "", PlaceMention.NEAR_ME),
            ("piano close to home", "", PlaceMention.NEAR_ME),
            ("piano near me in soho", "soho", PlaceMention.PREPOSITION),
            ("violin in Georgetown", "georgetown", PlaceMention.PREPOSITION),
            ("yoga hipster area", "hipster area", PlaceMention.BARE),
            ("piano lessons hoboken", "hoboken", PlaceMention.BARE),
            ("brooklyn piano near prospect park", "prospect park", PlaceMention.PREPOSITION),
            ("chess in rugby", "rugby", PlaceMention.PREPOSITION),
            ("tutor in chicago", "chicago", PlaceMention.PREPOSITION),
        ],
    )
    def test_a_place_is_found_with_and_without_a_word_before_it(
        self, text: str, place: str, how: PlaceMention
    ) -> None:
        found = read(text).place
        assert found is not None
        assert (found.text, found.how) == (place, how)

    @pytest.mark.parametrize(
        "text",
        [
            "singing lessons",
            "piano in person",
            "piano in online",
            "rugby lessons",
            "charleston lessons",
            "lessons in french",
            "good at math",
            "interested in painting",
            "violin lessons a person",
            "spanish guitar",
            "piano on weekends",
            "chicago blues guitar",
            "violin in a small group",
            "chess for 5th grade and park it",
            "piano on the 5th and broadway songs",
        ],
    )
    def test_what_is_no_place(self, text: str) -> None:
        assert read(text).place is None

    @pytest.mark.parametrize(
        "text", ["piano in chelsea or soho", "piano chelsea, soho", "chelsea / soho piano"]
    )
    def test_several_places_are_told_as_one_or_the_other(self, text: str) -> None:
        place = read(text).place
        assert place is not None
        assert place.text == "chelsea or soho"
        assert text[place.start : place.end] in {
            "chelsea or soho",
            "chelsea, soho",
            "chelsea / soho",
        }

    @pytest.mark.parametrize(
        "text",
        [
            "piano but not in brooklyn",
            "piano anywhere but brooklyn",
            "piano everywhere except the bronx",
            "piano any borough but staten island",
            "piano anywhere except park slope",
            "piano outside of manhattan",
            "piano outside manhattan",
            "piano not in queens or the bronx",
        ],
    )
    def test_a_place_that_is_not_wished_is_never_searched_in(self, text: str) -> None:
        parsed = read(text)
        assert (parsed.place, parsed.reasons) == (None, ("excluded_place",))

    def test_a_place_beside_one_that_is_not_wished_is_searched_in(self) -> None:
        place = read("piano not in queens, in brooklyn").place
        assert place is not None
        assert place.text == "brooklyn"
        assert read("yoga outside in chelsea").unheeded == ()


def test_in_laws_are_no_place() -> None:
    assert read("korean for my in-laws").place is None
    assert read("korean in-brooklyn").place is not None


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "corrected"),
        [
            ("paino lessons", "piano lessons"),
            ("pian", "piano"),
            ("guittar", "guitar"),
            ("viloin", "violin"),
            ("sining", "singing"),
            ("yoag classes", "yoga classes"),
            ("Paino in Brooklin", "piano in brooklyn"),
            ("chess wensday", "chess wednesday"),
            ("piano tommorow", "piano tomorrow"),
            ("trigonometery", "trigonometry"),
            ("swiming in willamsburg", "swimming in williamsburg"),
        ],
    )
    def test_a_slip_is_made_right(self, text: str, corrected: str) -> None:
        parsed = read(text)
        assert (parsed.text, parsed.corrected) == (text, corrected)

    @pytest.mark.parametrize(
        "text",
        [
            "beading",
            "brass",
            "arts and crafts",
            "barre",
            "bass",
            "viola",
            "acro",
            "polish",
            "friday",
            "mondays",
            "ues 5pm in",
            "near 10pm",
            "sat",
            "les",
            "kpop",
            "welding",
            "bowling",
            "surfing",
            "darts",
            "dennis",
            "message",
            "printing",
            "horse riding",
            "biking",
            "baht",
            "sitar",
            "tennis singles",
            "geometry angles",
            "six sigma",
        ],
    )
    def test_a_right_word_stays(self, text: str) -> None:
        assert read(text).corrected is None

    def test_short_words_and_figures_stay(self) -> None:
        assert read("pno gtr 1nd x9").corrected is None

    def test_all_words_that_things_are_called_by_stay(self) -> None:
        changed = {
            text: found
            for entry in entries()
            for text in (entry.name, entry.description)
            if (found := read(text).corrected) is not None
        }
        assert changed == {}

    def test_all_names_of_places_stay(self) -> None:
        assert [name for name in gazetteer().places if read(name).corrected is not None] == []


class TestWhatOnlySaysHow:
    @pytest.mark.parametrize(
        ("text", "services", "rest"),
        [
            ("korean bbq cooking", ["cooking"], "korean bbq"),
            ("korean lessons and cooking", ["korean", "cooking"], ""),
            ("driving test prep staten island", ["driving"], ""),
            ("sat test prep", ["sat"], ""),
            ("test prep", ["test prep"], ""),
            ("scratch programming", ["scratch"], ""),
            ("car mechanic", ["car mechanic"], ""),
            ("mechanic lessons", ["mechanic"], ""),
            ("english for spanish speakers", ["english"], "spanish speakers"),
            ("russian for english speakers", ["russian"], "english speakers"),
            ("private lessons", [], ""),
            ("private tutor", ["tutoring"], ""),
            ("fix things around the house", ["fix house"], ""),
            ("clean the house", ["clean house"], ""),
            ("house class with a friend", ["house"], "friend"),
            ("teach my dog to sit", ["dog"], "sit"),
            ("ap calc bc", ["ap calc bc"], ""),
            ("pottery for date night", ["pottery"], ""),
            ("wine tasting for 2 on friday", ["wine tasting"], ""),
            ("flamenco guitar", ["guitar"], "flamenco"),
            ("hip hop drums", ["drums"], "hip hop"),
            ("salsa, piano", ["salsa", "piano"], ""),
            ("piano tuning", ["piano tuning"], ""),
            ("french restaurant", ["french restaurant"], ""),
            ("spanish nanny", ["spanish nanny"], ""),
            ("home repair", ["home repair"], ""),
            ("piano and moving meditation", ["piano", "moving meditation"], ""),
            ("yoga hotel", ["yoga"], "hotel"),
            ("spanish moving to madrid", ["spanish"], "moving"),
        ],
    )
    def test_is_no_wish_of_its_own(self, text: str, services: list[str], rest: str) -> None:
        found = read(text)
        assert ([one.text for one in found.services], found.rest) == (services, rest)


class TestDoubt:
    @pytest.mark.parametrize(
        ("text", "reasons"),
        [
            ("piano or guitar", ("either_or",)),
            ("piano or guitar either works", ("either_or",)),
            ("piano unless it is raining", ("condition",)),
            ("same as last time", ()),
            ("my usual instructor", ()),
            ("piano at the same hour", ("reference",)),
            ("asdf qwer zxcv tyui ghjk", ("unread",)),
            ("piano not", ("negation",)),
            ("piano and guitar", ()),
            ("piano saturday or sunday", ()),
            ("piano lessons brooklyn", ()),
            ("piano if possible on sunday", ()),
        ],
    )
    def test_a_model_is_asked_only_where_the_grammar_is_not_certain(
        self, text: str, reasons: tuple[str, ...]
    ) -> None:
        parsed = read(text)
        assert (parsed.reasons, parsed.needs_model) == (reasons, bool(reasons))


class TestThresholds:
    def test_intents_are_brought_to_cents(self) -> None:
        assert priced(PriceWish(intent=PriceIntent.BUDGET), ["music"]) == PriceWish(
            None, 10_000, PriceIntent.BUDGET
        )
        assert priced(PriceWish(intent=PriceIntent.STANDARD)) == PriceWish(
            10_000, 15_000, PriceIntent.STANDARD
        )
        assert priced(PriceWish(intent=PriceIntent.PREMIUM), ["dance"]) == PriceWish(
            15_000, None, PriceIntent.PREMIUM
        )

    def test_figures_stay_as_they_are(self) -> None:
        assert priced(PriceWish(max_cents=4_000)) == PriceWish(max_cents=4_000)
        assert priced(None) is None

    def test_of_several_categories_the_widest_bounds_count(self) -> None:
        table = {"music": Thresholds(6_000, 15_000), "tutoring": Thresholds(5_000, 10_000)}
        budget = priced(PriceWish(intent=PriceIntent.BUDGET), ["music", "tutoring"], table)
        premium = priced(PriceWish(intent=PriceIntent.PREMIUM), ["music", "tutoring"], table)
        assert budget is not None
        assert premium is not None
        assert (budget.max_cents, premium.min_cents) == (6_000, 10_000)

    def test_every_category_of_the_catalog_has_thresholds(self) -> None:
        assert {entry.category.slug for entry in entries()} <= THRESHOLDS.keys()


def test_words_are_built_of_any_catalog_and_map() -> None:
    known = words()
    assert isinstance(known, Words)
    assert parse("piano", known, TODAY).services[0].text == "piano"
