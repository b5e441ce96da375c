"""Code that submissions of a class share."""
