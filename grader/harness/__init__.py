"""The grader's hands beside a submission: runs what a check asks for, and judges nothing.

Lives in the same process as the submission, in the notebook for a self-check and in a child process for a grade.
"""
