"""The lab's experiments on full MNIST: `make experiment` trains, measures, keeps records and writes docs/results.md."""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
