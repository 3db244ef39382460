"""Names, slugs and folded texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.catalog import policy


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
