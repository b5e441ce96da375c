"""Find code that submissions of a class share."""
