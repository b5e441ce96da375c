"""What the page of results is made of, and where it lies; TensorFlow is not needed for it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .records import FOLDER, Records, read_records

ROOT = Path(__file__).resolve().parents[2]
NOT_RUNS = ("lab-text", "speed")


@dataclass(frozen=True)
class Material:
    """Records, the figures of the small experiments, speeds, and names of pictures."""

    records: Records
    lab_text: dict[str, Any]
    speed: dict[str, Any]
    pictures: frozenset[str]


@dataclass(frozen=True)
class Target:
    """Where records, page and pictures go."""

    records: Path = FOLDER
    page: Path = ROOT / "docs" / "results.md"
    pictures: Path = ROOT / "docs" / "images" / "results"

    def material(self) -> Material:
        """What the page is made of, from what lies there."""
        runs = [path for path in self.records.glob("*.json") if path.stem not in NOT_RUNS]
        lab_text, speed = (_read(self.records / f"{name}.json") for name in NOT_RUNS)
        pictures = frozenset(path.stem for path in self.pictures.glob("*.png"))
        return Material(read_records(runs), lab_text.get("measured", {}), speed, pictures)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
