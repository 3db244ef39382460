"""Refusals of observability."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class PrometheusNotConfigured(Unavailable):
    code = "prometheus.not_configured"


class PrometheusUnreachable(Unavailable):
    code = "prometheus.unreachable"


class PrometheusTooSlow(Unavailable):
    code = "prometheus.too_slow"


class QueryInvalid(Invalid):
    code = "prometheus.query_invalid"


class QueryFailed(Invalid):
    code = "prometheus.query_failed"


class QueryTooWide(Invalid):
    code = "prometheus.query_too_wide"


class AnswerTooLarge(Invalid):
    code = "prometheus.answer_too_large"


class TimesUnclear(Invalid):
    code = "prometheus.times_unclear"


class MetricUnknown(NotFound):
    code = "metrics.unknown"


class ProcessUnreachable(Unavailable):
    code = "process.unreachable"


class BrokerUnreachable(Unavailable):
    code = "broker.unreachable"


class SentryNotConfigured(Unavailable):
    code = "sentry.not_configured"


class SentryUnreachable(Unavailable):
    code = "sentry.unreachable"


class SentryTooSlow(Unavailable):
    code = "sentry.too_slow"


class SentryTooOften(Unavailable):
    code = "sentry.too_often"


class SentryRefuses(Unavailable):
    code = "sentry.refused"


class SentryAnswerTooLarge(Invalid):
    code = "sentry.answer_too_large"


class SentryQueryInvalid(Invalid):
    code = "sentry.query_invalid"


class SentryProjectUnknown(NotFound):
    code = "sentry.project_unknown"


class SentryEnvironmentUnknown(NotFound):
    code = "sentry.environment_unknown"


class IssueNotFound(NotFound):
    code = "sentry.issue_not_found"


class AlertmanagerNotConfigured(Unavailable):
    code = "alertmanager.not_configured"


class AlertmanagerUnreachable(Unavailable):
    code = "alertmanager.unreachable"


class GrafanaNotConfigured(Unavailable):
    code = "grafana.not_configured"


class GrafanaRefused(Unavailable):
    code = "grafana.refused"


class GrafanaUnreachable(Unavailable):
    code = "grafana.unreachable"


class DashboardUnknown(NotFound):
    code = "dashboards.unknown"


class SilenceTooWide(Invalid):
    code = "silences.too_wide"


class SilenceRefused(Invalid):
    code = "silences.refused"


class SilenceUncertain(Unavailable):
    code = "silences.uncertain"


class SilenceUnknown(NotFound):
    code = "silences.unknown"


class SilenceEnded(Conflict):
    code = "silences.ended"
