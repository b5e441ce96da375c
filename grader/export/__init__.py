"""Other front doors than nbgrader: Gradescope, GitHub Classroom, and tables for learning platforms."""
