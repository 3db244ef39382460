"""Vectors that are kept: made where they are missing or stale, used where they are fresh."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.search import service as search
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.flows.embedding import BATCH, rebuild
from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsRebuilt, KindStatus
from instainstru_core.domains.search.service import embeddings, meaning
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.meaning import By, Vectors
from instainstru_core.domains.search.types.parsed import Parsed, Phrase
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.ids import stable_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.embeddings import Remote
from tests.patience import PATIENCE_SECONDS

ASTORIA, INWOOD = "nyc-queens-astoria", "nyc-manhattan-inwood"


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    meaning.forget()
    yield
    meaning.forget()


def run(begin: Begin, model: Remote | WordVectors, *, dry_run: bool = False) -> EmbeddingsRebuilt:
    return rebuild(begin, model, actor=SYSTEM, dry_run=dry_run)


def status(begin: Begin, model: Remote | WordVectors) -> dict[EmbeddingKind, KindStatus]:
    with begin(SYSTEM) as uow:
        return {one.kind: one for one in search.embeddings_status(uow, model).kinds}


def kept(begin: Begin) -> int:
    with begin(SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Embedding)) or 0


class TestRebuild:
    def test_makes_all_that_is_missing_and_then_nothing(self, begin: Begin) -> None:
        model, heard = Remote(), list[tuple[int, int]]()
        first = rebuild(
            begin, model, actor=SYSTEM, progress=lambda made, total: heard.append((made, total))
        )
        assert first.made == model.texts == kept(begin) > 2_000
        assert (first.left, first.forgotten) == (0, 0)
        assert heard[-1] == (first.made, first.made)
        assert [made for made, _ in heard] == sorted(made for made, _ in heard)
        assert run(begin, model).model_dump(include={"made", "left", "forgotten"}) == {
            "made": 0,
            "left": 0,
            "forgotten": 0,
        }
        assert model.texts == first.made

    def test_says_what_it_would_make(self, begin: Begin) -> None:
        model = Remote()
        would = run(begin, model, dry_run=True)
        assert (would.made, would.left > 2_000, would.dry_run) == (0, True, True)
        assert (model.texts, kept(begin)) == (0, 0)

    def test_makes_again_only_what_changed(self, begin: Begin) -> None:
        model = Remote()
        run(begin, model)
        with begin(SYSTEM) as uow:
            uow.session.execute(
                update(Service).where(Service.slug == "piano").values(description="New words.")
            )
        found = status(begin, model)[EmbeddingKind.SERVICE]
        assert (found.stale, found.missing) == (1, 0)
        assert found.coverage < 1
        assert run(begin, model).made == 1
        assert status(begin, model)[EmbeddingKind.SERVICE].coverage == 1

    def test_makes_all_again_of_another_version(self, begin: Begin) -> None:
        first = run(begin, Remote())
        newer = Remote(version="2")
        assert status(begin, newer)[EmbeddingKind.SERVICE].fresh == 0
        assert run(begin, newer).made == first.made
        assert kept(begin) == first.made

    def test_forgets_another_model_only_once_its_own_are_made(self, begin: Begin) -> None:
        made = run(begin, Remote()).made
        broken = Remote("better", calls=2)
        with pytest.raises(ModelUnavailable):
            run(begin, broken)
        assert kept(begin) == made + 2 * BATCH
        assert status(begin, Remote("better"))[EmbeddingKind.SERVICE].other_models > 0
        done = run(begin, Remote("better"))
        assert (done.made, done.forgotten) == (made - 2 * BATCH, made)
        assert kept(begin) == made

    def test_forgets_what_is_no_longer_there(self, begin: Begin) -> None:
        model = Remote()
        run(begin, model)
        with begin(SYSTEM) as uow:
            uow.session.execute(
                update(Service).where(Service.slug == "piano").values(is_active=False)
            )
        assert run(begin, model).forgotten >= 4

    @pytest.mark.parametrize("actor", [ANONYMOUS])
    def test_needs_the_right(self, begin: Begin, actor: Actor) -> None:
        with pytest.raises(PermissionMissing):
            rebuild(begin, Remote(), actor=actor)
        with begin(actor) as uow, pytest.raises(PermissionMissing):
            search.embeddings_status(uow, Remote())


def wish(uow: Uow, model: Remote | WordVectors, vectors: dict[str, Vectors] | None) -> By:
    text = "something for the small hours"
    parsed = Parsed(text, services=(Phrase(text, 0, len(text)),))
    found = meaning.services_meant(
        uow, parsed, embedder=model, vectors=vectors, deadline=Deadline.within(PATIENCE_SECONDS)
    )
    assert found.by is By.HYBRID or found.reasons
    return found.by


class TestVectors:
    def test_of_a_local_model_are_there_without_a_rebuild(self, uow: Uow) -> None:
        found = embeddings.vectors(uow, EmbeddingKind.SERVICE, WordVectors())
        assert stable_id("service", "piano") in found.subjects
        assert wish(uow, WordVectors(), None) is By.HYBRID

    def test_of_a_remote_model_are_those_that_are_kept(self, begin: Begin) -> None:
        model = Remote()
        row = np.asarray([1, 0, 0, 0], dtype=np.float32)
        vectors = {"something for the small hours": row}
        with begin(SYSTEM) as uow:
            assert wish(uow, model, vectors) is By.TEXT
            assert wish(uow, model, None) is By.TEXT
        run(begin, model)
        meaning.forget()
        with begin(SYSTEM) as uow:
            assert wish(uow, model, vectors) is By.HYBRID

    def test_are_used_as_they_are_kept_while_they_are_fresh(self, begin: Begin) -> None:
        model, kind = WordVectors(), EmbeddingKind.AREA
        rebuild(begin, model, actor=SYSTEM, kind=kind)
        with begin(SYSTEM) as uow:
            uow.session.execute(
                update(Embedding).where(Embedding.subject == ASTORIA).values(vector=[0.5] * 256)
            )
            uow.session.execute(delete(Embedding).where(Embedding.subject == INWOOD))
            found = embeddings.vectors(uow, kind, model)
        assert found.rows[found.subjects.index(ASTORIA)].tolist() == [0.5] * 256
        inwood = found.rows[found.subjects.index(INWOOD)]
        assert float(np.linalg.norm(inwood)) == pytest.approx(1, abs=1e-3)

    def test_of_areas_know_their_keys(self, uow: Uow) -> None:
        found = embeddings.vectors(uow, EmbeddingKind.AREA, WordVectors())
        assert ASTORIA in found.subjects
