"""Grading on GitHub's runners: Classroom 50, and a workflow of its own that needs no classroom.

Students can read what these install, so the reference solution is in none of it.
"""
