"""Who may write what and when, what words are kept, and what stars come to. Pure."""
