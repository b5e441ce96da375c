"""How a notebook with the same cells may be written and spoken: a further way is entered here, and tried with all else."""

import json
from collections.abc import Callable
from typing import Any

from grader.core.stubs import STUB_MARKER

TEXT = {"cell_type": "markdown", "metadata": {}, "source": ["# Lab 5\n", f"{STUB_MARKER}read this"]}
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 2000, "text/plain": ["<Figure>"]}}
ERROR = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\u001b[0;31mNameError\u001b[0m"]}


def plain_notebook(cells: list[str]) -> bytes:
    """A notebook as Jupyter writes it."""
    return _notebook([_cell(cell.splitlines(True)) for cell in cells])


def _notebook(cells: list[dict[str, Any]], minor: int = 5, **metadata: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": [TEXT, *cells]}).encode()


def _cell(source: Any, outputs: list[dict[str, Any]] | None = None, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "outputs": outputs or [], "execution_count": None, "source": source}


def _in_one_string(cells: list[str]) -> bytes:
    return _notebook([_cell(cell) for cell in cells], minor=2)


def _of_colab(cells: list[str]) -> bytes:
    own = {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "0d3f"}
    code = [_cell(cell.splitlines(True), [PICTURE], id=f"c{n}", **own) for n, cell in enumerate(cells)]
    return _notebook(code, minor=0, colab={"provenance": [], "gpuType": "T4"}, accelerator="GPU")


def _executed(cells: list[str]) -> bytes:
    raw = {"cell_type": "raw", "metadata": {}, "source": "def normalize(image, label): pass"}
    state = {"application/vnd.jupyter.widget-state+json": {"state": {"a1": {"model_name": "FloatProgressModel"}}}}
    return _notebook([*(_cell(cell.splitlines(True), [PICTURE, ERROR], tags=["mine"]) for cell in cells), raw], widgets=state)


WRITTEN: dict[str, Callable[[list[str]], bytes]] = {  # other JSON around the same texts
    "Jupyter": plain_notebook, "one string a cell": _in_one_string, "Colab": _of_colab, "executed": _executed,
}  # fmt: skip
SPOKEN: dict[str, Callable[[list[str]], list[str]]] = {  # other texts that mean the same
    "commands before": lambda cells: ["!pip install -q einops\n%matplotlib inline\nfiles = !ls\nfiles", *cells],
    "commands within": lambda cells: [f"gpus = !nvidia-smi -L\n{cell}\n\nlen?\n%timeit -n1 -r1 3" for cell in cells],
    "%%time": lambda cells: [f"%%time\n{cell}" for cell in cells],
    "%%capture": lambda cells: [f"%%capture printed\n{cell}" for cell in cells],
    "absent import": lambda cells: [f"from google.colab import drive\n{cell}" for cell in cells],
    "mounted drive": lambda cells: [
        "from google.colab import drive\ndrive.mount('/content/drive')\nROOT = '/content/drive/MyDrive'", *cells,
    ],
    "__future__": lambda cells: ["from __future__ import annotations", *cells],
    "in one cell": lambda cells: ["\n\n".join(cells)],
    "tries between": lambda cells: [each for cell in cells for each in (cell, "tried = [n * n for n in range(9)]\ntried")],
}  # fmt: skip
DIALECTS = (*WRITTEN, *SPOKEN)


def notebook_in(dialect: str, cells: list[str], line_end: str) -> bytes:
    """The notebook of these cells."""
    spoken = SPOKEN.get(dialect, list)(cells)
    return WRITTEN.get(dialect, plain_notebook)([cell.replace("\n", line_end) for cell in spoken])
