"""`python -m benchmarks.fuzz_reading [COUNT]`: read COUNT hostile texts and broken copies of right work.

Each has to end in sources or in one clear line, within the bounds of the sandbox, and cost this process a moment.
"""

import sys
import tempfile
import time
from collections import Counter
from itertools import chain, islice
from pathlib import Path

from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.isolation import reading
from grader.submissions.reading import UnreadableSubmission
from tests.submissions.hostile_texts import KIB, broken_copies, hostile_texts, write_text

COUNT = 10_000


def outcome(text: str, form: str) -> tuple[str, float, float]:
    """What came of a text, the wall-clock time, and the processor time of this process, in seconds."""
    with tempfile.TemporaryDirectory() as name:
        write_text(text, Path(name), form)
        began, ours = time.monotonic(), time.process_time()
        try:
            submission = reading.read_submission("eve", Path(name), ASSIGNMENT)
            reading.sources_for_each(submission, ASSIGNMENT.parts, ASSIGNMENT.given_statements)
            found = "read, with notes" if submission.left_out else "read"
        except UnreadableSubmission as problem:
            found = "refused" if "\n" not in str(problem) else "refused in several lines"
        return found, time.monotonic() - began, time.process_time() - ours


def main() -> None:
    """Print how many were read and refused, and how long the slowest took."""
    console = Console()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    right = ASSIGNMENT.reference_sources()
    hostile = (text for size in (1, 8, 64) for text in hostile_texts(size * KIB).values())
    broken = (copy for seed, text in enumerate(right.values()) for copy in broken_copies(text, count, seed))
    texts = islice(chain(hostile, broken), count)
    found = [outcome(text, "module" if number % 2 else "notebook") for number, text in enumerate(texts)]
    console.print(dict(Counter(each for each, _, _ in found)))
    console.print(
        f"slowest: {max(took for _, took, _ in found):.1f} s, {max(own for _, _, own in found):.2f} s in this process"
    )
    console.print(f"{1000 * sum(took for _, took, _ in found) / len(found):.0f} ms on average")


if __name__ == "__main__":
    main()
