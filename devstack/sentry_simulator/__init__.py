"""A Sentry of our own: takes what the SDK sends, groups it, and answers the documented API."""
