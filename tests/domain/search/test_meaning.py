"""Which services texts mean, with the catalog as it is loaded."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.search.service import meaning
from instainstru_core.domains.search.types.meaning import By, Meant, Reason
from instainstru_core.domains.search.types.parsed import Parsed, Phrase
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.ids import stable_id
from instainstru_core.kernel.uow import Uow
from tests.patience import PATIENCE_SECONDS

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    meaning.forget()
    yield
    meaning.forget()


def wish(*phrases: str, excluded: tuple[str, ...] = ()) -> Parsed:
    def phrase(text: str) -> Phrase:
        return Phrase(text, 0, len(text))

    return Parsed(
        " ".join(phrases),
        services=tuple(map(phrase, phrases)),
        excluded=tuple(map(phrase, excluded)),
    )


def meant(uow: Uow, parsed: Parsed) -> Meant:
    deadline = Deadline.within(PATIENCE_SECONDS)
    return meaning.services_meant(uow, parsed, embedder=WordVectors(), deadline=deadline)


def service(slug: str) -> str:
    return stable_id("service", slug)


class TestServicesMeant:
    def test_of_a_named_service_are_that_one_alone(self, uow: Uow) -> None:
        found = meant(uow, wish("piano"))
        assert found.services == {service("piano"): 1.0}
        assert found.wishes[0].matches[0].reason is Reason.NAME

    def test_of_no_wish_are_any(self, uow: Uow) -> None:
        found = meant(uow, wish())
        assert found.services is None
        assert found.by is By.NOTHING

    def test_of_two_wishes_are_both_without_what_is_excluded(self, uow: Uow) -> None:
        found = meant(uow, wish("woodwinds", "tuba", excluded=("oboe",)))
        assert found.services is not None
        assert service("oboe") not in found.services
        assert {service("flute"), service("tuba")} < set(found.services)

    def test_of_what_nobody_teaches_are_none(self, uow: Uow) -> None:
        found = meant(uow, wish("qwertyuiop asdfgh"))
        assert found.services == {}
        assert found.unknown == ("qwertyuiop asdfgh",)

    def test_take_one_statement_to_see_whether_the_catalog_changed(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        meant(uow, wish("piano"))
        with count_statements() as statements:
            meant(uow, wish("piano"))
        assert len(statements) == 1  # the connection is held from outside; else every ten seconds
