"""Finding an instructor, and what people looked for."""
