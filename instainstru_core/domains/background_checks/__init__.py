"""Whether people who want to teach passed a background check, as its provider says."""
