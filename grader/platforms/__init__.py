"""The platforms that courses run on: nbgrader, Gradescope, GitHub, learning management systems."""
