"""Invites, the founding program, and how an invited person becomes an instructor."""
