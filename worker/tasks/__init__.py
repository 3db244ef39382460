"""Tasks, one module per subject."""
