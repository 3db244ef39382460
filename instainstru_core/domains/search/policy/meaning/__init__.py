"""Which services of the catalog words mean: by text, by vector, and by both. Pure."""
