"""Pictures beside figures: a course over time, a funnel, cohorts. Readable at a chat's width.

What draws is loaded when the first picture is asked for: it is large. Nothing is kept between
pictures, and the same figures make the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from instainstru_core.domains.reporting.schemas.base import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Data = TypeVar("Data", bound=BaseModel)

DOTS_PER_INCH = 100
WIDTH, HEIGHT = 8.0, 4.2
MOST_LINES = 8
MOST_LABELS = 12
LARGE_TITLE, SHOWN_TITLE = 68, 92
SHOWN_NAME = 52
LINES_WITH_ROOM, NAME_WITH_ROOM = 3, 24
COLORS = ("#1f5fa8", "#d9661f", "#2b8a4b", "#8a3ea8", "#b3272d", "#6b6b6b", "#1aa3a3", "#b58900")
NOTHING_TO_DRAW = "There is no picture: there is nothing to draw in this window."
TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Picture:
    """An image and what it shows, for those who cannot see it."""

    png: bytes
    alt: str


def noted(report: Report[Data], picture: Picture | None) -> Report[Data]:
    """The report, which says so where a picture was asked for and there is none."""
    if picture is not None:
        return report
    return report.model_copy(update={"warnings": [*report.warnings, NOTHING_TO_DRAW]})


def course(
    title: str,
    labels: Sequence[str],
    lines: Mapping[str, Sequence[float | None]],
    *,
    unit: str,
) -> Picture | None:
    """Lines over time. A point that is None is a gap; without any point there is no picture."""
    drawn = {name: points for name, points in lines.items() if _known(points)}
    if not drawn:
        return None
    shown = dict(list(drawn.items())[:MOST_LINES])
    figure, axes = _canvas(title)
    for color, (name, points) in zip(COLORS, shown.items(), strict=False):
        values = [float("nan") if point is None else point for point in points]
        marker = "o" if len(values) <= MOST_LABELS * 3 else None
        axes.plot(
            range(len(values)),
            values,
            label=_text(name, SHOWN_NAME),
            color=color,
            marker=marker,
            markersize=4,
        )
    _label_days(axes, labels)
    axes.set_ylabel(unit)
    axes.yaxis.set_major_formatter(_plain)
    axes.margins(x=0.02)
    if min(min(_known(points)) for points in shown.values()) >= 0:
        axes.set_ylim(bottom=0)
    _legend(figure, axes, list(shown))
    told = "; ".join(
        f"{name} from {_plain(known[0])} to {_plain(known[-1])}, at most {_plain(max(known))}"
        for name, known in ((name, _known(points)) for name, points in shown.items())
    )
    left_out = len(drawn) - len(shown)
    more = f" {left_out} more lines are not drawn." if left_out else ""
    return _picture(figure, f"{title}, {labels[0]} to {labels[-1]}, in {unit}: {told}.{more}")


def funnel(title: str, stages: Sequence[tuple[str, int]]) -> Picture | None:
    """A bar for each stage, the first on top; without anybody there is no picture."""
    if not any(count for _, count in stages):
        return None
    figure, axes = _canvas(title)
    names, counts = [name for name, _ in stages], [count for _, count in stages]
    bars = axes.barh(range(len(stages)), counts, color=COLORS[0])
    axes.bar_label(bars, padding=3, fontsize=10)
    axes.set_yticks(range(len(stages)), names, fontsize=10)
    axes.invert_yaxis()
    axes.set_xlabel("people")
    axes.set_xlim(right=max(counts) * 1.1)
    axes.grid(visible=False, axis="y")
    told = ", ".join(f"{name} {count}" for name, count in stages)
    return _picture(figure, f"{title}, people by stage: {told}.")


def cohorts(title: str, rows: Sequence[tuple[str, Sequence[float | None]]]) -> Picture | None:
    """A row for each cohort, a column for each month since, each cell the share that came."""
    if not any(_known(shares) for _, shares in rows):
        return None
    months = max(len(shares) for _, shares in rows)
    figure, axes = _canvas(title)
    cells = [[*shares, *[None] * (months - len(shares))] for _, shares in rows]
    values = [[float("nan") if one is None else one * 100 for one in row] for row in cells]
    axes.imshow(values, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for place, row in enumerate(cells):
        for month, share in enumerate(row):
            if share is not None:
                color = "white" if share > 0.55 else "black"  # noqa: PLR2004 - half of the scale
                told = f"{share * 100:.0f}%"
                axes.text(month, place, told, ha="center", va="center", color=color, fontsize=9)
    axes.set_xticks(range(months))
    axes.set_xlabel("months after the first lesson")
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=10)
    axes.set_ylabel("month of the first lesson (New York)")
    axes.grid(visible=False)
    told = "; ".join(
        f"{name}: " + ", ".join("unknown" if one is None else f"{one:.0%}" for one in shares)
        for name, shares in rows
    )
    return _picture(figure, f"{title}, share of students who came in each month since: {told}.")


def _canvas(title: str) -> tuple["Figure", Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - large
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    size = 12 if len(title) <= LARGE_TITLE else 9
    axes.set_title(_text(title, SHOWN_TITLE), fontsize=size, loc="left")
    axes.grid(visible=True, alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _legend(figure: "Figure", axes: Any, names: Sequence[str]) -> None:  # noqa: ANN401 - untyped
    """Which line is which: within the picture where there is room, else below it."""
    if len(names) <= LINES_WITH_ROOM and max(map(len, names)) <= NAME_WITH_ROOM:
        axes.legend(loc="best", fontsize=9, frameon=False)
        return
    untyped: Any = figure
    untyped.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)


def _label_days(axes: Any, labels: Sequence[str]) -> None:  # noqa: ANN401 - untyped
    step = max(1, -(-len(labels) // MOST_LABELS))
    places = range(0, len(labels), step)
    axes.set_xticks(places, [labels[place] for place in places], rotation=30, ha="right")
    axes.tick_params(labelsize=9)
    axes.set_xlabel("New York time")


def _picture(figure: "Figure", alt: str) -> Picture:
    buffer = BytesIO()
    untyped: Any = figure
    untyped.savefig(buffer, format="png", metadata={"Software": None, "Description": alt})
    return Picture(buffer.getvalue(), alt)


def _text(words: str, most: int) -> str:
    """Words as they are drawn: short, and none of them taken for a formula or left out."""
    shown = words if len(words) <= most else words[: most - 1] + "\u2026"
    return shown.replace("$", r"\$").lstrip("_") or "value"


def _known(points: Sequence[float | None]) -> list[float]:
    return [point for point in points if point is not None]


def _plain(value: float, _place: object = None) -> str:
    """A number as people write it: 12,500 and 0.25."""
    if value == int(value) or abs(value) >= TEN_THOUSAND:
        return f"{value:,.0f}"
    return f"{value:,.4g}"
