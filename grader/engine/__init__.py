"""One run: what is planned, where it is measured, what is kept, and what comes of it."""
