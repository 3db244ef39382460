"""A Grafana of our own, on the documented HTTP shapes.

Behind it stand a real Prometheus and a real Alertmanager: it answers in Grafana's words what these
two say in theirs, and shows the dashboards that are kept as files.
"""
