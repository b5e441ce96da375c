"""One work, one grade: the measurements of docs/one-work.md."""
