"""Journeys to the provider and back."""
