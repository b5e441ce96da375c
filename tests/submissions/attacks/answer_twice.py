"""Answers one question twice."""

from .wrong import normalize, training_batches

from .harness import answer, serving

answer(serving())
