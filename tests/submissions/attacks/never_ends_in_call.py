"""Never answers a call."""

import time


def normalize(image, label):
    while True:
        time.sleep(1)


training_batches = normalize
