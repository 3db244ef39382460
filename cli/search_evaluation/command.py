"""`instainstru search evaluate`: the scoreboard of how searches are understood."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson
from cli.search_evaluation import labels, scoring
from cli.search_evaluation.labels import Half
from cli.search_evaluation.reading import Reader
from cli.search_evaluation.scoring import FIRST_RIGHT, PLACES_RIGHT, SLOTS_RIGHT, Scores
from instainstru_core.kernel.errors import Invalid

Set = Annotated[
    Half,
    typer.Option("--set", help="Which queries to score; of the blind half only totals are shown."),
]


class BelowTarget(Invalid):
    code = "search_evaluation.below_target"


def evaluate(*, half: Set = Half.OPEN, as_json: AsJson = False) -> None:
    """Score how the labelled queries are understood: slots, places, services, time."""
    with session.bare() as runtime:
        scores = scoring.score(half, labels.load(half), Reader(runtime.embedder))
    output.show(scores, lambda: list(_shown(scores)), as_json=as_json)
    if not scores.meets_targets:
        raise BelowTarget(
            f"Search is held to {SLOTS_RIGHT:.0%} of slots, {PLACES_RIGHT:.0%} of places,"
            f" {FIRST_RIGHT:.0%} of services right at once, and no word corrupted."
            " Look at the misses that are told and teach the grammar, the map or the catalog."
        )


def _shown(scores: Scores) -> Iterator[Table | str]:
    yield output.table(
        "slot",
        "labelled",
        "right",
        "wrong",
        "missed",
        "invented",
        "precision",
        "recall",
        rows=(
            (
                slot.slot,
                slot.labelled,
                slot.right,
                slot.wrong,
                slot.missed,
                slot.invented,
                output.share(slot.precision),
                output.share(slot.recall),
            )
            for slot in scores.slots
        ),
    )
    services, places, latency = scores.services, scores.places, scores.latency
    yield output.table(
        "measure",
        "score",
        "of",
        rows=(
            ("slots right", output.share(scores.slots_right), ""),
            ("places right", output.share(places.accuracy), places.queries),
            ("service first", output.share(services.hit_at_1), services.wishes),
            ("service among five", output.share(services.hit_at_5), services.wishes),
            ("mean reciprocal rank", f"{services.mean_reciprocal_rank:.3f}", services.wishes),
            (
                "nothing made up",
                output.share(services.nothing_made_up),
                services.without_wish,
            ),
            ("excluded kept out", output.share(services.kept_out), ""),
            ("words corrupted", scores.corrupted_words, ""),
            ("queries wholly right", scores.fully_right, scores.queries),
            ("grammar p50 and p95, ms", f"{latency.grammar_p50} {latency.grammar_p95}", ""),
            ("all p50 and p95, ms", f"{latency.all_p50} {latency.all_p95}", ""),
        ),
    )
    for miss in scores.misses:
        yield f"{miss.query}: {'; '.join(miss.what)}"
