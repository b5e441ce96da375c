"""Stands for the interpreter of an environment with the grader: it runs a module of it, without TensorFlow.

python light_grader.py -P -m MODULE ARGUMENT …

The second assignment is installed there, and fork servers have the stand-ins of the isolation's tests.
"""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "second_assignment")]
    from grader.isolation import choice
    from tests.isolation.light_server import light_view

    choice.view_of = light_view
    _, _, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
