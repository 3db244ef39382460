"""Scores of the copilot: which tool is found, which metric is understood."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from cli.evals.questions import Batch, MetricQuestion, Questions, ToolQuestion
from instainstru_core.domains.observability.policy.hearing import Heard
from instainstru_core.domains.observability.schemas import MetricDefinition
from instainstru_core.domains.observability.service.metrics import meant
from mcp_server.ranking import Ranking
from mcp_server.tool import PREFIX, Tool

Ranker: TypeAlias = Callable[[str], list[str]]

FEW = 3
RECALL_AT_1, RECALL_AT_3, METRICS_RIGHT = 0.85, 0.97, 0.95
"""What the copilot is held to."""

View = ConfigDict(frozen=True)


class Outcome(StrEnum):
    """What became of a question about a metric. Wrong is the worst: an answer to another one."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG = "wrong"


class Recall(BaseModel):
    """How often a right tool was first, and among the first three."""

    model_config = View

    ranker: str
    batch: str
    questions: int
    at_1: float
    at_3: float


class Missed(BaseModel):
    """A question whose right tool was not first."""

    model_config = View

    ask: str
    expected: list[str]
    found: list[str]


class Misread(BaseModel):
    """A question about a metric that was not understood rightly."""

    model_config = View

    ask: str
    expected: str | None
    found: str | None
    outcome: Outcome


class Metrics(BaseModel):
    """How well questions about metrics were understood."""

    model_config = View

    batch: str
    questions: int
    right: float
    wrong: int


class Scores(BaseModel):
    """Everything that was measured without a model."""

    model_config = View

    tools: list[Recall]
    metrics: list[Metrics]
    missed: list[Missed]
    misread: list[Misread]

    @property
    def is_good(self) -> bool:
        """Whether all targets are met."""
        recall = next(one for one in self.tools if (one.ranker, one.batch) == ("together", "all"))
        metrics = next(one for one in self.metrics if one.batch == "all")
        return (
            recall.at_1 >= RECALL_AT_1
            and recall.at_3 >= RECALL_AT_3
            and metrics.right >= METRICS_RIGHT
            and metrics.wrong == 0
        )


def score(questions: Questions, tools: Sequence[Tool], *, now: datetime) -> Scores:
    """Measure all of it. The moment only decides what "today" means."""

    @cache
    def is_metric(question: str) -> bool:
        return meant(question, now=now)[1] is not None

    ranking = Ranking(tools, is_metric)
    rankers = {
        "lexical": ranking.lexical,
        "embedding": ranking.embedding,
        "together": ranking.together,
    }
    read = [(one, *_read(one, now)) for one in questions.metrics]
    return Scores(
        tools=[
            recall
            for name, ranker in rankers.items()
            for recall in _recalls(name, ranker, questions.tools)
        ],
        metrics=[_metrics(batch, read) for batch in _batches(questions.metrics)],
        missed=_missed(ranking.together, questions.tools),
        misread=[
            Misread(ask=one.ask, expected=one.metric, found=found, outcome=outcome)
            for one, outcome, found in read
            if outcome is not Outcome.RIGHT
        ],
    )


def _batches(asked: Sequence[ToolQuestion] | Sequence[MetricQuestion]) -> list[str]:
    """All together, then each batch that has any."""
    present = {one.batch for one in asked}
    return ["all", *(batch for batch in Batch if batch in present)]


def _recalls(name: str, ranker: Ranker, asked: Sequence[ToolQuestion]) -> list[Recall]:
    ranked = [(one, ranker(one.ask)) for one in asked]

    def share(batch: str, first: int) -> float:
        of_batch = [(one, found) for one, found in ranked if batch in {"all", one.batch}]
        hits = sum(bool(set(found[:first]) & set(one.tool)) for one, found in of_batch)
        return round(hits / len(of_batch), 3)

    return [
        Recall(
            ranker=name,
            batch=batch,
            questions=sum(batch in {"all", one.batch} for one in asked),
            at_1=share(batch, 1),
            at_3=share(batch, FEW),
        )
        for batch in _batches(asked)
    ]


def _missed(ranker: Ranker, asked: Sequence[ToolQuestion]) -> list[Missed]:
    ranked = [(one, ranker(one.ask)[:FEW]) for one in asked]
    return [
        Missed(ask=one.ask, expected=_short(one.tool), found=_short(found))
        for one, found in ranked
        if found[0] not in one.tool
    ]


def _short(names: Sequence[str]) -> list[str]:
    return [name.removeprefix(PREFIX) for name in names]


Read = tuple[MetricQuestion, Outcome, str | None]


def _metrics(batch: str, read: Sequence[Read]) -> Metrics:
    outcomes = [outcome for one, outcome, _ in read if batch in {"all", one.batch}]
    return Metrics(
        batch=batch,
        questions=len(outcomes),
        right=round(outcomes.count(Outcome.RIGHT) / len(outcomes), 3),
        wrong=outcomes.count(Outcome.WRONG),
    )


def _read(asked: MetricQuestion, now: datetime) -> tuple[Outcome, str | None]:
    heard, found = meant(asked.ask, now=now)
    if found is None:
        return (Outcome.RIGHT if asked.refuse else Outcome.REFUSED), None
    is_right = found.name == asked.metric and _fits(asked, heard, found)
    return (Outcome.RIGHT if is_right else Outcome.WRONG), found.name


def _fits(asked: MetricQuestion, heard: Heard, found: MetricDefinition) -> bool:
    """Whether what the question says beside its metric was heard as well."""
    percentile = heard.percentile or found.percentile
    checks: list[Callable[[], bool]] = [
        lambda: asked.percentile is None or asked.percentile == percentile,
        lambda: dict(heard.filters) == asked.filters,
        lambda: asked.top is None or asked.top == heard.rows,
    ]
    return all(check() for check in checks)
