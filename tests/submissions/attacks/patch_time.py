"""Stops the clock of its process, then takes for ever."""

import time

time.time = time.monotonic = time.perf_counter = lambda: 0.0
started = time.monotonic()
while time.monotonic() - started < 1000:
    pass
