"""Refusals of observability."""

from instainstru_core.kernel.errors import Invalid, NotFound, Unavailable


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


class BrokerUnreachable(Unavailable):
    code = "broker.unreachable"
