"""The places people save."""
