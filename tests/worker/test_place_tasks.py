"""Learning names of places in the worker: page by page."""

import pytest
from sqlalchemy import select

from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.models.places import UnresolvedPlace
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.worker.workbench import Workbench
from worker.tasks import places

NAMES = [f"hollow {letter}" for letter in "abcde"]


def test_names_are_looked_at_page_by_page(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PAGE", 2)
    with runtime.begin(SYSTEM) as uow:
        for name in NAMES:
            uow.session.add(
                SearchQuery(
                    id=new_id(),
                    at=uow.now,
                    person="g" * 32,
                    text=name,
                    normalized_text=name,
                    unresolved_place=name,
                    result_count=0,
                    took_ms=1,
                )
            )
    Workbench(runtime).find(places.LEARN_PLACES)
    with runtime.begin(SYSTEM) as uow:
        noted = uow.session.scalars(select(UnresolvedPlace.name).order_by(UnresolvedPlace.name))
        assert list(noted) == NAMES
