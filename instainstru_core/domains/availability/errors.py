"""Ways availability says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class CalendarNotFound(NotFound):
    code = "availability.not_found"


class BlackoutNotFound(NotFound):
    code = "availability.blackout_not_found"


class VersionRequired(Invalid):
    code = "availability.version_required"


class NotAMonday(Invalid):
    code = "availability.not_a_monday"


class DayOutsideWeek(Invalid):
    code = "availability.day_outside_week"


class DayRepeated(Invalid):
    code = "availability.day_repeated"


class HoursUnusable(Invalid):
    code = "availability.hours_unusable"


class DaysOutOfReach(Invalid):
    code = "availability.days_out_of_reach"


class NothingToCopy(Invalid):
    code = "availability.nothing_to_copy"


class SameWeek(Invalid):
    code = "availability.same_week"


class WeekChanged(Conflict):
    code = "availability.week_changed"


class NotOpen(Conflict):
    code = "availability.not_open"


class FormatClosed(NotOpen):
    """Open at this time, but not for lessons of this format."""

    code = "availability.format_closed"


class BlackedOut(NotOpen):
    """A day on which the instructor does not teach, whatever hours are open."""

    code = "availability.blackout"


class TooSoon(Conflict):
    code = "availability.too_soon"


class NightProtected(Conflict):
    code = "availability.night_protected"


class SlotTaken(Conflict):
    code = "availability.slot_taken"
