"""What a submission finds in place of data that could be looked up. No module of the grader imports it."""
