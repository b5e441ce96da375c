"""Brings what is finished to where readers find it: records, pictures and the page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.core.files import write_atomically

from .page import render_page
from .pictures import Gallery, draw_results
from .plan import Run
from .records import FOLDER, read_records
from .runner import Experiment
from .sections import Material
from .text_pictures import draw_lab_text

ROOT = Path(__file__).resolve().parents[2]
NOT_RUNS = ("lab-text", "speed")


@dataclass(frozen=True)
class Target:
    """Where records, page and pictures go."""

    records: Path = FOLDER
    page: Path = ROOT / "docs" / "results.md"
    pictures: Path = ROOT / "docs" / "images" / "results"


def material(target: Target) -> Material:
    """What the page is made of, from what lies in the target."""
    runs = [path for path in target.records.glob("*.json") if path.stem not in NOT_RUNS]
    lab_text, speed = (_read(target.records / f"{name}.json") for name in NOT_RUNS)
    pictures = frozenset(path.stem for path in target.pictures.glob("*.png"))
    return Material(read_records(runs), lab_text.get("measured", {}), speed, pictures)


def publish(experiment: Experiment, target: Target, shape: dict[str, int]) -> Sequence[str]:
    """Copy records, draw pictures and write the page. Returns the names of pictures that lack a run."""
    for run in experiment.runs:
        if experiment.is_finished(run):
            _copy(experiment, run, target)
    if experiment.lab_text.record:
        write_atomically(target.records / "lab-text.json", (experiment.lab_text.folder / "record.json").read_bytes())
    gallery = Gallery(material(target).records, experiment.folder_of, shape)
    lacking = draw_results(gallery, target.pictures)
    lacking += draw_lab_text(gallery, experiment.lab_text, target.pictures)
    write_atomically(target.page, render_page(material(target)).encode())
    return lacking


def _copy(experiment: Experiment, run: Run, target: Target) -> None:
    content = (experiment.folder_of(run).folder / "record.json").read_bytes()
    write_atomically(target.records / f"{run.name}.json", content)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
