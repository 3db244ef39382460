"""Languages and a few lessons by the names that their speakers have for them."""

import pytest

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.grammar.tokens import tokenized
from tests.unit.search.catalogue import lookup
from tests.unit.search.knowledge import entries, words
from tests.unit.search.test_nearest import TODAY, meant


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("中文", "mandarin"),
        ("學中文 flushing", "mandarin"),
        ("普通話", "mandarin"),
        ("廣東話", "cantonese"),
        ("русский язык", "russian"),
        ("Українська", "ukrainian"),
        ("español", "spanish"),
        ("clases de español", "spanish"),
        ("日本語", "japanese"),
        ("日本語教室", "japanese"),
        ("钢琴课", "piano"),
        ("学钢琴 brooklyn", "piano"),
        ("数学家教", "math"),
        ("한국어", "korean"),
        ("العربية", "arabic"),
        ("עברית", "hebrew"),
        ("ייִדיש", "yiddish"),
        ("हिन्दी", "hindi-urdu"),
        ("اردو", "hindi-urdu"),
        ("বাংলা", "bengali"),
        ("ελληνικά", "greek"),
        ("français", "french"),
        ("português", "portuguese"),
        ("tiếng việt", "vietnamese"),
        ("kreyòl", "haitian-creole"),
        ("profesor de inglés", "english-esl-efl"),
        ("quiero aprender guitarra", "guitar"),
        ("clases de guitarra en el bronx", "guitar"),
        ("matemáticas", "math"),
        ("clases de natación para mi hija", "swimming"),
    ],
)
def test_are_understood(text: str, slug: str) -> None:
    assert parse(text, words(), TODAY).rest == ""
    assert next(iter(meant(text).services or {})) == slug


@pytest.mark.parametrize("text", ["دروس بيانو", "שיעורי פסנתר", "ਪੰਜਾਬੀ", "தமிழ் lessons"])
def test_are_no_service_that_only_has_its_name_in_the_same_letters(text: str) -> None:
    """Who looks for a piano in Hebrew does not want to learn Hebrew."""
    assert meant(text).services == {}


def test_stay_whole_as_words() -> None:
    assert [token.word for token in tokenized("ਪੰਜਾਬੀ தமிழ் ไทย မြန်မာ")] == [
        "ਪੰਜਾਬੀ",
        "தமிழ்",
        "ไทย",
        "မြန်မာ",
    ]
    assert [token.word for token in tokenized("हिन्दी और বাংলা 中文")] == [
        "हिन्दी",
        "और",
        "বাংলা",
        "中文",
    ]
    assert fold("हिन्दी, ייִדיש!") == "हिन्दी ייִדיש"


def test_are_told_as_typed_where_they_mean_nothing() -> None:
    parsed = parse("урок игры на балалайке", words(), TODAY)
    assert parsed.rest or parsed.services
    assert meant("урок игры на балалайке").services in ({}, None)


def test_take_no_name_from_another_service() -> None:
    """What stands in other letters, or was added in Spanish, names one service and no place."""
    names = {
        fold(synonym): entry.slug
        for entry in entries()
        for synonym in entry.synonyms
        if not synonym.isascii()
    }
    assert len(names) > 50
    for name, slug in names.items():
        found = lookup().named(name)
        assert found is not None, name
        assert [match.service_id for match in found] == [slug], name
        assert parse(name, words(), TODAY).place is None, name
