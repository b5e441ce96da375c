"""Takes the connection away from the harness and goes on living."""

import os
import time

from .harness import serving

handle = serving()["connection"].fileno()
os.dup2(os.open("/dev/null", os.O_RDWR), handle)
time.sleep(60)
