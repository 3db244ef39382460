"""What searches cost, and how good their answers are. Names and labels are low in number."""

from collections.abc import Mapping

from prometheus_client import Counter, Histogram

from instainstru_core.domains.search.types.degrading import Level

STAGE_SECONDS = Histogram(
    "instainstru_search_stage_duration_seconds",
    "Time of one step of a search that was not answered from the cache.",
    ["stage"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
ANSWERS = Counter(
    "instainstru_search_answers_total",
    "Answers that were made, by how far they are from what they could be.",
    ["level"],
)
FOUND_NOBODY = Counter(
    "instainstru_search_zero_results_total", "First pages that were made and found nobody."
)
REFUSED = Counter(
    "instainstru_search_refusals_total",
    "Searches that were refused because too many were being made.",
)


def measure(took: Mapping[str, float], level: Level, *, found_nobody: bool) -> None:
    """Count an answer that was made; `took` has the milliseconds of each step."""
    for stage, milliseconds in took.items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)
    ANSWERS.labels(level.value).inc()
    if found_nobody:
        FOUND_NOBODY.inc()
