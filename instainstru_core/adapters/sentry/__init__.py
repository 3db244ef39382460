"""Sentry: what it knows of our errors over its API, and the SDK that tells it of them."""
