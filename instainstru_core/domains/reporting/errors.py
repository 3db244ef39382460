"""Refusals of the reports."""

from instainstru_core.kernel.errors import Invalid, NotFound


class WindowUnclear(Invalid):
    code = "reporting.window_unclear"


class WindowNotWholeDays(Invalid):
    code = "reporting.window_not_whole_days"


class LookupUnusable(Invalid):
    code = "reporting.lookup_unusable"


class CategoryUnknown(NotFound):
    code = "reporting.category_unknown"


class AreaUnknown(NotFound):
    code = "reporting.area_unknown"


class LessonUnknown(NotFound):
    code = "reporting.lesson_unknown"


class HookUnknown(NotFound):
    code = "reporting.webhook_unknown"
