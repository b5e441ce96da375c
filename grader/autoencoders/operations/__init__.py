"""What a harness can be asked for in this lab, beside what it can in any: each module enters its operations."""

from . import data, models, phases, probes, stacked, structure

__all__ = ["data", "models", "phases", "probes", "stacked", "structure"]
