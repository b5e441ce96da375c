"""Some of a class, by name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ..core.errors import UserError
from ..core.text import one_line
from .handed_in import HandedIn


class NoSuchStudent(UserError):
    """Nobody of this name handed in; the text is one clear line."""


def named(submissions: Sequence[HandedIn], names: Iterable[str]) -> tuple[HandedIn, ...]:
    """Those whose student or submission has one of the names, in the order of the class. Raises NoSuchStudent."""
    known = {name: each for each in submissions for name in (each.student, each.name) if name}
    wanted = set()
    for name in names:
        if name not in known:
            like = " or ".join(repr(one_line(each)) for each in get_close_matches(name, known, 2))
            hint = f"did you mean {like}?" if like else "`aelab collect` lists who did"
            raise NoSuchStudent(f"nobody called {one_line(name)!r} handed in; {hint}")
        wanted.add(known[name].name)
    return tuple(each for each in submissions if each.name in wanted)
