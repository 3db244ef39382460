"""Set-based queries across subjects, one module per kind of question."""
