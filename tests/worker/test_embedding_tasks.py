"""The job that keeps a vector of everything that can be searched for."""

from dataclasses import replace

import pytest
from celery.schedules import crontab
from sqlalchemy import func, select

from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.flows.embedding import BATCH, QueryVectors
from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories.embeddings import Remote
from worker import schedule
from worker.jobs import Desk
from worker.tasks.embeddings import REBUILD_EMBEDDINGS


def work(runtime: Runtime, model: Remote) -> int:
    """How many vectors there are after the job."""
    desk = Desk(
        runtime=replace(runtime, query_vectors=QueryVectors(model)),
        actor=SYSTEM,
        reactions={},
        hand_out=lambda *_: None,
    )
    REBUILD_EMBEDDINGS.work(desk)
    with runtime.begin(SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Embedding)) or 0


def test_makes_what_is_missing_and_asks_for_nothing_twice(runtime: Runtime) -> None:
    model = Remote()
    assert work(runtime, model) == model.texts > 2_000
    asked = model.texts
    assert work(runtime, model) == model.texts == asked


def test_keeps_what_was_made_until_the_model_failed(runtime: Runtime) -> None:
    model = Remote(calls=1)
    with pytest.raises(ModelUnavailable):
        work(runtime, model)
    model.calls = 1_000
    assert work(runtime, model) == model.texts
    assert model.texts > BATCH


def test_is_worth_another_attempt_when_the_model_cannot_be_asked() -> None:
    model = Remote(calls=0)
    with pytest.raises(ModelUnavailable) as failure:
        model.embed(["piano"], deadline=None)  # type: ignore[arg-type]
    assert REBUILD_EMBEDDINGS.is_worth_retrying(failure.value)


def test_is_due_each_hour() -> None:
    (entry,) = [entry for entry in schedule.ENTRIES if entry.job is REBUILD_EMBEDDINGS]
    assert entry.due == crontab(hour="*", minute=30)
