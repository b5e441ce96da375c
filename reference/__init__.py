"""The autoencoder lab, one module per part.

The lab is written for Keras 2, so the switch is set here, before any part of it imports TensorFlow.
"""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # hide TensorFlow's start-up chatter, keep Python's errors
