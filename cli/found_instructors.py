"""Results of a search as tables: who was found, how it was understood, how it came about."""

from rich.table import Table

from cli import output
from instainstru_core.domains.search.schemas import ResultsView
from instainstru_core.domains.search.schemas.finding import ExplanationView, ResultView


def tables(found: ResultsView) -> list[Table | str]:
    """Who was found; with an explanation, also why them, and in this order."""
    parts: list[Table | str] = [_results(found.items)]
    number = found.total if found.total_is_exact else f"At least {found.total}"
    parts.append(f"{number} instructors found.")
    if found.relaxation_note is not None:
        parts.append(found.relaxation_note)
    if found.explanation is not None:
        parts += _explained(found, found.explanation)
    return [*parts, *output.warnings(found.hints), *output.more(found.next_cursor)]


def _results(items: list[ResultView]) -> Table:
    return output.table(
        "",
        "instructor",
        "id",
        "teaches",
        "an hour from",
        "score",
        "why",
        rows=(
            (
                one.position,
                one.name,
                one.instructor_id,
                one.service_name,
                output.money(one.from_hourly_rate_cents),
                f"{one.score:.2f}",
                " ".join(one.why),
            )
            for one in items
        ),
    )


def _explained(found: ResultsView, explanation: ExplanationView) -> list[Table | str]:
    return [
        "",
        _signals(found.items),
        "",
        output.facts(_understood(found)),
        "",
        output.facts(_made(found, explanation)),
        "",
        output.table(
            "step",
            "milliseconds",
            rows=((one.name, f"{one.milliseconds:.2f}") for one in explanation.stages),
        ),
    ]


def _signals(items: list[ResultView]) -> Table:
    names = list(items[0].signals.model_dump()) if items and items[0].signals else []
    rows = (
        (
            one.position,
            one.name,
            f"{one.score:.4f}",
            *(f"{value:.3f}" for value in one.signals.model_dump().values()),
            output.listed(one.relaxed),
        )
        for one in items
        if one.signals is not None
    )
    return output.table("", "instructor", "score", *names, "given up", rows=rows)


def _understood(found: ResultsView) -> list[tuple[str, object]]:
    said = found.understood
    place, price, days, time = said.place, said.price, said.dates, said.time
    services = ", ".join(f"{one.name} {one.score:.2f} ({one.reason})" for one in said.services)
    return [
        ("corrected", said.corrected),
        ("services", services or "any"),
        ("not", output.listed(one.name for one in said.excluded) or None),
        ("place", place and f"{place.name} ({place.tier or 'given'}, {place.confidence:.2f})"),
        ("place not found", said.place_not_found),
        ("price", price and _range(output.money(price.min_cents), output.money(price.max_cents))),
        ("days", days and f"{days.kind}: {_range(days.first, days.last)}"),
        ("time", time and _range(time.after, time.before)),
        ("minutes", said.minutes),
        ("lesson type", said.lesson_type),
        ("for", said.age_group or said.audience),
        ("level", said.skill),
        ("urgency", said.urgency),
        ("not understood", said.not_understood),
    ]


def _made(found: ResultsView, explanation: ExplanationView) -> list[tuple[str, object]]:
    degraded = found.degradation
    return [
        ("degradation", f"{degraded.level} {output.listed(degraded.reasons)}".strip()),
        ("model", found.understood.model),
        ("grammar unsure of", output.listed(explanation.grammar_reasons) or None),
        ("services by", explanation.services_by),
        ("place steps left out", output.listed(explanation.places_skipped) or None),
        ("tags", explanation.tags),
    ]


def _range(least: object, most: object) -> str:
    return f"{least or '...'} to {most or '...'}" if least != most else str(least)
