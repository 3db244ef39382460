"""The one table of thresholds, boundary by boundary."""

import pytest

from instainstru_core.domains.observability.policy.health import (
    LIMITS,
    Check,
    Section,
    Status,
    checks_of,
    judge,
    worst,
)

OK, UNKNOWN, WARN, CRITICAL = Status.OK, Status.UNKNOWN, Status.WARN, Status.CRITICAL
STEPS: dict[str, list[tuple[float, Status]]] = {
    "workers_online": [(2, OK), (1, OK), (0, CRITICAL)],
    "workers_lost": [(0, OK), (1, WARN), (9, WARN)],
    "schedule_silent_seconds": [(29.9, OK), (30, WARN), (59.9, WARN), (60, CRITICAL)],
    "jobs_with_missed_runs": [(0, OK), (1, WARN), (2, WARN), (3, CRITICAL)],
    "jobs_failed_last": [(0, OK), (1, WARN), (9, WARN)],
    "tasks_waiting": [(49, OK), (50, WARN), (199, WARN), (200, CRITICAL)],
    "queues_nobody_takes": [(0, OK), (1, CRITICAL)],
    "outbox_oldest_seconds": [(59.9, OK), (60, WARN), (299.9, WARN), (300, CRITICAL)],
    "tasks_failed_24h": [(0, OK), (1, WARN), (4, WARN), (5, CRITICAL)],
    "payment_issues_critical": [(0, OK), (1, CRITICAL)],
    "payment_issues_warning": [(0, OK), (1, WARN), (9, WARN)],
    "alerts_firing_critical": [(0, OK), (1, CRITICAL)],
    "alerts_firing": [(0, OK), (1, WARN), (9, WARN)],
    "alert_rules_not_evaluated": [(0, OK), (1, WARN)],
    "errors_unresolved_24h": [(0, OK), (1, WARN), (9, WARN), (10, CRITICAL)],
    "zero_result_share_24h": [(0.1999, OK), (0.2, WARN), (0.2999, WARN), (0.3, CRITICAL)],
    "instructors_stuck_7_days": [(9, OK), (10, WARN), (49, WARN), (50, CRITICAL)],
    "founding_places_overpromised": [(0, OK), (1, WARN), (99, WARN)],
}


class TestTheTable:
    def test_judges_every_check(self) -> None:
        assert set(LIMITS) == set(Check) == {Check(name) for name in STEPS}

    def test_has_a_check_for_every_section(self) -> None:
        assert all(checks_of(section) for section in Section)
        assert sum(len(checks_of(section)) for section in Section) == len(Check)

    @pytest.mark.parametrize(
        ("name", "value", "status"),
        [(name, value, status) for name, steps in STEPS.items() for value, status in steps],
    )
    def test_takes_a_value_on_a_threshold_for_reached(
        self, name: str, value: float, status: Status
    ) -> None:
        assert judge(Check(name), value) is status

    @pytest.mark.parametrize("check", list(Check))
    def test_never_takes_the_unknown_for_ok(self, check: Check) -> None:
        assert judge(check, None) is UNKNOWN


class TestTheWorst:
    @pytest.mark.parametrize(
        ("statuses", "found"),
        [
            ([], UNKNOWN),
            ([OK, OK], OK),
            ([OK, UNKNOWN], UNKNOWN),
            ([UNKNOWN, WARN, OK], WARN),
            ([CRITICAL, UNKNOWN, WARN], CRITICAL),
        ],
    )
    def test_counts_and_unknown_never_becomes_ok(
        self, statuses: list[Status], found: Status
    ) -> None:
        assert worst(statuses) is found
