"""The rules of search, a package or module for each subject, each imported from its own. Pure."""
