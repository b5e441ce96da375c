"""`python -m grader` is `aelab`."""

from .cli.main import main

main()
