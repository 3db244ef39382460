"""Measurements of our servers against bare peers, in the same run."""
