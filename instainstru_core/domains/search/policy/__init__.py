"""The rules of search, a package or module for each subject: each is imported from its own. Pure."""
