"""Ends its process from a thread while a call waits."""

import os
import threading
import time


def normalize(image, label):
    threading.Timer(0.1, os._exit, [0]).start()
    time.sleep(60)


def training_batches(dataset, batch_size):
    normalize(None, None)
