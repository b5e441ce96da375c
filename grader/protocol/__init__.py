"""What crosses the boundary between the deciding process and that of a submission."""
