"""What a search is read with is of the catalog as it is, and made once for each catalog."""

from sqlalchemy import update

from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.search.service import meaning
from instainstru_core.domains.search.service.suggesting import suggestions
from instainstru_core.domains.search.service.vocabulary import forget, vocabulary
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime

RETIRED = update(Service).where(Service.slug == "beading").values(is_active=False)


def test_is_of_the_catalog_as_it_is_where_its_words_were_read_a_moment_ago(
    committed_runtime: Runtime,
) -> None:
    begin = committed_runtime.begin
    with begin(SYSTEM) as uow:
        assert meaning.lookup(uow)
    with begin(SYSTEM) as uow:
        uow.session.execute(RETIRED)
    with begin(SYSTEM) as uow:
        known = vocabulary(uow)
    assert "beading" not in known.services
    assert "beading" not in known.words.terms
    assert "guitar" in known.services
    assert "guitar" in known.words.terms


def test_nor_is_suggested_what_was_retired_a_moment_ago(committed_runtime: Runtime) -> None:
    begin = committed_runtime.begin
    with begin(SYSTEM) as uow:
        assert meaning.lookup(uow)
    with begin(SYSTEM) as uow:
        uow.session.execute(RETIRED)
    with begin(SYSTEM) as uow:
        found = [suggestions(uow, typed, secret="").items for typed in ("beadin", "guita")]
    assert "Beading" not in {one.text for one in found[0]}
    assert "Guitar" in {one.text for one in found[1]}


def test_is_one_for_two_databases_with_the_same_catalog(
    committed_runtime: Runtime, uow: Uow
) -> None:
    forget()
    with committed_runtime.begin(SYSTEM) as other:
        assert vocabulary(other) is vocabulary(uow)
