"""What is sent to a database, for tests that count."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


@contextmanager
def written() -> Iterator[list[str]]:
    """Collects the tables that rows are inserted into, updated or deleted in while it is open, one entry a row.

    Left out is the course, whose row is updated without a change to lock the gradebook.
    """
    tables: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany) -> None:
        found = WRITES.match(statement)
        if found and found[1] != "course":
            tables.extend([found[1]] * (len(parameters) if executemany else 1))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(Engine, "before_cursor_execute", note)
