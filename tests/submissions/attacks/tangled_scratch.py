"""Leaves a scratch folder that is hard to remove: deep, closed, and full of links to what it wants removed."""

from .honest import normalize, training_batches

import os

from . import target

for place in (target.OUTPUT, target.OTHER, "/"):
    os.symlink(place, "link_to_" + place.strip("/").replace("/", "_"))
home = os.getcwd()
for _ in range(1200):
    os.mkdir("deeper")
    os.chdir("deeper")
os.chdir(home)
os.mkdir("closed")
open("closed/file", "w").close()
os.mkfifo("waiting")
os.chmod("closed", 0)
