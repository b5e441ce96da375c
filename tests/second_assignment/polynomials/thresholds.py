"""What measured quantities are held to."""

from pathlib import Path

from grader.core.thresholds import Thresholds

THRESHOLDS = Thresholds.read(Path(__file__).with_suffix(".json"))

NOISE_LEFT = THRESHOLDS["share of the noise left"]
