"""A submission as checks see it: its functions and models as if they were here."""
