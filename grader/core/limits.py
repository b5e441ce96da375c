"""How much a submission may use. All of it is measured or enforced from outside, never by the submission.

The times are processor time: of all processes and threads of the submission together, in seconds of the reference
machine, so that neither a busy machine nor a slow one ends a submission that another one would not. Only a process that
sleeps, with nothing to run, is ended by a wall clock. The defaults are about three times what the reference needs.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from .errors import UserError
from .text import did_you_mean

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in MiB: what one import, one call, and all of one part may use; how long it may sleep."""

    import_seconds: float = 60.0
    call_seconds: float = 60.0
    part_seconds: float = 300.0
    sleep_seconds: float = 60.0  # wall clock, at a stretch
    statement_seconds: float = 5.0  # of processor time: a statement of a cell or module, while it is loaded
    cells_seconds: float = 30.0  # of processor time: all of them
    resident_mib: float = 4096.0
    scratch_mib: float = 256.0
    scratch_files: int = 16384
    file_mib: float = 64.0
    output_mib: float = 1.0  # of each of the two output streams
    processes: int = 256
    open_files: int = 256


class LimitError(UserError):
    """There is no such limit, or it cannot have this value; the text is one clear line."""


def limits_of(assignments: Iterable[str], others: Limits | None = None) -> Limits:
    """Limits from texts like "call_seconds=20", and for the rest the `others`. Raises LimitError."""
    known = {name: type(value) for name, value in asdict(Limits()).items()}
    values: dict[str, float] = {}
    for text in assignments:
        name, _, number = text.partition("=")
        if name not in known:
            raise LimitError(f"there is no limit {name!r}; there are {', '.join(known)}{did_you_mean(name, known)}")
        try:
            values[name] = known[name](number)
        except ValueError:
            raise LimitError(f"{name} must be a number, got {number!r}") from None
        if not values[name] > 0:
            raise LimitError(f"{name} must be above 0, got {number}")
    return replace(others or Limits(), **values)  # type: ignore[arg-type]
