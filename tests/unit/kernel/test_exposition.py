"""What a dead process counted stays counted; what it was doing is forgotten."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from instainstru_core.kernel import exposition

COUNT = """
from prometheus_client import Counter, Gauge, Histogram
Counter("lessons_total", "Lessons.", ["format"]).labels("online").inc({count})
Histogram("length_seconds", "Length.", buckets=(1, 5)).observe({count})
Gauge("running", "Running.", multiprocess_mode="livesum").set({count})
"""


def run_once(shared_dir: Path, count: int) -> None:
    """A process that counts and dies."""
    subprocess.run(
        [sys.executable, "-c", COUNT.format(count=count)],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(shared_dir)},
        check=True,
    )


def figures(shared_dir: Path) -> dict[str, float]:
    body, _ = exposition.page("text/plain", shared_dir)
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


class TestPage:
    def test_adds_what_dead_processes_counted(self, tmp_path: Path) -> None:
        run_once(tmp_path, 2)
        run_once(tmp_path, 3)
        for _ in range(2):
            seen = figures(tmp_path)
            assert seen["lessons_total['online']"] == 5
            assert seen["length_seconds_sum[]"] == 5
            assert seen["length_seconds_count[]"] == 2
            assert seen["length_seconds_bucket['5.0']"] == 2
            assert seen["length_seconds_bucket['1.0']"] == 0

    def test_keeps_one_file_for_all_the_dead(self, tmp_path: Path) -> None:
        for count in (1, 2, 3):
            run_once(tmp_path, count)
            figures(tmp_path)
        assert figures(tmp_path)["lessons_total['online']"] == 6
        assert sorted(path.name for path in tmp_path.glob("*.db")) == [
            "counter_0.db",
            "histogram_0.db",
        ]

    def test_forgets_what_the_dead_were_doing(self, tmp_path: Path) -> None:
        run_once(tmp_path, 4)
        assert "running[]" not in figures(tmp_path)

    def test_says_when_this_process_started(self, tmp_path: Path) -> None:
        assert figures(tmp_path)["process_start_time_seconds[]"] > 0

    def test_of_a_single_process_is_its_own(self) -> None:
        body, media_type = exposition.page("text/plain")
        assert media_type.startswith("text/plain")
        assert b"instainstru_db_query_duration_seconds" in body
