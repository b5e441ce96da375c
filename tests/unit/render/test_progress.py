"""The bar over a class: what is at work has a line, and only that."""

from io import StringIO

from rich.console import Console

from grader.render.progress import ClassProgress

from . import samples


def test_a_part_has_its_line_while_it_is_measured() -> None:
    """The bar reaches its end when the part is done; the line goes."""
    with ClassProgress(Console(file=StringIO(), force_terminal=True), 1, 1) as progress:
        progress.submission_starts("ada", ["vae"])
        progress.task_starts("ada", "vae")
        bar, line = progress._progress.tasks
        assert (bar.completed, bar.total) == (0, 1)
        assert "ada: vae" in line.description
        progress.task_ends("ada", "vae")
        progress.submission_ends(samples.solved("ada"))
        (bar,) = progress._progress.tasks
        assert bar.finished
        progress.class_starts()
        assert (bar.completed, bar.total) == (0, 1)
