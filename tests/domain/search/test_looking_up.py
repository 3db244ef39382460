"""Which services words mean, for whoever asks outside of a search."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.catalog.errors import QueryUnusable
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.search import service
from instainstru_core.domains.search.schemas.looking_up import LookupView
from instainstru_core.domains.search.types.meaning import Reason
from instainstru_core.kernel.uow import Uow

Counting = Callable[[], AbstractContextManager[list[str]]]
VECTORS = WordVectors()


def lookup(uow: Uow, query: str, limit: int = 5) -> LookupView:
    return service.lookup(uow, query, limit=limit, embedder=VECTORS)


def slugs(found: LookupView) -> list[str]:
    return [match.service.slug for match in found.matches]


class TestLookup:
    @pytest.mark.parametrize(
        ("query", "slug", "reason"),
        [
            ("piano", "piano", Reason.NAME),
            ("paino lessons", "piano", Reason.NAME),
            ("guittar", "guitar", Reason.NAME),
            ("bjj", "jiu-jitsu", Reason.SYNONYM),
            ("esl", "english-esl-efl", Reason.NAME),
            ("learn to swim", "swimming", Reason.SYNONYM),
            ("beading", "beading", Reason.NAME),
            ("spanish for kids", "spanish", Reason.NAME),
            ("piano in park slope on saturday under $100", "piano", Reason.NAME),
        ],
    )
    def test_knows_what_people_mean(self, uow: Uow, query: str, slug: str, reason: Reason) -> None:
        found = lookup(uow, query)
        assert (found.matches[0].service.slug, found.matches[0].reason) == (slug, reason)
        assert not found.ambiguous

    def test_says_what_it_repaired(self, uow: Uow) -> None:
        assert lookup(uow, "guittar lessons").corrected == "guitar lessons"

    def test_says_when_two_are_meant(self, uow: Uow) -> None:
        found = lookup(uow, "chinese")
        assert set(slugs(found)) == {"mandarin", "cantonese"}
        assert found.ambiguous

    def test_leaves_out_what_is_not_wished(self, uow: Uow) -> None:
        assert "ballet" not in slugs(lookup(uow, "dance but not ballet", limit=50))

    @pytest.mark.parametrize(
        ("query", "near"),
        [
            ("dog walking", ["dog-training"]),
            ("babysitter", []),
            ("bike mechanic", []),  # a trade, not a lesson that shares a word with it
            ("axe", []),
        ],
    )
    def test_says_that_nothing_of_a_kind_is_taught(
        self, uow: Uow, query: str, near: list[str]
    ) -> None:
        found = lookup(uow, query)
        assert (found.matches, found.not_understood) == ([], query)
        assert [one.slug for one in found.nearest] == near

    def test_leaves_retired_services_out(self, uow: Uow) -> None:
        uow.session.scalars(select(Service).filter_by(slug="piano")).one().is_active = False
        uow.session.flush()
        assert "piano" not in slugs(lookup(uow, "piano"))

    def test_takes_few_statements(self, uow: Uow, count_statements: Counting) -> None:
        lookup(uow, "music")
        with count_statements() as seen:
            lookup(uow, "music", limit=50)
        assert len(seen) == 4  # is the catalog still the same, twice, and the map; the services

    @pytest.mark.parametrize("query", ["", "   ", "?!", "x" * 201])
    def test_refuses_what_says_nothing(self, uow: Uow, query: str) -> None:
        with pytest.raises(QueryUnusable):
            lookup(uow, query)

    @pytest.mark.parametrize("query", ["qwertyuiop", "'; DROP TABLE services; --"])
    def test_may_find_nothing(self, uow: Uow, query: str) -> None:
        assert lookup(uow, query).matches == []
