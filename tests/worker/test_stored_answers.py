"""Forgetting stored answers that changes without a fact have overtaken."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
import redis
from sqlalchemy import text

from instainstru_core.adapters.search_cache import RedisAnswers
from instainstru_core.domains.search.service.overtaking import vocabulary_version
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.databases import ServerUrls
from tests.factories import instructors
from worker.jobs import Desk
from worker.tasks.answers import forget_overtaken


@pytest.fixture
def answers(servers: ServerUrls) -> Iterator[RedisAnswers]:
    answers = RedisAnswers(servers.redis_url, new_id())
    yield answers
    answers.close()


def touched(answers: RedisAnswers, servers: ServerUrls) -> set[str]:
    """The tags that were touched so far."""
    with cast("Any", redis.Redis).from_url(servers.redis_url, decode_responses=True) as client:
        names: list[str] = client.keys(f"{answers.prefix}tag:*")
    return {name.removeprefix(f"{answers.prefix}tag:") for name in names}


def test_takes_in_who_changed_of_late_and_later_the_catalog(
    runtime: Runtime, answers: RedisAnswers, servers: ServerUrls
) -> None:
    desk = Desk(
        runtime=replace(runtime, answers=answers),
        actor=SYSTEM,
        reactions={},
        hand_out=lambda _job, _given: None,
    )
    with runtime.begin(SYSTEM) as uow:
        maya = instructors.live_instructor(uow)
        before = vocabulary_version(uow)
    forget_overtaken(desk)
    assert {f"instructor:{maya.id}", f"service:{maya.service_id}"} <= touched(answers, servers)
    assert "catalog" not in touched(answers, servers)
    with runtime.begin(SYSTEM) as uow:
        uow.session.execute(text("UPDATE services SET name = name || '!'"))
        assert vocabulary_version(uow) != before
    forget_overtaken(desk)
    assert {"catalog", "places"} <= touched(answers, servers)
