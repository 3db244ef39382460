"""Journeys of a search: read, call, read again."""
