"""Which service a query means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.catalog import policy
from instainstru_core.domains.catalog.policy import TermIndex
from instainstru_core.domains.catalog.types import MatchReason, Term, TermKind

TERMS = (
    Term("piano", TermKind.NAME, "Piano"),
    Term("piano", TermKind.SYNONYM, "keys"),
    Term("piano", TermKind.SUBCATEGORY, "Piano"),
    Term("piano", TermKind.CATEGORY, "Music"),
    Term("keyboard", TermKind.NAME, "Keyboard"),
    Term("keyboard", TermKind.SYNONYM, "keys"),
    Term("keyboard", TermKind.SUBCATEGORY, "Piano"),
    Term("keyboard", TermKind.CATEGORY, "Music"),
    Term("drums", TermKind.NAME, "Drums & Percussion"),
    Term("drums", TermKind.CATEGORY, "Music"),
    Term("coding", TermKind.NAME, "Kids Coding"),
    Term("coding", TermKind.CATEGORY, "Tutoring & Test Prep"),
    Term("python", TermKind.NAME, "Python"),
    Term("python", TermKind.SYNONYM, "coding"),
    Term("python", TermKind.CATEGORY, "Tutoring & Test Prep"),
    Term("song", TermKind.NAME, "Songwriting"),
)
INDEX = TermIndex(TERMS)


def found(query: str) -> list[tuple[str, float, MatchReason]]:
    forms = policy.query_forms(query)
    matches = policy.ranked(INDEX.near(forms, policy.loose_forms(query)))
    return [(match.service_id, match.score, match.reason) for match in matches]


class TestRanking:
    @pytest.mark.parametrize(
        ("query", "best"),
        [
            ("piano", ("piano", 1.0, MatchReason.EXACT_NAME)),
            ("PIANO lessons", ("piano", 1.0, MatchReason.EXACT_NAME)),
            ("pianos", ("piano", 1.0, MatchReason.EXACT_NAME)),
            ("piano for kids", ("piano", 0.85, MatchReason.EXACT_NAME)),
            ("8 year old piano", ("piano", 0.85, MatchReason.EXACT_NAME)),
            ("kids coding", ("coding", 1.0, MatchReason.EXACT_NAME)),
            ("coding", ("python", 0.95, MatchReason.EXACT_SYNONYM)),
            ("keyb", ("keyboard", 0.75, MatchReason.NAME_PREFIX)),
            ("songwriter", ("song", 0.4364, MatchReason.SIMILAR_NAME)),
        ],
    )
    def test_puts_the_best_reason_first(
        self, query: str, best: tuple[str, float, MatchReason]
    ) -> None:
        assert found(query)[0] == best

    def test_gives_the_whole_category_for_its_name(self) -> None:
        assert found("music") == [
            ("drums", 0.85, MatchReason.CATEGORY),
            ("keyboard", 0.85, MatchReason.CATEGORY),
            ("piano", 0.85, MatchReason.CATEGORY),
        ]

    def test_takes_one_side_of_a_category_s_name(self) -> None:
        assert {match[0] for match in found("test prep")} == {"coding", "python"}

    def test_names_each_of_several_wishes(self) -> None:
        assert [match[:2] for match in found("piano or python")][:2] == [
            ("piano", 0.85),
            ("python", 0.85),
        ]

    def test_is_not_taken_in_by_a_few_letters(self) -> None:
        assert all(score < 0.5 for _, score, _ in found("for my son"))

    @pytest.mark.parametrize("query", ["", "?!", "qwertyuiop"])
    def test_finds_nothing_in_nonsense(self, query: str) -> None:
        assert found(query) == []

    @given(st.text(max_size=60))
    def test_scores_from_zero_to_one_best_first(self, query: str) -> None:
        scores = [score for _, score, _ in found(query)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)

    @given(st.sampled_from([term for term in TERMS if term.kind is TermKind.NAME]))
    def test_finds_every_service_by_its_name(self, term: Term) -> None:
        assert found(term.text)[0][:2] == (term.service_id, 1.0)


class TestAmbiguity:
    def test_is_two_that_are_equally_good(self) -> None:
        near = policy.ranked(INDEX.near(["keys"]))
        assert policy.is_ambiguous(near)
        assert not policy.is_ambiguous(policy.ranked(INDEX.near(["piano"])))
        assert not policy.is_ambiguous(near[:1])
        assert not policy.is_ambiguous([])


class TestForms:
    def test_leave_generic_words_out(self) -> None:
        assert policy.query_forms("Learn the Piano") == ("learn the piano", "piano")
        assert policy.query_forms("piano") == ("piano",)
        assert policy.query_forms("lessons") == ("lessons",)
        assert policy.query_forms("!!!") == ()

    def test_are_loose_without_qualifiers_or_by_wish(self) -> None:
        assert policy.loose_forms("piano for kids") == ("piano",)
        assert policy.loose_forms("piano") == ()
        assert (
            policy.loose_forms("guitar, piano or voice")
            == (
                "guitar piano or voice",
                "guitar",
                "piano",
                "voice",
            )[1:]
        )

    @given(st.text(max_size=300))
    def test_are_few(self, query: str) -> None:
        assert len(policy.query_forms(query)) <= 2
        assert len(policy.loose_forms(query)) <= policy.MAX_LOOSE_FORMS


class TestNames:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("AI & Machine Learning", "ai-machine-learning"),
            ("Hindi/Urdu", "hindi-urdu"),
            ("K-pop", "k-pop"),
            ("Kids Coding (Scratch)", "kids-coding-scratch"),
        ],
    )
    def test_become_slugs(self, name: str, slug: str) -> None:
        assert policy.slugify(name) == slug
        assert policy.is_slug(slug)

    @given(st.text(max_size=60))
    def test_become_slugs_that_stay(self, name: str) -> None:
        slug = policy.slugify(name)
        assert policy.slugify(slug) == slug
        assert slug == "" or policy.is_slug(slug)

    @given(st.text(max_size=60))
    def test_fold_once_for_all(self, name: str) -> None:
        assert policy.fold(policy.fold(name)) == policy.fold(name)
