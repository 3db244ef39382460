"""The questions of the copilot tour, and the SQL that checks the answers."""
