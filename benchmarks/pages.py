"""Render again the pages whose values are kept in the repository: `python -m benchmarks.pages`.

For changes of a template, or of what the program prints. Nothing is measured: docs/results.md comes from
benchmarks/experiment/records/, docs/validity.md from docs/validity.csv, docs/calibration.md from
grader/autoencoders/calibration.json, docs/one-work.md from benchmarks/one_work/records/. README.md has figures from
docs/validity.csv and benchmarks/RESULTS.md, and the output that the sample class has to have.
"""

import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import calibrate, calibration_page, readme, validity_page
from benchmarks.experiment.material import Target
from benchmarks.experiment.page import render_page
from benchmarks.one_work import page as one_work
from benchmarks.quantities import quantities_from
from grader.core.files import write_atomically


def results() -> str:
    """docs/results.md."""
    return render_page(Target().material())


def validity() -> str:
    """docs/validity.md."""
    rows = validity_page.PAGE.with_suffix(".csv").read_text(encoding="utf-8")
    return validity_page.page_of(validity_page.rows_from(rows))


def calibration() -> str:
    """docs/calibration.md."""
    record = json.loads(calibrate.DISTRIBUTIONS.read_text(encoding="utf-8"))
    return calibration_page.page(quantities_from(record), record["gradings"])


def introduction() -> str:
    """README.md, as it stands, with its figures and samples as they are now."""
    return readme.with_samples(readme.README.read_text(encoding="utf-8"))


PAGES: dict[Path, Callable[[], str]] = {
    Target().page: results,
    validity_page.PAGE: validity,
    calibrate.PAGE: calibration,
    one_work.PAGE: one_work.page,
    readme.README: introduction,
}


def main() -> None:
    """Write each page, and say so."""
    for path, render in PAGES.items():
        write_atomically(path, render().encode())
        Console().print(f"wrote {path}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
