"""The page of all benchmarks, and the memory that is sampled for it."""

import subprocess
import sys
import time

from benchmarks.largest_process import LargestProcess
from benchmarks.results import BENCHMARKS, section, sections_of, written


def test_sections_that_are_not_measured_again_stay() -> None:
    """Read back from a page, each is what was written, and a new one takes its place in the order."""
    first, second, third = BENCHMARKS[:3]
    sections = {b.title: section(b, f"one line\n## not a title of {b.name}") for b in (third, first)}
    kept = sections_of(written(sections))
    assert kept == sections
    kept[second.title] = section(second, "new")
    page = written(kept)
    assert [page.index(f"## {b.title}") for b in (first, second, third)] == sorted(
        page.index(f"## {b.title}") for b in (first, second, third)
    )


def test_the_largest_process_is_found_while_it_runs() -> None:
    """A process that fills 200 MiB is seen with at least as much, and processes of other names are not."""
    code = "import time; held = b'x' * (200 * 2**20); time.sleep(3)  # heavy-weight"
    seen, unseen = LargestProcess("heavy-weight"), LargestProcess("nobody is called this")
    with seen as largest, unseen as nobody, subprocess.Popen([sys.executable, "-c", code]):
        time.sleep(2)
    assert largest.bytes > 200 * 2**20
    assert nobody.bytes == 0
