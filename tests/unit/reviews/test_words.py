"""What of a reviewer's words is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.reviews.policy import words
from instainstru_core.domains.reviews.policy.words import WordsVerdict


class TestCleaning:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("Great teacher!", "Great teacher!"),
            ("Write me: ana.lee+x@mail.example.com!", "Write me: [removed]!"),
            ("ana (at) mail (dot) com", "[removed]"),
            ("ana at gmail dot com", "[removed]"),
            ("ana\uff20mail.com", "[removed]"),
            ("Call 212-555-0123 or (917) 555 0199.", "Call [removed] or [removed]."),
            ("Text +1 212.555.0123 today", "Text [removed] today"),
            ("2125550123", "[removed]"),
            ("+44 20 7946 0958 in London", "[removed] in London"),
            ("See https://x.example/a?b=c now", "See [removed] now"),
            ("www.maya-piano.com", "[removed]"),
            ("maya-piano.com/book is cheaper", "[removed] is cheaper"),
            ("linktr.me/maya", "[removed]"),
            ("I am @maya.plays on the gram", "I am [removed] on the gram"),
            ("2\u200b12-555-0123", "[removed]"),
        ],
    )
    def test_takes_out_what_people_could_be_reached_by(self, said: str, kept: str) -> None:
        assert words.cleaned(said) == kept

    @pytest.mark.parametrize(
        "said",
        [
            "We paid $120 for 90 minutes, from 10:30 to 12:00.",
            "My 8-year-old loved it.So did I.",
            "10/10, 5.0 stars, since 2024-2025.",
            "We met at the studio at 5 pm.",
            "She is at home in jazz e.g. Monk etc.",
            "Opus 10 No. 3, bars 100-200.",
            "👨‍👩‍👧 café — très bien… ½ price",
        ],
    )
    def test_leaves_everything_else_as_it_was(self, said: str) -> None:
        assert words.cleaned(said) == said

    def test_tidies_spaces_and_keeps_paragraphs(self) -> None:
        assert words.cleaned("  One   two \t \n\n\n\n three  ") == "One two\n\nthree"

    @given(st.text(max_size=200))
    def test_is_done_once_for_all(self, said: str) -> None:
        once = words.cleaned(said)
        assert words.cleaned(once) == once


class TestJudging:
    @pytest.mark.parametrize(
        ("said", "verdict"),
        [
            ("Fun", WordsVerdict.FINE),
            ("ok", WordsVerdict.TOO_SHORT),
            ("!!! ...", WordsVerdict.TOO_SHORT),
            ("[removed]", WordsVerdict.TOO_SHORT),
            ("[removed] ok", WordsVerdict.TOO_SHORT),
            ("Soooooooo good", WordsVerdict.FINE),
            ("S" + "o" * 9 + " good", WordsVerdict.FINE),
            ("S" + "o" * 10 + " good", WordsVerdict.MEANINGLESS),
            ("aAaAaAaAaA", WordsVerdict.MEANINGLESS),
            ("ab " * 333 + "a", WordsVerdict.FINE),
            ("ab " * 333 + "ab", WordsVerdict.TOO_LONG),
        ],
    )
    def test_wants_words_that_say_something(self, said: str, verdict: WordsVerdict) -> None:
        assert words.judge(said) is verdict
