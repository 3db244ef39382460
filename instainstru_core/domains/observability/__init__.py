"""The health of the system: metrics and their meaning, queues, workers, tasks."""
