"""Brings what is finished to where readers find it: records, pictures and the page."""

from collections.abc import Sequence

from grader.core.files import write_atomically

from .material import Target
from .page import render_page
from .pictures import Gallery, draw_results
from .plan import Run
from .runner import Experiment
from .text_pictures import draw_lab_text


def publish(experiment: Experiment, target: Target, shape: dict[str, int]) -> Sequence[str]:
    """Copy records, draw pictures and write the page. Returns the names of pictures that lack a run."""
    for run in experiment.runs:
        if experiment.is_finished(run):
            _copy(experiment, run, target)
    if experiment.lab_text.record:
        write_atomically(target.records / "lab-text.json", (experiment.lab_text.folder / "record.json").read_bytes())
    gallery = Gallery(target.material().records, experiment.folder_of, shape)
    lacking = draw_results(gallery, target.pictures)
    lacking += draw_lab_text(gallery, experiment.lab_text, target.pictures)
    write_atomically(target.page, render_page(target.material()).encode())
    return lacking


def _copy(experiment: Experiment, run: Run, target: Target) -> None:
    content = (experiment.folder_of(run).folder / "record.json").read_bytes()
    write_atomically(target.records / f"{run.name}.json", content)
