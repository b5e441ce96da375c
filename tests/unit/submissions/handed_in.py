"""Files as students hand them in, and what is read of them."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.submissions.finding import find_submissions
from grader.submissions.reading import UnreadableSubmission, read_submission


def notebook_of(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def fill(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def pack(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def texts(path: Path) -> dict[str, str]:
    return {source.name: source.text for source in read_submission("it", path, ASSIGNMENT).sources}


def reason(path: Path) -> str:
    """Why a submission cannot be read: one line that could end 'The submission could not be read: …'."""
    with pytest.raises(UnreadableSubmission) as caught:
        read_submission("it", path, ASSIGNMENT)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    return str(caught.value)


def names_in(path: Path) -> list[str]:
    return [each.name for each in find_submissions(path, ASSIGNMENT).submissions]
