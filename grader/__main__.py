"""`python -m grader` is `aelab`."""

from .cli import main

main()
