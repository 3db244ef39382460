"""Answers that join several subjects, for staff and the copilot."""
