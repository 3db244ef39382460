"""What a value says: beside its thresholds, and in words. Pure."""

from collections.abc import Callable, Mapping
from math import isfinite

from instainstru_core.domains.observability.types import Better, MetricUnit, Verdict

NO_DATA = "no data"
KIBI = 1024
CHANGE_PLACES = 4


def _dollars(cents: float) -> str:
    return f"-${-cents / 100:,.2f}" if cents < 0 else f"${cents / 100:,.2f}"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def finite(value: float) -> float | None:
    """The value; None where it is no number or endless."""
    return value if isfinite(value) else None


def verdict(
    value: float | None, *, better: Better, warning: float | None, critical: float | None
) -> Verdict:
    """A value on a threshold has reached it."""
    if warning is None or critical is None or better is Better.NEITHER:
        return Verdict.NOT_JUDGED
    if value is None:
        return Verdict.UNKNOWN
    sign = 1 if better is Better.LOWER else -1
    if value * sign >= critical * sign:
        return Verdict.CRITICAL
    return Verdict.WARNING if value * sign >= warning * sign else Verdict.OK


def of_percentile(found: Verdict, asked: int | None, judged: int | None) -> Verdict:
    """A lower percentile that is well says nothing of the one that the thresholds are for."""
    is_lower = asked is not None and judged is not None and asked < judged
    return Verdict.NOT_JUDGED if is_lower and found is Verdict.OK else found


def change(now: float | None, before: float | None) -> float | None:
    """How much more there is than before, as a share; None where there was nothing or no data."""
    if now is None or not before:
        return None
    return round((now - before) / abs(before), CHANGE_PLACES)


def formatted(value: float | None, unit: MetricUnit) -> str:
    """The value as people write it."""
    if value is None:
        return NO_DATA
    return WRITTEN[unit](value)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004


def _size(value: float) -> str:
    for name in ("B", "KiB", "MiB"):
        if value < KIBI:
            return f"{value:,.0f} {name}" if name == "B" else f"{value:,.1f} {name}"
        value /= KIBI
    return f"{value:,.1f} GiB"


WRITTEN: Mapping[MetricUnit, Callable[[float], str]] = {
    MetricUnit.SECONDS: _duration,
    MetricUnit.PER_SECOND: "{:,.2f} per second".format,
    MetricUnit.SHARE: "{:.2%}".format,
    MetricUnit.COUNT: _count,
    MetricUnit.CENTS: _dollars,
    MetricUnit.BYTES: _size,
    MetricUnit.CORES: "{:.2f} cores".format,
}
