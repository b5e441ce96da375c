"""The auto-grader of the autoencoder lab.

In a notebook, `from grader import check; check("autoencoder")` checks what the notebook defines. In a shell, see
`aelab --help`.
"""

from .selfcheck import check

__all__ = ["check"]
