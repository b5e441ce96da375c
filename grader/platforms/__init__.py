"""The platforms that courses run on: nbgrader, Gradescope, GitHub Classroom, learning management systems."""
