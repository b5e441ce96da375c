"""Write the figures of the lab's text into reference/figures/, from where the notebook and the docs take them."""

from pathlib import Path

from rich.console import Console

from grader.core.files import write_all_atomically

from .drawings import FIGURES

FOLDER = Path(__file__).resolve().parents[2] / "reference" / "figures"

if __name__ == "__main__":
    for path in write_all_atomically(FOLDER, {name: draw() for name, draw in FIGURES.items()}):
        Console().print(f"wrote {path}", highlight=False, soft_wrap=True)
