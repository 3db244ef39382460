"""Named queries of search, a module for each subject: each is imported from its own."""
