"""The vectors by which search knows what words mean. For staff."""

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.routing import Router
from instainstru_core.domains.search import service
from instainstru_core.domains.search.flows import embedding
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsRebuilt, EmbeddingsStatus
from instainstru_core.domains.search.types.embeddings import EmbeddingKind

router = Router(prefix="/search/embeddings", tags=["search"])

SECONDS = 20.0
"""As long as one request may work; what is left then, the next one makes, or the hourly job."""


@router.get(
    "",
    operation_id="search.embeddings_status",
    summary="See how much has a vector",
    responses={403: {}},
)
def status(uow: UowDep, runtime: RuntimeDep) -> EmbeddingsStatus:
    """How much of what can be searched for has a fresh vector by the model in use."""
    return service.embeddings_status(uow, runtime.embedder)


@router.post(
    "/rebuild",
    operation_id="search.rebuild_embeddings",
    summary="Make the vectors that are missing or stale",
    responses={403: {}, 503: {}},
)
def rebuild(
    *,
    actor: SignedInDep,
    runtime: RuntimeDep,
    kind: EmbeddingKind | None = None,
    dry_run: bool = False,
) -> EmbeddingsRebuilt:
    """What is fresh stays as it is, so that it may be asked for again."""
    return embedding.rebuild(
        runtime.begin,
        runtime.embedder,
        actor=actor,
        kind=kind,
        dry_run=dry_run,
        seconds=SECONDS,
    )
