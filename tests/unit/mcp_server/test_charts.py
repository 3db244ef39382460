"""Pictures: their size, that something is drawn, and that the same figures make the same bytes."""

from io import BytesIO

import pytest

from mcp_server import charts
from mcp_server.charts import Picture

DAYS = ["2026-06-14", "2026-06-15", "2026-06-16"]


def pixels(picture: Picture) -> list[list[list[float]]]:
    from matplotlib.image import imread  # noqa: PLC0415 - large

    found: list[list[list[float]]] = imread(BytesIO(picture.png), format="png").tolist()
    return found


def drawn() -> list[Picture | None]:
    return [
        charts.course("GMV", DAYS, {"GMV": [1.0, None, 3.5]}, unit="US dollars"),
        charts.funnel("Funnel", [("registered", 5), ("went live", 0)]),
        charts.cohorts("Cohorts", [("2026-05", [1.0, 0.5]), ("2026-06", [1.0])]),
    ]


class TestEachPicture:
    @pytest.mark.parametrize("which", range(3))
    def test_is_as_wide_as_a_chat_and_not_blank(self, which: int) -> None:
        picture = drawn()[which]
        assert picture is not None
        rows = pixels(picture)
        assert (len(rows[0]), len(rows)) == (800, 420)
        colors = {tuple(pixel) for row in rows for pixel in row}
        assert len(colors) > 10

    def test_is_the_same_for_the_same_figures(self) -> None:
        assert drawn() == drawn()

    def test_is_another_for_other_figures(self) -> None:
        one = charts.course("GMV", DAYS, {"GMV": [1.0, None, 3.5]}, unit="US dollars")
        other = charts.course("GMV", DAYS, {"GMV": [1.0, 2.0, 3.5]}, unit="US dollars")
        assert one is not None
        assert other is not None
        assert one.png != other.png

    def test_says_what_it_shows(self) -> None:
        course, funnel, cohorts = drawn()
        assert course is not None and funnel is not None and cohorts is not None  # noqa: PT018
        assert course.alt == (
            "GMV, 2026-06-14 to 2026-06-16, in US dollars: GMV from 1 to 3.5, at most 3.5."
        )
        assert funnel.alt == "Funnel, people by stage: registered 5, went live 0."
        assert cohorts.alt == (
            "Cohorts, share of students who came in each month since: 2026-05: 100%, 50%;"
            " 2026-06: 100%."
        )


class TestNothingToDraw:
    def test_makes_no_picture(self) -> None:
        assert charts.course("GMV", DAYS, {"GMV": [None] * 3}, unit="US dollars") is None
        assert charts.course("GMV", DAYS, {}, unit="US dollars") is None
        assert charts.funnel("Funnel", [("registered", 0)]) is None
        assert charts.cohorts("Cohorts", []) is None


class TestManyLines:
    def test_are_cut_and_said_to_be(self) -> None:
        lines = {f"_{number}$x$": [float(number), 1.0] for number in range(10)}
        picture = charts.course("Ten", DAYS[:2], lines, unit="requests per second")
        assert picture is not None
        assert picture.alt.endswith("2 more lines are not drawn.")


class TestALegend:
    """Long names would hide the lines: they stand below the picture, which stays as large."""

    def test_leaves_the_lines_in_view(self) -> None:
        names = [f"endpoint=/api/v1/instructors/{{id}}/availability, code={n}" for n in range(8)]
        picture = charts.course("x", DAYS, {name: [1.0, 2.0, 3.0] for name in names}, unit="y")
        assert picture is not None
        rows = pixels(picture)
        assert (len(rows[0]), len(rows)) == (800, 420)
        drawn_by_row = [sum(is_line(pixel) for pixel in row) for row in rows]
        lowest = max(place for place, count in enumerate(drawn_by_row) if count)
        within = [sum(drawn_by_row[:250]), sum(drawn_by_row[250:])]
        assert lowest > 380  # the legend is the last thing in the picture
        assert within[0] > within[1]

    def test_of_few_short_names_stands_within(self) -> None:
        picture = charts.course("GMV", DAYS, {"GMV": [1.0, 2.0, 3.0]}, unit="US dollars")
        assert picture is not None
        below = pixels(picture)[380:]
        assert not any(is_line(pixel) for row in below for pixel in row)


def is_line(pixel: list[float]) -> bool:
    """Whether it has a color: text and grid are gray."""
    return max(pixel[:3]) - min(pixel[:3]) > 0.2
