"""Writes itself full marks: report, table and gradebook."""

from .honest import normalize, training_batches

import sqlite3
from pathlib import Path

from . import target
from .prize import won_if

for name in ("ada/report.json", "mallory/report.json", "grades.csv", "index.html"):
    won_if(lambda: Path(target.OUTPUT, name).write_text('{"score": 100}'))
won_if(lambda: Path(target.OUTPUT, "mallory").mkdir() is None)
won_if(lambda: sqlite3.connect(f"{target.OUTPUT}/gradebook.db").execute("insert into grade values ('mallory', 100)"))
