"""One run: planning, measuring, caching, and the reports that come of it."""
