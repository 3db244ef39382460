"""All that is measured of the search, city after city, and its part of docs/performance.md."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import results, searching
from benchmarks.asking import MIX
from benchmarks.results import Result
from benchmarks.searching import Effort, Matching, Place, shown
from benchmarks.servers import serving

HEADING = "## Search"
WORDS = f"""\
Written by `python -m benchmarks --search`. Each city is a database of its own: its instructors have
84 days of open hours each, offers by Zipf's law, areas around where they live, and two lessons.
Searches come from a published mix ({MIX}; `benchmarks/asking.py`), no text twice. They are measured
over HTTP with client, API, Postgres and Redis on the same machine, one client and one process
unless it says otherwise, and answers are not stored, except for the stored answer. Statements are
those of the whole request without BEGIN, COMMIT and the record, which is written later. What the
index and matching alone take is measured in a process of its own.
"""
COLD_MS = {1_000: 8.0, 10_000: 8.0, 100_000: 25.0}
TAIL_MS = {1_000: 120.0, 10_000: 120.0, 100_000: 120.0}
MATCHING_MS = 3.0
GROWTH = 3.0
MEMORY_MB = 180 + 19
"""The limit of a process, and the weights of the word vectors."""
CROWDED = 10_000
"""The city that many visit at once."""


@dataclass(slots=True)
class Figures:
    """What one city gave, for comparing with others."""

    cold: dict[int, float] = field(default_factory=dict[int, float])
    found: list[Result] = field(default_factory=list[Result])


def measured(effort: Effort, sizes: tuple[int, ...] = searching.SIZES) -> list[Result]:
    """Everything, from the smallest city to the largest."""
    figures = Figures()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, searching.built(size, Path(folder)) as place:
            seconds = place.city.seconds
            print(f"{shown(size)}: built in {seconds:.0f} s. Measuring ...", flush=True)
            _city(place, effort, figures)
    if len(sizes) == 1:
        return figures.found
    first, last = min(figures.cold), max(figures.cold)
    growth = figures.cold[last] / figures.cold[first]
    detail = f"{figures.cold[first]:.1f} ms to {figures.cold[last]:.1f} ms"
    what = f"from {first:,} to {shown(last)}"
    return [*figures.found, Result(what, "p50 of cold searches", growth, GROWTH, "x", detail)]


def _city(place: Place, effort: Effort, figures: Figures) -> None:
    size = place.city.instructors
    found = figures.found
    found += _alone(size, searching.matching(place))
    with searching.served(place, cache=False) as (server,):
        middle, high = searching.spread(searching.cold(place, server, effort))
        figures.cold[size] = middle
        told = f"{effort.queries} distinct searches"
        found += [
            Result(shown(size), "cold search, p50", middle, COLD_MS[size], "ms", told),
            Result(shown(size), "cold search, p95", high, TAIL_MS[size], "ms", told),
        ]
        found.append(searching.together(place, server, 16, effort))
        megabytes, mapped = server.megabytes(), server.mapped_megabytes()
    told = (
        f"limit 180 MB and 19 MB of weights, which are read and not held; {size:,} instructors in"
        f" memory; {mapped:.0f} MB of it mapped files"
    )
    found.append(Result(shown(size), "memory of the API", megabytes, MEMORY_MB, "MB", told))
    if size == CROWDED:
        found.append(searching.statements(place))
        found.append(_stored(place))
        with searching.served(place, cache=False, count=2) as servers:
            found += searching.visits_results(place, servers, effort)


def _alone(size: int, known: Matching) -> list[Result]:
    told = (
        f"placed {known.placed:.2f} ms; {known.rows:,} offers in {known.megabytes:.1f} MB, read in"
        f" {known.seconds:.1f} s; {known.asked:.2f} ms to ask what changed"
    )
    what = f"{shown(size)}, matching alone"
    return [Result(what, "undated, p50", known.undated, MATCHING_MS, "ms", told)]


def _stored(place: Place) -> Result:
    log = place.folder / "bare_cache.log"
    with (
        searching.served(place, cache=True) as (server,),
        serving(("benchmarks.peers.bare_cache",), place.environment, ready="/", log=log) as peer,
    ):
        return searching.cached(place, server, peer)


def write(found: list[Result]) -> None:
    """Write the part of the page, and leave the rest of it."""
    page = results.PAGE.read_text().split(f"\n{HEADING}\n")[0].rstrip()
    part = [HEADING, "", WORDS, f"Last run on: {results.machine()}.", "", *results.table(found)]
    results.PAGE.write_text("\n".join([page, "", *part, ""]))
